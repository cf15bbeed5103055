// T13: exactly what a hub, and who listens on the line, may see. A new field in clear fails here until
// docs/spec/limits.md and this list name it.
#include "support/fleet.hpp"
#include "support/test_province.hpp"

#include <cotmoc/core/database.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/attachment_store.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

struct Capture {
    std::array<Bytes, 2> wire;  // up, down
};

/// One session whose octets are kept.
Capture capture(Fleet& fleet, const std::string& device) {
    const auto caller = fleet.call(device);
    const auto responder = fleet.answer();
    Capture seen;
    exchange(*caller, *responder, [&](BytesView octets, bool from_caller) {
        Bytes& wire = seen.wire[from_caller ? 0 : 1];
        wire.insert(wire.end(), octets.begin(), octets.end());
    });
    CHECK(!caller->error());
    CHECK(!responder->error());
    return seen;
}

bool holds(BytesView where, BytesView what) { return !std::ranges::search(where, what).empty(); }

Bytes hub_files(const Fleet& fleet) {
    Bytes all;
    for (const char* name : {"hub.db", "hub.db-wal"}) {
        const std::string octets = octets_of(fleet.directory.path() / name);
        all.insert(all.end(), octets.begin(), octets.end());
    }
    return all;
}

/// The stream as frames: u16 length, then that many octets and nothing else.
std::vector<Bytes> frames(BytesView wire) {
    std::vector<Bytes> all;
    while (!wire.empty()) {
        REQUIRE(wire.size() >= 2);
        const std::size_t size = wire[0] + std::size_t{256} * wire[1];
        REQUIRE(wire.size() >= 2 + size);
        const BytesView frame = wire.subspan(2, size);
        all.emplace_back(frame.begin(), frame.end());
        wire = wire.subspan(2 + size);
    }
    return all;
}

struct Scene : Fleet {
    Scene() : Fleet(31) {
        add("so-1", Role::province_officer, {"*"});
        add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        for (int i = 0; i < 5; ++i) {
            records.push_back(
                add_record("post-a", "delegation", {{"partner", "Attapeu"}, {"head", "Khamla"}}));
        }
    }
    /// Octets that stand for an identity: in clear on no line.
    std::vector<std::pair<std::string, Bytes>> identities() {
        std::vector<std::pair<std::string, Bytes>> all;
        const crypto::TrustState& trust = hub().trust();
        for (const auto& device : trust.devices()) {
            all.emplace_back("device id", Bytes(device.id.octets.begin(), device.id.octets.end()));
            all.emplace_back("agreement key",
                             Bytes(device.keys.agreement.octets.begin(), device.keys.agreement.octets.end()));
            all.emplace_back("signing key",
                             Bytes(device.keys.signing.octets.begin(), device.keys.signing.octets.end()));
        }
        for (const auto& space : trust.spaces()) {
            all.emplace_back("space id", Bytes(space.id.octets.begin(), space.id.octets.end()));
        }
        all.emplace_back(
            "root", Bytes(trust.root_fingerprint().octets.begin(), trust.root_fingerprint().octets.end()));
        all.emplace_back("trust head", Bytes(trust.head().octets.begin(), trust.head().octets.end()));
        return all;
    }
    std::vector<RecordId> records;
};

}  // namespace

TEST_CASE("on the line: lengths of frames and two one-time keys are in clear, and nothing else") {
    Scene fleet;
    for (const auto& [scenario, device] :
         std::vector<std::pair<std::string, std::string>>{{"publish the trust feed", "authority"},
                                                          {"first sync with work to send", "post-a"},
                                                          {"first sync with work to fetch", "so-1"},
                                                          {"confirmations", "post-a"},
                                                          {"nothing new", "post-a"}}) {
        CAPTURE(scenario);
        const Capture seen = capture(fleet, device);
        std::set<Bytes> one_time_keys;
        for (const Bytes& way : seen.wire) {
            const std::vector<Bytes> all = frames(way);
            REQUIRE(!all.empty());
            one_time_keys.insert(Bytes(all[0].begin(), all[0].begin() + 32));
            for (const auto& [what, octets] : fleet.identities()) {
                CAPTURE(what);
                CHECK(!holds(way, octets));
            }
            CHECK(!holds(way, as_bytes("CMC1")));
        }
        CHECK(one_time_keys.size() == 2);
        const Capture again = capture(fleet, device);
        const std::vector<Bytes> next = frames(again.wire[0]);
        CHECK(!one_time_keys.contains(Bytes(next[0].begin(), next[0].begin() + 32)));
    }
}

