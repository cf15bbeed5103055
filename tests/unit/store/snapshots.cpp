// Snapshots at the level of the store: what goes out as blocks comes in as the same records.
#include "store_support.hpp"
#include "support/environment_number.hpp"
#include "support/fingerprint.hpp"

#include <cotmoc/core/snapshot.hpp>

#include <random>

using namespace cotmoc;
using namespace cotmoc::core;
using namespace cotmoc::core::store_test;
using test_support::shortened;

namespace {

struct Written {
    std::vector<Bytes> blocks;
    SnapshotContents contents;
};

Written write_snapshot(TestStore& from) {
    Written written;
    written.contents =
        must(StoreSnapshots(*from.store).write(from.space, [&](BytesView block, const SnapshotParts&) {
            written.blocks.emplace_back(block.begin(), block.end());
            return Result<void>();
        }));
    return written;
}

Result<SnapshotContents> install(TestStore& into, const std::vector<Bytes>& blocks) {
    SnapshotContents contents;
    const Result<void> installed = into->write([&]() -> Result<void> {
        auto installation = StoreSnapshots(*into.store).install(into.space);
        for (const Bytes& block : blocks) {
            COTMOC_TRY(installation.take(block));
        }
        COTMOC_ASSIGN(contents, installation.finish());
        return {};
    });
    COTMOC_TRY(installed);
    return contents;
}

/// Three devices that write, edit, delete and join at random, and tell each other now and then.
class Offices {
public:
    explicit Offices(std::uint64_t seed) : random_(seed) {
        for (std::uint32_t i = 0; i < 3; ++i) {
            stores.push_back(std::make_unique<TestStore>(i));
            stores.back()->clock.wall += static_cast<std::int64_t>(below(5000));
        }
    }

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    void act() {
        TestStore& at = *stores[below(stores.size())];
        at.clock.wall += static_cast<std::int64_t>(below(100'000));
        if (ids_.empty() || below(4) == 0) {
            create(at);
            return;
        }
        const RecordId id = ids_[below(ids_.size())];
        if (!must(at->find_itself(id))) {
            return;
        }
        (void)at->write([&]() -> Result<void> { return change(at, id); });
    }

    void create(TestStore& at) {
        RecordId id;
        for (auto& octet : id.octets) {
            octet = static_cast<std::uint8_t>(random_());
        }
        if (!ids_.empty() && below(8) == 0) {
            id = ids_[below(ids_.size())];  // made twice, by two offices
        }
        std::vector<FieldValue> fields{{"title", word()}, {"size", std::int64_t(below(5))}};
        if (below(2) == 0) {
            const std::string first = word() + " ";
            fields.push_back({"story", first + word()});
            fields.push_back({"tags", TextList{"a", "b"}});
            fields.push_back({"visits", std::int64_t(below(9))});
        }
        const auto made = at->write([&]() -> Result<void> {
            COTMOC_TRY(at->add(at.space, at.kind("thing"), fields, id));
            return {};
        });
        if (made) {
            ids_.push_back(id);
        }
    }

    Result<void> change(TestStore& at, const RecordId& id) {
        const auto edit = [&](FieldEdit change) -> Result<void> {
            COTMOC_TRY(at->edit(id, std::span(&change, 1)));
            return {};
        };
        switch (below(10)) {
            case 0:
                return edit({FieldEdit::Kind::add, "visits", std::int64_t(1 + below(3))});
            case 1:
                return edit({below(2) == 0 ? FieldEdit::Kind::insert : FieldEdit::Kind::remove, "tags",
                             std::string(1, static_cast<char>('a' + below(4)))});
            case 2:
                return edit({FieldEdit::Kind::splice, "story", word(), false, 0, 0});
            case 3:
                return at->remove(id);
            case 4:
                return at->restore(id);
            case 5: {
                COTMOC_TRY(at->join(id, ids_[below(ids_.size())]));
                return {};
            }
            case 6:
                return at->resolve(id, "title", {0, std::nullopt});
            case 7:
                return edit({FieldEdit::Kind::set, "step", std::string(below(2) == 0 ? "open" : "done")});
            case 8:
                return edit({FieldEdit::Kind::set, "size", std::int64_t(below(5))});
            default:
                return edit({FieldEdit::Kind::set, "title", word()});
        }
    }

    std::string word() {
        static const char* const words[] = {"Đăk Glei", "tra", "Ngọc Hồi", "bàn giao", "x", ""};
        const std::string first = words[below(5)];  // in this order, which `+` leaves to the compiler
        return first + std::to_string(below(30));
    }

    /// Seals what each device has made, and gives all of it to the others.
    void tell_all() {
        for (auto& from : stores) {
            while (must(from->store->has_pending(from->space))) {
                sent.push_back(from->seal());
            }
        }
        for (auto& to : stores) {
            for (std::size_t i = 0; i < sent.size(); ++i) {
                give(*to, i);
            }
        }
    }
    void give(TestStore& to, std::size_t number) {
        const auto feeds = must(to->frontier(to.space));
        const auto held = std::ranges::find(feeds, sent[number].author, &FeedState::device);
        if (sent[number].author != to.self && (held == feeds.end() || held->seq < sent[number].pending.seq)) {
            to.receive(sent[number]);
        }
    }

    std::vector<std::unique_ptr<TestStore>> stores;
    std::vector<TestStore::Sent> sent;

private:
    std::mt19937_64 random_;
    std::vector<RecordId> ids_;
};

std::vector<std::string> shown(TestStore& store) {
    std::vector<std::string> all;
    ListQuery query;
    query.deleted = true;
    query.joined = true;
    must(store->list(query, [&](const RecordView& view) {
        all.push_back(to_uuid_text(view.id) + view.kind + view.body + view.retired +
                      (view.deleted ? "D" : "") + (view.edited_while_deleted ? "E" : "") +
                      std::to_string(view.conflicts.size()) + "/" + std::to_string(view.merged.size()));
        return true;
    }));
    std::ranges::sort(all);
    return all;
}

}  // namespace

TEST_CASE("a store that began with a snapshot holds the same ops, shows the same and goes on alike") {
    for (std::uint64_t seed = 1; seed <= shortened(12); ++seed) {
        CAPTURE(seed);
        Offices offices(seed);
        for (int round = 0; round < 6; ++round) {
            for (int i = 0; i < 25; ++i) {
                offices.act();
            }
            offices.tell_all();
        }
        TestStore& source = *offices.stores[seed % 3];
        const Written written = write_snapshot(source);
        TestStore fresh(3);
        const auto contents = install(fresh, written.blocks);
        REQUIRE_MESSAGE(contents, (contents ? std::string() : describe(contents.error())));
        CHECK(*contents == written.contents);
        CHECK(fresh.digest() == source.digest());
        CHECK(must(fresh->record_hashes(fresh.space)) == must(source->record_hashes(source.space)));
        CHECK(shown(fresh) == shown(source));
        must(fresh->check_digests());
        fresh.open();
        CHECK(fresh.digest() == source.digest());
        CHECK(shown(fresh) == shown(source));
        // From a snapshot of that copy comes the same state again.
        TestStore second(3);
        REQUIRE(install(second, write_snapshot(fresh).blocks));
        CHECK(second.digest() == source.digest());

        const std::size_t before = offices.sent.size();
        for (int i = 0; i < 40; ++i) {
            offices.act();
        }
        offices.tell_all();
        for (std::size_t i = before; i < offices.sent.size(); ++i) {
            offices.give(fresh, i);
        }
        CHECK(fresh.digest() == source.digest());
        CHECK(must(fresh->record_hashes(fresh.space)) == must(source->record_hashes(source.space)));
        CHECK(shown(fresh) == shown(source));
    }
}

TEST_CASE("a snapshot is written alike each time, and only with what is sealed") {
    Offices offices(77);
    for (int i = 0; i < 60; ++i) {
        offices.act();
    }
    offices.tell_all();
    CHECK(write_snapshot(*offices.stores[0]).blocks == write_snapshot(*offices.stores[0]).blocks);
    TestStore empty(3);
    CHECK(code_of(StoreSnapshots(*empty.store).write(empty.space, [](BytesView, const SnapshotParts&) {
              return Result<void>();
          })) == ErrorCode::unknown_space);
}

TEST_CASE("what three offices seal, their digest and their snapshot have the same octets on every machine") {
    Offices offices(4);
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 40; ++i) {
            offices.act();
        }
        offices.tell_all();
    }
    test_support::Fingerprint sealed;
    for (const TestStore::Sent& one : offices.sent) {
        sealed.add(encode(one.pending.ops));
    }
    test_support::Fingerprint snapshot;
    for (const Bytes& block : write_snapshot(*offices.stores[0]).blocks) {
        snapshot.add(block);
    }
    // Another number means another encoding: a new version of the format, or a fault.
    CHECK(sealed.value() == 4648643670459362745u);
    CHECK(snapshot.value() == 5705227745288316591u);
    CHECK(offices.stores[0]->digest().hex() ==
          "23c13ad453195be3658328b93bba67f1f59180872e04db57230b6fb85e749654");
}

