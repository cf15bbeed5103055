// The ops of one record, read without the others.
#include "support/environment_number.hpp"
#include "support/random_change_set.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::core;
using test_support::shortened;

namespace {

bool is_of(const RecordName& name, const RecordId& id, const std::vector<Dot>& created) {
    return name.id ? *name.id == id : std::ranges::find(created, name.created) != created.end();
}

/// The same by decoding everything.
ChangeSet filtered(ChangeSet set, const RecordId& id, const std::vector<Dot>& created) {
    for (CreateBlock& block : set.creates) {
        std::erase_if(block.creates, [&](const Create& create) { return create.id != id; });
    }
    for (FieldBlock& block : set.fields) {
        std::erase_if(block.ops, [&](const FieldOp& op) { return !is_of(op.record, id, created); });
    }
    std::erase_if(set.creates, [](const CreateBlock& block) { return block.creates.empty(); });
    std::erase_if(set.fields, [](const FieldBlock& block) { return block.ops.empty(); });
    return set;
}

}  // namespace

TEST_CASE("the ops of one record are those that decoding all of them finds") {
    std::size_t found = 0;
    for (std::uint64_t seed = 0; seed < shortened(3'000); ++seed) {
        const ChangeSet set = test::RandomChangeSet(seed).make();
        const Bytes bytes = encode(set);
        std::vector<std::pair<RecordId, std::vector<Dot>>> records{{RecordId{{0xee}}, {}}};
        for (const CreateBlock& block : set.creates) {
            records.push_back({block.creates.front().id, {}});
        }
        for (const FieldBlock& block : set.fields) {
            const RecordName& name = block.ops.back().record;
            const RecordId id = name.id.value_or(RecordId{{0xee}});
            records.push_back({id, name.id ? std::vector<Dot>() : std::vector{name.created}});
        }
        for (const auto& [id, created] : records) {
            INFO("seed ", seed);
            const Result<ChangeSet> ops = decode_record_ops(bytes, id, created);
            REQUIRE(ops);
            REQUIRE(*ops == filtered(set, id, created));
            found += ops->creates.size() + ops->fields.size();
        }
    }
    CHECK(found > shortened(3'000));
}

TEST_CASE("octets that were never accepted give an error or some ops, and nothing worse") {
    for (std::uint64_t seed = 0; seed < shortened(100); ++seed) {
        Bytes bytes = encode(test::RandomChangeSet(seed).make());
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const Bytes prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
            (void)decode_record_ops(prefix, RecordId{}, {});
            bytes[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
            (void)decode_record_ops(bytes, RecordId{}, {});
            bytes[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
        }
    }
}
