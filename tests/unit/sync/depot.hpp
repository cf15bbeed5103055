// A hub that keeps files, and sessions with it that carry them.
#pragma once

#include "unit/sync/attachment_support.hpp"
#include "world.hpp"

namespace cotmoc::sync_test {

/// The world with a store of chunks at the hub, and sessions that carry attachments.
struct Depot {
    World world;
    TemporaryFolder directory;
    std::unique_ptr<sync::AttachmentStore> hub = open_store(directory.file("hub.db"));

    void restart_hub() {
        hub.reset();
        hub = open_store(directory.file("hub.db"));
    }
    sync::SessionOptions caller_options(MemoryFeedStore& device, sync::AttachmentStore& store,
                                        const sync::AttachmentRule& rule = {}) {
        sync::SessionOptions caller = options(device, device.keys(), world.random);
        caller.attachments = &store;
        caller.attachment_rule = rule;
        return caller;
    }
    Outcome sync(MemoryFeedStore& device, sync::AttachmentStore& store, const sync::AttachmentRule& rule = {},
                 const LinkModel& link = {}, const SimNetwork::Tap& tap = {}) {
        return run(caller_options(device, store, rule), link, tap);
    }
    Outcome run(const sync::SessionOptions& caller, const LinkModel& link = {},
                const SimNetwork::Tap& tap = {}) {
        sync::SessionOptions responder = options(*world.hub, world.keys("hub"), world.random);
        responder.attachments = hub.get();
        SimNetwork network(world.random.next());
        const std::size_t connection =
            network.connect(sync::Session::call(caller, world.keys("hub").agreement.public_key()),
                            sync::Session::answer(responder), link, tap);
        network.run();
        CHECK(network.over(connection));
        return outcome(network, connection);
    }
    SealedFile file(std::size_t size, std::uint64_t seed, std::string_view author = "ngoc-hoi") const {
        return {size, seed, world.ngoc_hoi(), world.keys(author)};
    }
};

}  // namespace cotmoc::sync_test