TEST_CASE("a snapshot that is cut, mixed up or altered is refused and leaves nothing") {
    Offices offices(5);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 40; ++i) {
            offices.act();
        }
        offices.tell_all();
    }
    TestStore& source = *offices.stores[0];
    const Written written = write_snapshot(source);
    REQUIRE(written.blocks.size() >= 5);
    const auto refused = [&](const std::vector<Bytes>& blocks) {
        TestStore fresh(3);
        const auto contents = install(fresh, blocks);
        if (contents) {
            // What the decoder cannot tell, the digest does.
            return !(*contents == written.contents);
        }
        CHECK_FALSE(must(fresh->holds_anything_of(fresh.space)));
        CHECK(fresh.digest() == Hash256{});
        return true;
    };
    for (std::size_t i = 0; i < written.blocks.size(); ++i) {
        std::vector<Bytes> blocks = written.blocks;
        blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(refused(blocks));
        blocks = written.blocks;
        blocks.push_back(blocks[i]);
        CHECK(refused(blocks));
        blocks = written.blocks;
        blocks[i].pop_back();
        CHECK(refused(blocks));
        blocks[i] = written.blocks[i];
        blocks[i].push_back(0);
        CHECK(refused(blocks));
    }
    std::mt19937_64 random(9);
    for (std::uint64_t i = 0; i < shortened(400); ++i) {
        std::vector<Bytes> blocks = written.blocks;
        Bytes& block = blocks[random() % blocks.size()];
        block[random() % block.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
        // A reason or what an author had seen is not in the digest: the manifest's hashes hold those.
        (void)refused(blocks);
    }
}

