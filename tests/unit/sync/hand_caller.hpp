// The calling side by hand, so that it can say what no session says.
#pragma once

#include "world.hpp"

#include "session/conversation.hpp"

namespace cotmoc::sync_test {

class HandCaller {
public:
    HandCaller(World& world, std::string_view device, sync::Session& responder,
               std::uint64_t trust_position = 0, std::string_view answering = "hub")
        : responder_(responder) {
        const crypto::TrustState& trust = world.province.trust;
        crypto::NoiseInitiator noise(world.keys(device).agreement,
                                     world.keys(answering).agreement.public_key(),
                                     sync::session_prologue(trust.root_fingerprint()), world.random);
        const std::uint64_t position = trust_position == 0 ? trust.position() : trust_position;
        responder_.start(0);
        framing_.write_frame(noise.write_message_1(sync::encode_greeting({position, Hash256{}})));
        responder_.on_bytes(framing_.take_output(), 0);
        framing_.append(responder_.take_output());
        auto answer = noise.read_message_2(*framing_.next_frame());
        REQUIRE(answer);
        reply = World::take(sync::decode_reply(answer->payload));
        framing_.open(std::move(answer->channel));
    }

    void say(sync::MessageType type, BytesView body = {}) {
        prepare(type, body);
        responder_.on_bytes(framing_.take_output(), 0);
    }
    /// Goes over with what is said next.
    void prepare(sync::MessageType type, BytesView body) {
        framing_.send(type, body);
        framing_.flush();
    }
    /// What the answering side has said since the last call.
    std::vector<sync::Message> hear() {
        framing_.append(responder_.take_output());
        std::vector<sync::Message> messages;
        while (auto message = World::take(framing_.next_message())) {
            messages.push_back(std::move(*message));
        }
        return messages;
    }

    sync::Reply reply;

private:
    sync::Session& responder_;
    sync::Framing framing_;
};

}  // namespace cotmoc::sync_test
