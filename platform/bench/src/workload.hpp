// The records and edits that everything is measured on: read from a folder, or generated from a seed.
#pragma once

#include <cotmoc/core/catalogue.hpp>

namespace cotmoc::bench {

struct BenchRecord {
    RecordId id;
    std::vector<core::FieldValue> fields;  // sorted by name
    std::string body;                      // the same fields as a JSON object
};

struct BenchEdit {
    RecordId id;
    core::FieldValue change;
};

struct Workload {
    std::string source;                // for people: where the records are from
    std::string catalogue;             // JSON
    std::string kind;                  // the one kind of the catalogue
    std::vector<std::string> indexed;  // its indexed fields
    std::vector<BenchRecord> records;
    std::vector<BenchEdit> edits;  // of three fields of up to 1,000 records, record by record
    std::string record_lines;      // the same as JSON Lines
    std::string edit_lines;
};

/// Reads records.jsonl, w2.jsonl (each plain or .zst) and catalogue.json; the first `limit` records and their
/// edits.
Result<Workload> read_workload(const std::string& directory, std::size_t limit);
/// Twelve fields of Vietnamese, about 635 octets of JSON a record.
Result<Workload> generate_workload(std::size_t records, std::uint64_t seed);

}  // namespace cotmoc::bench