TEST_CASE("octets of change sets can be dropped and put back; hashes and the digest stay") {
    TestStore store(0);
    const RecordId id = store.add("thing", {{"title", std::string("a")}});
    TestStore::Sent first = store.seal();
    store.set(id, "title", std::string("b"));
    TestStore::Sent second = store.seal();
    const Bytes octets{1, 2, 3};
    StoreSnapshots snapshots(*store.store);
    CHECK(must(snapshots.without_octets(store.space)) == 2);  // sealed in name only here
    for (const std::uint64_t seq : {1, 2, 2}) {
        must(store->write([&]() -> Result<void> {
            COTMOC_TRY(snapshots.put_octets(store.space, store.self, seq, octets));
            return {};
        }));
    }
    CHECK(must(snapshots.without_octets(store.space)) == 0);
    CHECK(must(snapshots.first_without_octets(store.space, store.self)) == 0);
    const Hash256 digest = store.digest();
    must(store->write([&]() -> Result<void> {
        COTMOC_ASSIGN(const std::uint64_t dropped, snapshots.drop_octets(store.space, store.self, 1));
        CHECK(dropped == 1);
        return {};
    }));
    CHECK(must(snapshots.first_without_octets(store.space, store.self)) == 1);
    CHECK(must(store->envelope_hash(store.space, store.self, 1)) == first.envelope.hash);
    CHECK(must(store->envelope(store.space, store.self, 2))->bytes == octets);
    CHECK(store.digest() == digest);
}

TEST_CASE("a snapshot's own version and the stamps of its change sets are checked") {
    Offices offices(6);
    for (int i = 0; i < 60; ++i) {
        offices.act();
    }
    offices.tell_all();
    const Written written = write_snapshot(*offices.stores[0]);
    const auto stamps =
        std::ranges::find_if(written.blocks, [](const Bytes& block) { return block[0] == 3; });
    REQUIRE(stamps != written.blocks.end());
    const auto at = stamps - written.blocks.begin();
    const auto refusal = [&](const std::vector<Bytes>& blocks) {
        TestStore fresh(3);
        const auto installed = install(fresh, blocks);
        CHECK_FALSE(must(fresh->holds_anything_of(fresh.space)));
        return installed ? ErrorCode::internal : installed.error().code;
    };
    std::vector<Bytes> blocks = written.blocks;
    blocks[0][1] = 1;
    CHECK(refusal(blocks) == ErrorCode::unsupported_version);
    blocks = written.blocks;
    blocks[0] = {1, 2, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 0};  // 2^35 - 1 change sets of device 0
    CHECK(refusal(blocks) == ErrorCode::bad_encoding);
    for (const int change : {1, -1}) {  // one change set more or fewer
        blocks = written.blocks;
        blocks[static_cast<std::size_t>(at)][1] = static_cast<std::uint8_t>((*stamps)[1] + change);
        CHECK(refusal(blocks) == ErrorCode::bad_encoding);
    }
    blocks = written.blocks;
    blocks.erase(blocks.begin() + at);
    CHECK(refusal(blocks) == ErrorCode::bad_encoding);
    blocks = written.blocks;
    blocks.insert(blocks.begin() + at, *stamps);
    CHECK(refusal(blocks) == ErrorCode::bad_encoding);
    blocks = written.blocks;
    blocks.resize(static_cast<std::size_t>(at));  // they are due even if there is no record
    CHECK(refusal(blocks) == ErrorCode::bad_encoding);
}
