// Blocks of a snapshot by somebody who may sign one and means harm: well formed columns that say what no
// store holds, or that cost a reader more than they cost their author.
#include "codec/value_column.hpp"
#include "store/snapshot_blocks.hpp"
#include "store/snapshot_records.hpp"
#include "store_support.hpp"

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

namespace {

constexpr DeviceIndex author{0};
constexpr DeviceIndex victim{1};
constexpr Hlc stamp{1'704'067'200'000, 0};

/// Covers one change set of the author.
struct Forgery {
    Forgery() {
        sets.add_feed(author, 1);
        sets.bases.push_back(stamp);
        layout.layout.kind = "thing";
        blocks.push_back({1, snapshot_body_version, 1, 0, 1, 0, 0});
        Bytes hashes(1 + 1 + Hash256::size + 1, 1);
        hashes.front() = 2;
        hashes.back() = 0;
        blocks.push_back(std::move(hashes));
        BinaryWriter stamps = begin_block(SnapshotBlock::stamps);
        stamps.varint(1);
        write_integers(stamps, Integers{static_cast<std::int64_t>(stamp.wall_ms)});
        write_integers(stamps, Integers{0});
        blocks.push_back(stamps.take());
    }

    /// A record that the author's create at `index` made.
    SnapshotRecord record(std::uint32_t index) const {
        SnapshotRecord made;
        made.id.octets.fill(static_cast<std::uint8_t>(++ids_));
        made.state.kind = layout.layout.kind;
        made.state.creations.push_back({{author, 1, index}, stamp, &layout});
        made.state.visits.push_back({author, 1, index});
        return made;
    }
    ColumnWriter encoded(std::span<const SnapshotRecord> records) const {
        ColumnWriter to;
        to.out = begin_block(SnapshotBlock::records);
        encode_records(to, records, sets, hasher);
        return to;
    }
    void add(std::span<const SnapshotRecord> records) { blocks.push_back(encoded(records).out.take()); }

    Result<void> install(TestStore& into) const {
        return into->write([&]() -> Result<void> {
            auto installation = StoreSnapshots(*into.store).install(into.space);
            for (const Bytes& block : blocks) {
                COTMOC_TRY(installation.take(block));
            }
            COTMOC_TRY(installation.finish());
            return {};
        });
    }
    ErrorCode refusal() const {
        TestStore store(to_number(victim));
        const ErrorCode code = code_of(install(store));
        CHECK_FALSE(must(store->holds_anything_of(store.space)));
        return code;
    }

    CoveredSets sets;
    StoredLayout layout;
    std::vector<Bytes> blocks;
    crypto::Blake2bHasher hasher;

private:
    mutable unsigned ids_ = 0;
};

/// So many deleted elements, each of an op of its own; each takes one octet.
TextSequence deleted_text(DeviceIndex device, std::uint64_t seq, std::uint32_t first, std::uint32_t count) {
    BinaryWriter out;
    out.varint(count);
    out.u8(0x45);  // deleted, adjacent, single
    out.varint(to_number(device));
    out.varint(seq);
    out.varint(first);
    for (std::uint32_t i = 1; i < count; ++i) {
        out.u8(0x75);  // the same with the next index
    }
    BinaryReader reader(out.bytes());
    return must(TextSequence::load(reader, ""));
}

FieldEdit edit_of(FieldEdit::Kind kind, std::string field, Value value) {
    return {kind, std::move(field), std::move(value), false, 0, 0};
}

}  // namespace

TEST_CASE("snapshot: elements of a text that an op beyond the frontier names are refused") {
    Forgery honest;
    SnapshotRecord record = honest.record(0);
    record.state.fields.emplace("story", deleted_text(author, 1, 5, 2));
    honest.add({&record, 1});
    TestStore store(to_number(victim));
    must(honest.install(store));
    CHECK(must(store.edit(record.id, {edit_of(FieldEdit::Kind::set, "story", std::string("a"))})));

    // The last of these would be the victim's own next op.
    for (const auto& [device, seq] : {std::pair(author, 2), std::pair(victim, 1)}) {
        Forgery forged;
        record.state.fields.clear();
        record.state.fields.emplace("story", deleted_text(device, static_cast<std::uint64_t>(seq), 0, 2));
        forged.add({&record, 1});
        CHECK(forged.refusal() == ErrorCode::bad_encoding);
    }
}

TEST_CASE("snapshot: only content names the initial texts of a creation") {
    const auto with = [](const Dot& text) {
        Forgery forged;
        forged.layout.layout.entries = {{"story", Shape::text}};
        forged.layout.types = {ValueType::text};
        SnapshotRecord record = forged.record(0);
        record.state.creations.push_back({{author, 1, 2}, stamp, &forged.layout});
        record.state.visits = {{author, 1, 3}};
        for (Creation& creation : record.state.creations) {
            creation.texts = {text};
        }
        forged.add({&record, 1});
        return forged;
    };
    TestStore store(to_number(victim));
    must(with(Dot()).install(store));
    TestStore second(to_number(victim));
    must(with({content_device, 7, 7}).install(second));
    CHECK(with({victim, 1, 0}).refusal() == ErrorCode::bad_encoding);
}

