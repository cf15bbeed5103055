#include "workload.hpp"

#include "seeded_random.hpp"
#include "word_lists.hpp"
#include "zstd_file.hpp"

#include <cotmoc/system/file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_set>

namespace cotmoc::bench {
namespace {

constexpr std::size_t edited_records_max = 1'000;

/// In the files the record's `kind` is the field `category` of the one kind of the catalogue.
std::string field_name(const std::string& key) { return key == "kind" ? "category" : key; }

Result<core::FieldValue> parse_field(const core::Kind& kind, const std::string& key,
                                     const nlohmann::json& value) {
    const std::string name = field_name(key);
    const core::Field* field = kind.find(name);
    if (field == nullptr) {
        return fail(ErrorCode::unknown_field, name);
    }
    COTMOC_ASSIGN(core::Value parsed, core::parse_json_value(*field, value.dump()));
    return core::FieldValue{name, std::move(parsed)};
}

Result<RecordId> parse_id(const nlohmann::json& object) {
    const auto id = object.is_object() && object.contains("id") && object["id"].is_string()
                        ? from_uuid_text(object["id"].get<std::string>())
                        : std::nullopt;
    return id ? Result<RecordId>(*id) : fail(ErrorCode::bad_json, "id");
}

std::string body_of(const std::vector<core::FieldValue>& fields) {
    std::string body = "{";
    for (const core::FieldValue& field : fields) {
        body += body.size() > 1 ? "," : "";
        core::append_json_string(body, field.field);
        body += ":";
        core::append_json(body, field.value);
    }
    return body + "}";
}

Result<BenchRecord> parse_record(const core::Kind& kind, const std::string& line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    BenchRecord record;
    COTMOC_ASSIGN(record.id, parse_id(object));
    for (const auto& [key, value] : object.items()) {
        if (key != "id") {
            COTMOC_ASSIGN(core::FieldValue field, parse_field(kind, key, value));
            record.fields.push_back(std::move(field));
        }
    }
    std::ranges::sort(record.fields, {}, &core::FieldValue::field);
    record.body = body_of(record.fields);
    return record;
}

Result<BenchEdit> parse_edit(const core::Kind& kind, const std::string& line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    BenchEdit edit;
    COTMOC_ASSIGN(edit.id, parse_id(object));
    if (!object.contains("f") || !object["f"].is_string() || !object.contains("v")) {
        return fail(ErrorCode::bad_json, "edit");
    }
    COTMOC_ASSIGN(edit.change, parse_field(kind, object["f"].get<std::string>(), object["v"]));
    return edit;
}

/// Parses the lines into records and edits; edits of records that are not there are left out.
Result<Workload> make_workload(std::string source, std::string catalogue, const std::string& record_lines,
                               const std::string& edit_lines, std::size_t limit) {
    Workload workload{std::move(source), std::move(catalogue), {}, {}, {}, {}, {}, {}};
    COTMOC_ASSIGN(const core::Catalogue parsed, core::Catalogue::parse(workload.catalogue));
    if (parsed.kinds().size() != 1) {
        return fail(ErrorCode::bad_catalogue, "one kind");
    }
    const core::Kind& kind = parsed.kinds().front();
    workload.kind = kind.name;
    for (const core::Field& field : kind.fields) {
        if (field.indexed) {
            workload.indexed.push_back(field.name);
        }
    }
    const auto each_line = [](const std::string& text, const auto& work) -> Result<void> {
        for (std::size_t start = 0; start < text.size();) {
            const std::size_t end = std::min(text.find('\n', start), text.size());
            COTMOC_TRY(work(text.substr(start, end - start)));
            start = end + 1;
        }
        return {};
    };
    std::unordered_set<RecordId> known;
    const auto take_record = [&](const std::string& line) -> Result<void> {
        if (workload.records.size() < limit) {
            COTMOC_ASSIGN(BenchRecord record, parse_record(kind, line));
            known.insert(record.id);
            workload.records.push_back(std::move(record));
            workload.record_lines += line + "\n";
        }
        return {};
    };
    const auto take_edit = [&](const std::string& line) -> Result<void> {
        COTMOC_ASSIGN(BenchEdit edit, parse_edit(kind, line));
        if (known.contains(edit.id)) {
            workload.edits.push_back(std::move(edit));
            workload.edit_lines += line + "\n";
        }
        return {};
    };
    COTMOC_TRY(each_line(record_lines, take_record));
    COTMOC_TRY(each_line(edit_lines, take_edit));
    return workload;
}

/// Lines of generated records and of edits of them.
class Generator {
public:
    Generator(std::size_t records, std::uint64_t seed) : random_(seed), ids_(records) {}

