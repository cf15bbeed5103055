// What change sets count for is what the trust feed says last, in whatever order all of it arrives (S13,
// S14).
#include "support/environment_number.hpp"
#include "support/fleet.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

using crypto::RightsEntry;
constexpr std::string_view space_name = "kon-tum/ngoc-hoi";

/// Signs what the trust feed says about a device from now on.
Bytes sign_rights(Fleet& fleet, RightsEntry rights) {
    sync::Replica& replica = fleet.replica("authority");
    const crypto::SigningKey issuer = crypto::SigningKey::from_seed(replica.keys().find("issuer")->clone());
    const crypto::TrustState& trust = replica.trust();
    const auto now = static_cast<std::uint64_t>(fleet["authority"].clock.wall_ms());
    crypto::SignedTrustEntry entry = crypto::sign_trust_entry(
        {trust.position() + 1, trust.head(), now, crypto::TrustBody(std::move(rights))}, issuer);
    must(replica.take_trust(std::span(&entry.bytes, 1)));
    return entry.bytes;
}

const crypto::TrustState::Device& device_of(Fleet& fleet, const std::string& name) {
    return *fleet.replica("authority").trust().find(fleet.replica(name).id());
}

SpaceId space_of(Fleet& fleet) { return must(fleet.replica("authority").find_space(space_name)).id; }

/// The (seq, hash) of a feed at a place, as a term that ends there.
RightsEntry::Term term_through(Fleet& fleet, const std::string& holder, const std::string& author,
                               std::uint64_t seq, std::optional<crypto::Role> role) {
    const auto row =
        must(fleet.replica(holder).store().envelope(space_of(fleet), device_of(fleet, author).index, seq));
    REQUIRE(row.has_value());
    return {seq, row->hash, role};
}

RightsEntry revocation(Fleet& fleet, const std::string& name, std::vector<RightsEntry::Term> terms) {
    RightsEntry rights;
    rights.device = fleet.replica(name).id();
    rights.reason = crypto::RightsReason::lost;
    rights.revoked = true;
    rights.role = crypto::Role::border_post;
    rights.feeds.push_back({space_of(fleet), std::move(terms)});
    return rights;
}

RightsEntry readmission(Fleet& fleet, const std::string& name) {
    RightsEntry rights = revocation(fleet, name, {});
    rights.reason = crypto::RightsReason::readmitted;
    rights.revoked = false;
    rights.spaces = {space_of(fleet)};
    rights.feeds.clear();
    return rights;
}

void add_posts(Fleet& fleet) {
    fleet.add("post", crypto::Role::border_post, {std::string(space_name)});
    fleet.add("office", crypto::Role::district_officer, {std::string(space_name)});
    fleet.add("observer", crypto::Role::district_officer, {std::string(space_name)});
    fleet.sync_all();
}

}  // namespace

TEST_CASE("T10: what lies after a cut has no effect, and what it had replaced comes back") {
    Fleet fleet(1);
    add_posts(fleet);
    const RecordId id = fleet.add_record("post", "delegation", {{"head", "Ông A"}, {"partner", "Attapeu"}});
    fleet.sync_all();
    const RightsEntry::Term cut = term_through(fleet, "post", "post", 1, crypto::Role::border_post);
    must(fleet.set("post", id, "head", "Kẻ trộm"));
    const RecordId forged = fleet.add_record("post", "delegation", {{"head", "Giả"}});
    fleet.sync_all();
    CHECK(fleet.body("observer", id).find("Kẻ trộm") != std::string::npos);
    sign_rights(fleet, revocation(fleet, "post", {cut}));
    fleet.sync_all();
    for (const std::string name : {"authority", "office", "observer"}) {
        CAPTURE(name);
        CHECK(fleet.body(name, id).find("Ông A") != std::string::npos);
        CHECK(!must(fleet.replica(name).store().find(forged)).has_value());
        const auto voids = must(fleet.replica(name).store().void_ops());
        REQUIRE(!voids.empty());
        CHECK(voids.front().reason == "after_cut");
    }
    CHECK(fleet.digest("office", space_name) == fleet.digest("observer", space_name));
    sign_rights(fleet, readmission(fleet, "post"));
    fleet.sync_all();
    for (const std::string name : {"office", "observer"}) {
        CHECK(fleet.body(name, id).find("Kẻ trộm") != std::string::npos);
        CHECK(must(fleet.replica(name).store().find(forged)).has_value());
        CHECK(must(fleet.replica(name).store().void_ops()).empty());
    }
}