TEST_CASE("snapshot: a field that is held in another shape than the catalogue's refuses edits by name") {
    Forgery forged;
    SnapshotRecord record = forged.record(0);
    record.state.fields.emplace("tags",
                                Register::from_parts({{{author, 1, 9}, stamp, std::string("x"), false}}, {}));
    record.state.visits = {{author, 1, 9}};
    forged.add({&record, 1});
    TestStore store(to_number(victim));
    must(forged.install(store));
    const std::string before = store.body(record.id);
    for (const FieldEdit& edit : {edit_of(FieldEdit::Kind::insert, "tags", std::string("a")),
                                  edit_of(FieldEdit::Kind::remove, "tags", std::string("a")),
                                  edit_of(FieldEdit::Kind::set, "tags", TextList{"a"})}) {
        CHECK(code_of(store.edit(record.id, {edit})) == ErrorCode::wrong_shape);
    }
    CHECK(store.body(record.id) == before);
}

TEST_CASE("snapshot: the last visits of many of one device are found in one pass") {
    std::vector<Visit> visits;
    for (std::uint64_t seq = 1; seq <= 1'000'000; ++seq) {
        visits.push_back({author, seq, seq == 3 ? std::optional(std::uint32_t{1}) : std::nullopt});
    }
    visits.push_back({author, 3, 8});
    visits.push_back({victim, 4, 2});
    visits.push_back({victim, 4, std::nullopt});
    const std::vector<Visit> last = last_visits(visits);
    REQUIRE(last.size() == 3);
    CHECK((last[0].device == author && last[0].seq == 3 && last[0].last_value_index == 8));
    CHECK((last[1].device == author && last[1].seq == 1'000'000 && !last[1].last_value_index));
    CHECK((last[2].device == victim && last[2].seq == 4 && last[2].last_value_index == 2));
}

TEST_CASE("snapshot: a group of fields that no record's kind has is refused where it stands") {
    Forgery forged;
    const SnapshotRecord record = forged.record(0);
    const ColumnWriter plain = forged.encoded({&record, 1});
    const auto deletes = std::ranges::find(plain.parts.names, "deletes");
    REQUIRE(deletes != plain.parts.names.end());
    const std::size_t at = plain.parts.ends[static_cast<std::size_t>(deletes - plain.parts.names.begin())];
    BinaryWriter block;
    block.raw(BytesView(plain.out.bytes()).first(at));
    block.varint(1);
    block.string("nobody");
    block.string("x");
    block.u8(0);
    write_integers(block, {});
    write_values(block, std::span<const Value* const>());
    write_integers(block, {});
    block.raw(BytesView(plain.out.bytes()).subspan(at + 1));
    forged.blocks.push_back(block.take());
    TestStore store(to_number(victim));
    const Result<void> refused = forged.install(store);
    CHECK(code_of(refused) == ErrorCode::bad_encoding);
    CHECK(refused.error().detail == "group of no record");
}

TEST_CASE("snapshot: many fields of one record that were each set alone are told in one pass") {
    constexpr std::uint32_t count = 600'000;
    CoveredSets sets;
    sets.add_feed(author, count);
    std::vector<std::vector<StampedDot>> ops(1);
    for (std::uint32_t i = 0; i < count; ++i) {
        sets.bases.push_back(stamp);
        ops[0].push_back({{author, i + 1, 0}, stamp});
    }
    ops[0].push_back({{author, 1, 4}, stamp});
    ops[0].push_back({{author, 1, 5}, stamp});
    ColumnWriter to;
    FieldOps::write(to, ops, sets);
    Source source(to.out.bytes());
    const std::size_t counts[] = {ops[0].size()};
    const auto read = must(FieldOps::read(source, counts, sets));
    CHECK(std::ranges::equal(read[0], ops[0], {}, &StampedDot::dot, &StampedDot::dot));
}

TEST_CASE("snapshot: spans of a text are counted before memory is taken for them") {
    Forgery forged;
    SnapshotRecord record = forged.record(0);
    record.state.fields.emplace("story", deleted_text(author, 1, 5, 600'000));
    forged.add({&record, 1});
    CHECK(forged.refusal() == ErrorCode::limit_exceeded);
}

TEST_CASE("snapshot: a writer closes a block before its reader would run out of cells") {
    Forgery forged;
    std::vector<SnapshotRecord> records;
    for (std::uint32_t i = 0; i < 2; ++i) {
        records.push_back(forged.record(i));
        records[i].state.fields.emplace("story", deleted_text(author, 1, 5, 300'000));
        forged.add({&records[i], 1});
    }
    TestStore source(to_number(victim));
    must(forged.install(source));
    // What the writer gives of the two has to fit its own reader; as one block they do not.
    Forgery together;
    together.add(records);
    CHECK(together.refusal() == ErrorCode::limit_exceeded);
    Forgery written;
    written.blocks.clear();
    must(StoreSnapshots(*source.store).write(source.space, [&](BytesView block, const SnapshotParts&) {
        written.blocks.emplace_back(block.begin(), block.end());
        return Result<void>();
    }));
    TestStore fresh(2);
    const Result<void> installed = written.install(fresh);
    REQUIRE_MESSAGE(installed, (installed ? std::string() : describe(installed.error())));
    CHECK(fresh.digest() == source.digest());
}

TEST_CASE("snapshot: two records of one create are refused, in one block or two") {
    Forgery one;
    const SnapshotRecord records[] = {one.record(0), one.record(0)};
    one.add(records);
    CHECK(one.refusal() == ErrorCode::bad_encoding);
    Forgery two;
    two.add({&records[0], 1});
    two.add({&records[1], 1});
    CHECK(two.refusal() == ErrorCode::bad_encoding);
}
