// The answering side by hand, so that it can say what no session says.
#pragma once

#include "world.hpp"

#include "session/conversation.hpp"

namespace cotmoc::sync_test {

class HandResponder {
public:
    HandResponder(World& world, MemoryFeedStore& device) : HandResponder(world, world.call(device)) {}
    HandResponder(World& world, std::unique_ptr<sync::Session> calling)
        : caller(std::move(calling)),
          noise_(world.keys("hub").agreement, sync::session_prologue(world.province.trust.root_fingerprint()),
                 world.random),
          trust_(world.province.trust) {
        caller->start(0);
        framing_.append(caller->take_output());
        const auto frame = framing_.next_frame();
        REQUIRE(frame);
        REQUIRE(noise_.read_message_1(*frame));
    }

    /// Message 2: both have the same trust feed, the list follows.
    void reply_with_list_to_come() {
        sync::Reply reply;
        reply.status = sync::Reply::Status::list_follows;
        reply.trust_position = trust_.position();
        reply.trust_head = trust_.head();
        crypto::NoiseResponder::Reply message = noise_.write_message_2(sync::encode_reply(reply));
        framing_.write_frame(message.message);
        framing_.open(std::move(message.channel));
        caller->on_bytes(framing_.take_output(), 0);
    }
    void say(sync::MessageType type, BytesView body, std::int64_t now_ms) {
        framing_.send(type, body);
        framing_.flush();
        caller->on_bytes(framing_.take_output(), now_ms);
    }

    /// What the caller has said since the last call.
    std::vector<sync::Message> hear() {
        framing_.append(caller->take_output());
        std::vector<sync::Message> messages;
        while (auto message = World::take(framing_.next_message())) {
            messages.push_back(std::move(*message));
        }
        return messages;
    }

    std::unique_ptr<sync::Session> caller;

private:
    crypto::NoiseResponder noise_;
    const crypto::TrustState& trust_;
    sync::Framing framing_;
};

}  // namespace cotmoc::sync_test