TEST_CASE("a change set after a cut can be re-admitted alone") {
    Fleet fleet(2);
    add_posts(fleet);
    const RecordId id = fleet.add_record("post", "inspection", {{"marker_no", "7"}, {"visits", "1"}});
    must(fleet.replica("post").seal());
    for (int i = 0; i < 3; ++i) {
        const std::vector<core::FieldEdit> visit = {
            {core::FieldEdit::Kind::add, "visits", core::Value(std::int64_t{10}), false}};
        must(fleet.replica("post").edit(id, visit));
        must(fleet.replica("post").seal());
    }
    fleet.sync_all();
    const auto post = crypto::Role::border_post;
    const RightsEntry::Term first = term_through(fleet, "post", "post", 1, post);
    const RightsEntry::Term second = term_through(fleet, "post", "post", 2, std::nullopt);
    const RightsEntry::Term third = term_through(fleet, "post", "post", 3, post);
    sign_rights(fleet, revocation(fleet, "post", {first}));
    fleet.sync_all();
    CHECK(fleet.body("observer", id).find("\"visits\":1}") != std::string::npos);
    sign_rights(fleet, revocation(fleet, "post", {first, second, third}));
    fleet.sync_all();
    CHECK(fleet.body("observer", id).find("\"visits\":11") != std::string::npos);
    CHECK(fleet.digest("office", space_name) == fleet.digest("observer", space_name));
}

TEST_CASE("T3: a revoked device hands over what it made, gets nothing, and deletes what it held") {
    Fleet fleet(3);
    add_posts(fleet);
    const RecordId id = fleet.add_record("post", "delegation", {{"head", "Ông A"}});
    fleet.sync_all();
    const RecordId unsent = fleet.add_record("post", "delegation", {{"head", "Chưa gửi"}});
    sign_rights(fleet, revocation(fleet, "post",
                                  {term_through(fleet, "post", "post", 1, crypto::Role::border_post)}));
    const RecordId later = fleet.add_record("office", "delegation", {{"head", "Sau đó"}});
    fleet.sync_all();
    sync::Replica& post = fleet.replica("post");
    CHECK(!must(post.store().find(later)).has_value());
    CHECK(!must(post.store().find(id)).has_value());
    CHECK(!must(post.store().holds_anything_of(space_of(fleet))));
    CHECK(post.remove(id).error().code == ErrorCode::unknown_record);
    CHECK(post.spaces().empty());
    // Kept at the hub and by the readers, without effect; the authority takes it in after all.
    CHECK(!must(fleet.replica("office").store().find(unsent)).has_value());
    sign_rights(fleet, readmission(fleet, "post"));
    fleet.sync_all();
    CHECK(must(fleet.replica("office").store().find(unsent)).has_value());
    CHECK(must(post.store().find(unsent)).has_value());
    CHECK(must(post.store().find(later)).has_value());
    CHECK(fleet.digest("post", space_name) == fleet.digest("office", space_name));
}

namespace {

/// A signed history: feeds of change sets and the trust feed's further entries, to be delivered in any order.
struct History {
    Fleet fleet;
    std::string base;                       // the observer's database before any of it
    std::vector<std::vector<Bytes>> lines;  // each in its own order; the first is the trust feed
    std::vector<RecordId> records;

