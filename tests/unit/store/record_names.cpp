// An op names its record by id where that id stands in two spaces.
#include "unit/store/store_support.hpp"

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;

TEST_CASE("an op that names its record by id means the same where another space has that id too") {
    const RecordId id{{9, 9, 9}};
    const SpaceId shared{{4, 4, 4}};
    const auto create = [&](TestStore& store) {
        const FieldValue title{"title", std::string("a")};
        must(store->write([&]() -> Result<void> {
            COTMOC_TRY(store->add(store.space, store.kind("thing"), std::span(&title, 1), id));
            return {};
        }));
        return store.seal();
    };
    TestStore one(1);
    one.space = shared;
    const TestStore::Sent created = create(one);
    // The second device reads another space first, which has the id as well.
    TestStore two(2);
    create(two);
    two.space = shared;
    two.receive(created);

    // The third device's own program would name the creating dot.
    TestStore::Sent edit{{1, {2, 0}, {}, 1}, {}, {0, 1, 0, 0}, DeviceIndex{3}};
    FieldBlock block{OpKind::set, "note", Shape::register_, {}};
    block.ops.push_back({0, {2, 0}, {id, {}}, {}, std::string("c"), {}});
    edit.pending.ops = {1, {}, {block}};
    edit.envelope.space = shared;
    edit.envelope.author = edit.author;
    edit.envelope.seq = 1;
    edit.envelope.hash.octets.fill(0x55);
    one.receive(edit);
    two.receive(edit);
    CHECK(one.digest() == two.digest());
}
