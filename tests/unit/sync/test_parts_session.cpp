// Parts, limits and budgets between two sides of which one does what no session does.
#include "hand_caller.hpp"
#include "hand_responder.hpp"

#include <cotmoc/sync/partial_store.hpp>

using namespace cotmoc;
using namespace cotmoc::sync_test;
using sync::MessageType;

namespace {

std::size_t count(const std::vector<sync::Message>& messages, MessageType type) {
    return static_cast<std::size_t>(std::ranges::count(messages, type, &sync::Message::type));
}

/// The hub holds one long change set, which a caller by hand lacks.
struct LongAtHub {
    LongAtHub() {
        MemoryFeedStore author = world.device("ngoc-hoi");
        author.write(world.ngoc_hoi(), 300'000);
        REQUIRE(world.sync(author).complete());
    }
    static Bytes lacks_all(const sync::Reply& reply) {
        sync::Lacks lacks;
        for (const auto& [place, feeds] : reply.feeds) {
            for (const auto& [device, seq] : feeds) {
                lacks.feeds[place].emplace_back(device, 0);
            }
        }
        return sync::encode_lacks(lacks);
    }
    World world;
};

/// Counts what is asked of it.
struct CountingPartials final : sync::PartialStore {
    explicit CountingPartials(sync::HubStore& store) : inner(store) {}
    Result<std::optional<sync::HeldPart>> held(const DeviceId& peer) override { return inner.held(peer); }
    Result<Bytes> load(const DeviceId& peer) override {
        ++loads;
        return inner.load(peer);
    }
    Result<void> save(const DeviceId& peer, BytesView octets) override {
        ++saves;
        return inner.save(peer, octets);
    }
    sync::HubPartials inner;
    int loads = 0;
    int saves = 0;
};

std::unique_ptr<sync::Session> serve(World& world, sync::PartialStore& partials) {
    sync::SessionOptions hub = options(*world.hub, world.keys("hub"), world.random);
    hub.partials = &partials;
    return sync::Session::answer(hub);
}

}  // namespace

TEST_CASE("an envelope that is still under way in parts cannot be acknowledged") {
    LongAtHub at;
    const auto responder = at.world.serve();
    HandCaller caller(at.world, "ngoc-hoi-2", *responder);
    caller.say(MessageType::lacks, LongAtHub::lacks_all(caller.reply));
    const auto heard = caller.hear();
    REQUIRE(count(heard, MessageType::part) > 0);
    const auto last = sync::decode_part(heard.back().body);
    REQUIRE(last);
    REQUIRE(last->left > 0);
    caller.say(MessageType::ack, sync::encode_ack({1, {}}));
    caller.say(MessageType::limit, sync::encode_limit(0));
    REQUIRE(responder->finished());
    REQUIRE(responder->error());
    CHECK(responder->error()->code == ErrorCode::protocol_error);
    CHECK(responder->report().sent.change_sets == 0);
}

TEST_CASE("an honest caller may end it in the midst of an envelope, and it counts as not sent") {
    LongAtHub at;
    const auto responder = at.world.serve();
    HandCaller caller(at.world, "ngoc-hoi-2", *responder);
    caller.say(MessageType::lacks, LongAtHub::lacks_all(caller.reply));
    REQUIRE(count(caller.hear(), MessageType::part) > 0);
    caller.say(MessageType::limit, sync::encode_limit(0));
    CHECK(!responder->finished());
    CHECK(responder->report().stopped_early);
    CHECK(count(caller.hear(), MessageType::part) == 0);
}

TEST_CASE("no part is begun that ends before it could be announced") {
    for (const std::uint64_t octets : {600U, 1'023U, 1'024U}) {
        CAPTURE(octets);
        LongAtHub at;
        const auto responder = at.world.serve();
        HandCaller caller(at.world, "ngoc-hoi-2", *responder);
        caller.prepare(MessageType::lacks, LongAtHub::lacks_all(caller.reply));
        caller.say(MessageType::limit, sync::encode_limit(octets));
        CHECK(count(caller.hear(), MessageType::part) == (octets < sync::held_part_min ? 0 : 1));
        CHECK(!responder->error());
        CHECK(responder->report().stopped_early);
    }
}

TEST_CASE("branches open the transfer again, and the budget holds for what they bring") {
    for (const bool winding_down : {false, true}) {
        CAPTURE(winding_down);
        World world;
        MemoryFeedStore device = world.device("ngoc-hoi");
        sync::SessionOptions with_budget = options(device, device.keys(), world.random);
        with_budget.budget_bytes = winding_down ? 0 : 50'000;
        HandResponder hub(world, sync::Session::call(with_budget, world.keys("hub").agreement.public_key()));
        hub.reply_with_list_to_come();
        hub.say(MessageType::frontiers, sync::encode_frontiers({}), 0);
        if (winding_down) {
            hub.caller->wind_down(0);
        }
        const auto before = hub.hear();
        REQUIRE(count(before, MessageType::lacks) == 1);
        REQUIRE(count(before, MessageType::limit) == 0);  // nothing was to come
        hub.say(MessageType::branches, sync::encode_branches({}), 0);
        const auto after = hub.hear();
        CHECK(count(after, MessageType::branches) == 1);
        const auto limit = std::ranges::find(after, MessageType::limit, &sync::Message::type);
        REQUIRE(limit != after.end());
        const auto octets = sync::decode_limit(limit->body);
        REQUIRE(octets);
        CHECK((*octets == 0) == winding_down);
        CHECK(*octets <= 50'000);
    }
}

TEST_CASE("envelopes of feeds that were not listed do not stand for those that were") {
    for (const bool of_the_feed : {false, true}) {
        CAPTURE(of_the_feed);
        World world;
        MemoryFeedStore device = world.device("ngoc-hoi");
        MemoryFeedStore author = world.device("ngoc-hoi-2");
        sync::SessionOptions with_budget = options(device, device.keys(), world.random);
        with_budget.budget_bytes = 50'000;
        HandResponder hub(world, sync::Session::call(with_budget, world.keys("hub").agreement.public_key()));
        hub.reply_with_list_to_come();
        const auto place = sync::space_place(world.province.trust, world.ngoc_hoi());
        REQUIRE(place);
        const DeviceIndex index = world.province.trust.find(world.province.member("ngoc-hoi-2").id)->index;
        sync::Frontiers list;
        list.feeds[*place] = {{index, 2}};
        hub.say(MessageType::frontiers, sync::encode_frontiers(list), 0);
        for (int i = 0; i < 2; ++i) {
            Bytes envelope = author.make(world.ngoc_hoi());
            if (of_the_feed) {
                envelope.back() ^= 1;  // its signature: refused
            } else {
                envelope = Bytes(300, 7);
            }
            hub.say(MessageType::envelope, envelope, 0);
        }
        hub.say(MessageType::done, {}, 0);
        CHECK(hub.caller->report().refused == 2);
        CHECK(hub.caller->report().stopped_early == !of_the_feed);
        CHECK(device.received_all_calls == (of_the_feed ? 1 : 0));
    }
}

TEST_CASE("a hub reads what it keeps of an envelope only for who goes on with it") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    const Bytes envelope = device.make(world.ngoc_hoi(), 100'000);
    const DeviceId id = world.province.member("ngoc-hoi").id;
    CountingPartials partials(*world.hub_store);
    REQUIRE(partials.inner.save(id, BytesView(envelope).first(40'000)));
    const auto go_on = [&](BytesView octets) {
        const auto responder = serve(world, partials);
        HandCaller caller(world, "ngoc-hoi", *responder);
        CHECK(partials.loads == 0);
        const auto held = caller.reply.held;
        REQUIRE(held);
        CHECK(held->size == 40'000);
        CHECK(held->check == sync::part_check(BytesView(envelope).first(40'000)));
        caller.say(MessageType::lacks, sync::encode_lacks({}));
        CHECK(partials.loads == 0);
        caller.say(MessageType::part, sync::encode_part({40'000, 50'000, octets}));
        CHECK(partials.loads == 1);
        CHECK(!responder->error());
        responder->on_closed(0);
        CHECK(partials.saves == 1);
    };
    go_on(BytesView(envelope).subspan(40'000, 5'000));
    CHECK(World::take(partials.inner.held(id))->size == 45'000);
}

TEST_CASE("what a device began goes when it is revoked, and when the envelope came by another way") {
    World world;
    MemoryFeedStore device = world.device("ngoc-hoi");
    const Bytes envelope = device.make(world.ngoc_hoi(), 100'000);
    const DeviceId id = world.province.member("ngoc-hoi").id;
    const DeviceId other = world.province.member("dak-glei").id;
    sync::HubPartials partials(*world.hub_store);
    REQUIRE(partials.save(id, BytesView(envelope).first(40'000)));
    REQUIRE(partials.save(other, Bytes(2'000, 7)));
    CHECK(World::take(world.hub->accept(envelope)).acceptance == sync::Acceptance::stored);
    REQUIRE(world.hub->commit());
    CHECK(!World::take(partials.held(id)));
    CHECK(World::take(partials.held(other)));

    crypto::RightsEntry revocation = world.province.rights("dak-glei");
    revocation.reason = crypto::RightsReason::lost;
    revocation.revoked = true;
    revocation.spaces.clear();
    world.province.append(revocation);
    REQUIRE(world.hub->add_trust_entry(world.province.entries.back()));
    REQUIRE(world.hub->commit());
    CHECK(!World::take(partials.held(other)));
}