    explicit History(std::uint64_t seed) : fleet(seed) {
        add_posts(fleet);
        fleet["observer"].replica.reset();
        base = fleet.directory.file("base.db");
        std::filesystem::copy_file(fleet["observer"].path, base);
    }
    std::vector<Bytes> feed(const std::string& author) {
        std::vector<Bytes> envelopes;
        const DeviceIndex index = device_of(fleet, author).index;
        for (std::uint64_t seq = 1;; ++seq) {
            auto row = must(fleet.replica(author).store().envelope(space_of(fleet), index, seq));
            if (!row) {
                return envelopes;
            }
            envelopes.push_back(std::move(row->bytes));
        }
    }
    void fresh_observer() {
        fleet["observer"].replica.reset();
        for (const char* more : {"", "-wal", "-shm"}) {
            std::filesystem::remove(fleet["observer"].path + more);
        }
        std::filesystem::copy_file(base, fleet["observer"].path);
        fleet.reopen("observer");
    }
    /// All items, line by line.
    std::vector<Bytes> items() const {
        std::vector<Bytes> all;
        for (const std::vector<Bytes>& line : lines) {
            all.insert(all.end(), line.begin(), line.end());
        }
        return all;
    }
    /// Whether an order of items() keeps each line in its own.
    bool keeps_lines(const std::vector<std::size_t>& order) const {
        std::size_t begin = 0;
        for (const std::vector<Bytes>& line : lines) {
            const std::size_t end = begin + line.size();
            std::size_t last = 0;
            for (const std::size_t item : order) {
                if (item >= begin && item < end) {
                    if (item < last) {
                        return false;
                    }
                    last = item;
                }
            }
            begin = end;
        }
        return true;
    }
    /// What waits for another is offered again after each that was taken.
    void deliver(const std::vector<std::size_t>& order) {
        sync::Replica& observer = fleet.replica("observer");
        const std::vector<Bytes> all = items();
        std::vector<Bytes> left;
        for (const std::size_t item : order) {
            left.push_back(all[item]);
        }
        for (bool moved = true; moved;) {
            moved = false;
            for (auto item = left.begin(); item != left.end();) {
                const bool trust = as_text(BytesView(*item).first(4)) == "CMT1";
                const bool taken = trust
                                       ? observer.add_trust_entry(*item).has_value()
                                       : must(observer.accept(*item)).acceptance == sync::Acceptance::stored;
                must(observer.commit());
                moved = moved || taken;
                item = taken ? left.erase(item) : std::next(item);
            }
        }
        REQUIRE(left.empty());
    }
    std::string state() {
        std::string text = fleet.digest("observer", space_name).hex();
        for (const RecordId& id : records) {
            const auto view = must(fleet.replica("observer").store().find(id));
            text += "\n" + (view ? view->body + (view->deleted ? " deleted" : "") : std::string("nothing")) +
                    " " + std::to_string(view ? view->conflicts.size() : 0);
        }
        return text;
    }
};

/// Post and office edit one record and each other's values; the post is cut after its first change set, the
/// cut is moved forward by one, then the post is re-admitted (or not: `shape`).
void make(History& history, unsigned shape) {
    Fleet& fleet = history.fleet;
    const RecordId id =
        fleet.add_record("post", "inspection", {{"marker_no", "1"}, {"condition", "worn"}, {"visits", "1"}});
    must(fleet.replica("post").seal());
    fleet.meet("office", "post");
    history.records.push_back(id);
    must(fleet.set("post", id, "marker_no", "2"));
    if (shape % 2 == 1) {
        must(fleet.replica("post").remove(id));
    }
    must(fleet.replica("post").seal());
    if (shape % 3 == 1) {
        fleet.meet("office", "post");  // the office builds on what will be void
    }
    if (const auto view = must(fleet.replica("office").store().find(id)); view && !view->deleted) {
        must(fleet.set("office", id, "note", "huyện"));
        must(fleet.set("office", id, "marker_no", "3"));
    }
    history.records.push_back(fleet.add_record("office", "inspection", {{"marker_no", "9"}}));
    must(fleet.replica("office").seal());
    history.records.push_back(fleet.add_record("post", "inspection", {{"marker_no", "8"}}));
    must(fleet.replica("post").seal());
    history.records.push_back(fleet.add_record("office", "delegation", {{"head", "Bà B"}}));
    must(fleet.replica("office").seal());

    const auto role = crypto::Role::border_post;
    std::vector<Bytes> trust;
    trust.push_back(
        sign_rights(fleet, revocation(fleet, "post", {term_through(fleet, "post", "post", 1, role)})));
    trust.push_back(
        sign_rights(fleet, revocation(fleet, "post", {term_through(fleet, "post", "post", 2, role)})));
    trust.push_back(sign_rights(fleet, shape % 4 == 3
                                           ? revocation(fleet, "post",
                                                        {term_through(fleet, "post", "post", 1, role),
                                                         term_through(fleet, "post", "post", 2, std::nullopt),
                                                         term_through(fleet, "post", "post", 3, role)})
                                       : shape % 4 == 2 ? readmission(fleet, "post")
                                                        : revocation(fleet, "post", {})));
    history.lines = {std::move(trust), history.feed("post"), history.feed("office")};
}

}  // namespace

TEST_CASE("T10: cuts, moved cuts and re-admissions give one state in every order of arrival") {
    // 3 trust entries and 3 + 2 change sets. Of the 40,320 orders, 560 keep each line in its order; those all
    // run, and of the others, where something comes before what it needs, one in a hundred.
    const auto count = static_cast<unsigned>(environment_number("COTMOC_CUT_SHAPES", 1));
    const std::uint64_t every = environment_number("COTMOC_CUT_EVERY", 100);
    for (unsigned shape = 0; shape < count; ++shape) {
        CAPTURE(shape);
        History history(100 + shape);
        make(history, shape + 1);
        std::vector<std::size_t> order(history.items().size());
        std::iota(order.begin(), order.end(), 0);
        REQUIRE(order.size() == 8);
        std::string expected;
        std::size_t orders = 0;
        std::size_t number = 0;
        do {
            if (!history.keeps_lines(order) && ++number % every != 0) {
                continue;
            }
            history.fresh_observer();
            history.deliver(order);
            const std::string state = history.state();
            expected = expected.empty() ? state : expected;
            REQUIRE(state == expected);
            ++orders;
        } while (std::ranges::next_permutation(order).found);
        CHECK(orders == 560 + (40'320 - 560) / every);
        MESSAGE("T10: " << orders << " orders of 8 items, shape " << shape);
    }
}