    std::string record_line(std::size_t number) {
        random_.fill(ids_[number].octets);
        ids_[number].octets[6] = static_cast<std::uint8_t>((ids_[number].octets[6] & 0x0f) | 0x40);
        ids_[number].octets[8] = static_cast<std::uint8_t>((ids_[number].octets[8] & 0x3f) | 0x80);
        nlohmann::ordered_json line;
        const std::string commune = pick(commune_first) + " " + pick(commune_second);
        line["id"] = to_uuid_text(ids_[number]);
        line["kind"] = pick(categories);
        line["district"] = pick(districts);
        line["commune"] = commune;
        line["title"] = title(commune);
        line["date"] = core::to_text(core::Date{static_cast<std::int32_t>(18'993 + random_.below(1'461))});
        line["lat"] = coordinate(14'000'000, 1'500'000);
        line["lon"] = coordinate(107'000'000, 900'000);
        line["count"] = random_.below(300);
        line["amount"] = random_.below(80'000) * 50'000;
        line["status"] = pick(states);
        line["narrative"] = narrative();
        return line.dump();
    }
    /// Three edits of one record: its count, its amount and its title.
    std::vector<std::string> edit_lines(std::size_t number) {
        const std::string commune = pick(commune_first) + " " + pick(commune_second);
        std::vector<std::string> lines;
        for (const auto& [field, value] : std::initializer_list<std::pair<const char*, nlohmann::json>>{
                 {"amount", random_.below(80'000) * 50'000},
                 {"count", random_.below(300)},
                 {"title", title(commune)}}) {
            lines.push_back(nlohmann::ordered_json{
                {"i", number},
                {"id", to_uuid_text(ids_[number])},
                {"f", field},
                {"v", value}}.dump());
        }
        return lines;
    }

private:
    template <std::size_t size>
    std::string pick(const std::array<const char*, size>& words) {
        return words[random_.below(size)];
    }
    double coordinate(std::uint64_t from, std::uint64_t width) {
        return static_cast<double>(from + random_.below(width)) / 1e6;
    }
    std::string title(const std::string& commune) {
        return pick(title_starts) + " " + pick(phrases) + " " + pick(phrases) + " tại xã " + commune;
    }
    std::string narrative() {
        std::string text;
        for (std::uint64_t left = 2 + random_.below(2); left > 0; --left) {
            std::string sentence = pick(sentence_starts);
            for (std::uint64_t words = 7 + random_.below(6); words > 0; --words) {
                sentence +=
                    " " + (random_.below(14) == 0 ? std::to_string(random_.below(1'000)) : pick(phrases));
            }
            text += (text.empty() ? "" : " ") + sentence + ".";
        }
        return text;
    }

    SeededRandom random_;
    std::vector<RecordId> ids_;
};

Result<std::string> read_plain_or_packed(const std::string& path) {
    return read_text(system::file_exists(path) ? path : path + ".zst");
}

}  // namespace

Result<Workload> read_workload(const std::string& directory, std::size_t limit) {
    COTMOC_ASSIGN(std::string catalogue, read_text(directory + "/catalogue.json"));
    COTMOC_ASSIGN(const std::string records, read_plain_or_packed(directory + "/records.jsonl"));
    COTMOC_ASSIGN(const std::string edits, read_plain_or_packed(directory + "/w2.jsonl"));
    return make_workload(directory, std::move(catalogue), records, edits, limit);
}

Result<Workload> generate_workload(std::size_t records, std::uint64_t seed) {
    Generator generator(records, seed);
    std::string record_lines;
    for (std::size_t number = 0; number < records; ++number) {
        record_lines += generator.record_line(number) + "\n";
    }
    std::string edit_lines;
    const std::size_t edited = std::min(records, edited_records_max);
    for (std::size_t nth = 0; nth < edited; ++nth) {
        for (const std::string& line : generator.edit_lines(nth * records / edited)) {
            edit_lines += line + "\n";
        }
    }
    return make_workload("seed " + std::to_string(seed), generated_catalogue, record_lines, edit_lines,
                         records);
}

}  // namespace cotmoc::bench