TEST_CASE("at the hub: these tables and columns, and of an envelope these fields") {
    Scene fleet;
    fleet.sync_all();
    // The hub has its own open, so that a copy is looked at.
    for (const char* suffix : {"", "-wal"}) {
        std::filesystem::copy_file(fleet.directory.file("hub.db") + suffix,
                                   fleet.directory.file("copy.db") + suffix);
    }
    core::Database::Options options;
    options.path = fleet.directory.file("copy.db");
    core::Database database = must(core::Database::open(options));
    core::Statement columns = must(database.prepare(
        "SELECT m.name || '.' || c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c "
        "WHERE m.type = 'table' ORDER BY m.name, c.cid"));
    std::vector<std::string> found;
    while (must(columns.step())) {
        found.emplace_back(columns.text(0));
    }
    const std::vector<std::string> pinned = {"begun.device",
                                             "begun.size",
                                             "begun.part_check",
                                             "begun.beginning",
                                             "begun.bytes",
                                             "envelope.position",
                                             "envelope.space",
                                             "envelope.device",
                                             "envelope.seq",
                                             "envelope.hash",
                                             "envelope.bytes",
                                             "frontier.space",
                                             "frontier.device",
                                             "frontier.seq",
                                             "frontier.hash",
                                             "meta.format",
                                             "side.space",
                                             "side.device",
                                             "side.seq",
                                             "side.hash",
                                             "side.previous",
                                             "side.bytes",
                                             "space.number",
                                             "space.id",
                                             "trust.position",
                                             "trust.entry",
                                             "usage.device",
                                             "usage.bytes",
                                             "usage.change_sets",
                                             "usage.day",
                                             "usage.day_bytes",
                                             "usage.day_change_sets",
                                             "usage.cut_bytes",
                                             "usage.cut_change_sets"};
    CHECK(found == pinned);

    // The header's fields as the hub reads them; what follows them is ciphertext and a signature.
    struct Field {
        const char* name;
        std::size_t size;
    };
    constexpr Field fields[] = {{"magic", 4},  {"format", 1},    {"type", 1},       {"suite", 2},
                                {"flags", 4},  {"epoch", 4},     {"space", 16},     {"author", 32},
                                {"seq", 8},    {"previous", 32}, {"frontier", 32},  {"chunk count", 4},
                                {"length", 4}, {"salt", 24},     {"commitment", 32}};
    std::size_t size = 0;
    for (const Field& field : fields) {
        size += field.size;
    }
    CHECK(size == crypto::envelope_header_size);
    const SpaceId space = must(fleet.replica("post-a").find_space("kon-tum/ngoc-hoi")).id;
    const auto envelope = must(fleet.hub().next_envelope(space, 0));
    REQUIRE(envelope);
    const auto header = crypto::parse_envelope(envelope->bytes);
    REQUIRE(header);
    CHECK(envelope->bytes.size() == size + header->ciphertext_length + 64);
}

TEST_CASE("at the hub: of attached files these tables and columns") {
    const TemporaryDirectory directory;
    core::Database::Options options;
    options.path = directory.file("attachments.db");
    must(sync::AttachmentStore::open(options)).reset();
    core::Database database = must(core::Database::open(options));
    core::Statement columns = must(database.prepare(
        "SELECT m.name || '.' || c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c "
        "WHERE m.type = 'table' ORDER BY m.name, c.cid"));
    std::vector<std::string> found;
    while (must(columns.step())) {
        found.emplace_back(columns.text(0));
    }
    // `reference` and `followed` are filled on devices, where the file is encrypted: a hub reads no record.
    const std::vector<std::string> pinned = {
        "attachment.number", "attachment.id",      "attachment.space",     "attachment.author",
        "attachment.payer",  "attachment.size",    "attachment.charge",    "attachment.draft",
        "attachment.manifest", "chunks.attachment", "chunks.whole",        "chunks.part_chunk",
        "chunks.part_octets", "chunks.bits",       "delivered.attachment", "delivered.peer",
        "delivered.told",    "followed.space",     "followed.digest",      "meta.format",
        "piece.attachment",  "piece.chunk",        "piece.start",          "piece.octets",
        "reference.id",      "reference.space",    "reference.size",       "reference.thumbnail",
        "reference.content", "reference.text",     "went_back.at_ms"};
    CHECK(found == pinned);
}

TEST_CASE("at the hub: no record id, no stamp, no name of a person, unit, device or field") {
    Scene fleet;
    fleet.sync_all();
    const Bytes files = hub_files(fleet);
    REQUIRE(files.size() > 10'000);
    for (const RecordId& record : fleet.records) {
        CHECK(!holds(files, record.view()));
        CHECK(!holds(files, as_bytes(record.hex())));
    }
    for (const char* text : {"Attapeu", "Khamla", "ngoc-hoi", "kon-tum", "Ngọc Hồi", "post-a", "so-1",
                             "hub-1", "delegation", "partner", "inspection"}) {
        CAPTURE(text);
        CHECK(!holds(files, as_bytes(text)));
    }
    const auto wall = static_cast<std::uint64_t>(fleet["post-a"].clock.wall_ms());
    Bytes stamp;
    for (int shift = 0; shift < 48; shift += 8) {
        stamp.push_back(static_cast<std::uint8_t>(wall >> shift));
    }
    // The authority's entries carry the day they were issued, which is in clear; envelopes carry no time.
    const SpaceId space = must(fleet.replica("post-a").find_space("kon-tum/ngoc-hoi")).id;
    for (std::int64_t position = 0;;) {
        const auto envelope = must(fleet.hub().next_envelope(space, position));
        if (!envelope) {
            break;
        }
        position = envelope->position;
        CHECK(!holds(envelope->bytes, stamp));
    }
    // The search itself finds what is there.
    CHECK(holds(files, space.view()));
    CHECK(holds(files, fleet.replica("post-a").id().view()));
}

TEST_CASE("sizes of envelopes up to 1 MiB take at most 300 values, and real envelopes have such sizes") {
    std::set<std::size_t> classes;
    for (std::size_t length = 1; length <= crypto::envelope_bytes_max; ++length) {
        const std::size_t padded = crypto::padded_length(length);
        REQUIRE(padded >= length);
        classes.insert(padded);
    }
    CHECK(classes.size() <= 300);
    TestProvince province;
    const auto& member = province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
    const SpaceId space = province.space("kon-tum/ngoc-hoi");
    SeededRandom lot(4);
    std::set<std::size_t> sizes;
    for (int i = 0; i < 400; ++i) {
        Bytes content(1 + lot.below(std::size_t{1} << (5 + lot.below(15))));
        lot.fill(content);
        const auto sealed = crypto::seal({space, 1, {}, {}}, member.keys, *province.keys.newest(space),
                                         content, {i % 2}, province.random);
        if (sealed) {
            const auto header = crypto::parse_envelope(sealed->bytes);
            REQUIRE(header);
            CHECK(classes.contains(header->ciphertext_length - 16 * header->chunk_count));
            sizes.insert(sealed->bytes.size());
        }
    }
    CHECK(sizes.size() > 50);
    CHECK(sizes.size() <= 300);
}
