#include "noise/handshake.hpp"

#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>

namespace cotmoc::crypto::noise {
namespace {

constexpr std::string_view protocol_name = "Noise_IK_25519_ChaChaPoly_BLAKE2b";
constexpr std::size_t point_size = AgreementPublicKey::size;

/// Mixes a shared secret in; false if the other key is of low order.
bool mix_agreement(SymmetricState& symmetric, const AgreementKey& own, const AgreementPublicKey& other) {
    const std::optional<Secret> shared = own.agree(other);
    if (!shared) {
        return false;
    }
    symmetric.mix_key(*shared);
    return true;
}

tl::unexpected<Error> handshake_failed(std::string_view where) {
    return fail(ErrorCode::handshake_failed, std::string(where));
}

void append(Bytes& message, BytesView part) { message.insert(message.end(), part.begin(), part.end()); }

Bytes to_bytes(const NoiseHash& hash) { return {hash.begin(), hash.end()}; }

}  // namespace

InitiatorHandshake::InitiatorHandshake(const AgreementKey& own, AgreementKey ephemeral,
                                       const AgreementPublicKey& responder, BytesView prologue)
    : symmetric_(protocol_name), own_(own.clone()), ephemeral_(std::move(ephemeral)), responder_(responder) {
    symmetric_.mix_hash(switched_off("handshake-prologue") ? BytesView() : prologue);
    symmetric_.mix_hash(responder_.view());
}

Bytes InitiatorHandshake::write_message_1(BytesView payload) {
    COTMOC_CHECK(step_ == Step::write_1);
    COTMOC_CHECK(payload.size() <= noise_message_max - message_1_overhead);
    step_ = Step::over;
    Bytes message;
    append(message, ephemeral_.public_key().view());
    symmetric_.mix_hash(ephemeral_.public_key().view());
    if (!mix_agreement(symmetric_, ephemeral_, responder_)) {
        return {};
    }
    append(message, symmetric_.encrypt_and_hash(own_.public_key().view()));
    if (!mix_agreement(symmetric_, own_, responder_)) {
        return {};
    }
    append(message, symmetric_.encrypt_and_hash(payload));
    step_ = Step::read_2;
    return message;
}

Result<NoiseInitiator::Answer> InitiatorHandshake::read_message_2(BytesView message) {
    // One-shot: after a failure the keys must not be tried on another message.
    if (std::exchange(step_, Step::over) != Step::read_2) {
        return handshake_failed("message 2 out of order");
    }
    if (message.size() < message_2_overhead || message.size() > noise_message_max) {
        return handshake_failed("length of message 2");
    }
    const AgreementPublicKey theirs = *AgreementPublicKey::from(message.first(point_size));
    symmetric_.mix_hash(theirs.view());
    if (!mix_agreement(symmetric_, ephemeral_, theirs) || !mix_agreement(symmetric_, own_, theirs)) {
        return handshake_failed("key in message 2");
    }
    Result<Bytes> payload = symmetric_.decrypt_and_hash(message.subspan(point_size));
    if (!payload) {
        return handshake_failed("message 2");
    }
    auto [first, second] = symmetric_.split();
    return NoiseInitiator::Answer{std::move(*payload),
                                  NoiseChannel{NoiseCipher(std::move(first)), NoiseCipher(std::move(second)),
                                               to_bytes(symmetric_.hash())}};
}

ResponderHandshake::ResponderHandshake(const AgreementKey& own, AgreementKey ephemeral, BytesView prologue)
    : symmetric_(protocol_name), own_(own.clone()), ephemeral_(std::move(ephemeral)) {
    symmetric_.mix_hash(switched_off("handshake-prologue") ? BytesView() : prologue);
    symmetric_.mix_hash(own_.public_key().view());
}

Result<NoiseResponder::Call> ResponderHandshake::read_message_1(BytesView message) {
    if (std::exchange(step_, Step::over) != Step::read_1) {
        return handshake_failed("message 1 out of order");
    }
    if (message.size() < message_1_overhead || message.size() > noise_message_max) {
        return handshake_failed("length of message 1");
    }
    Result<NoiseResponder::Call> call = read_fields(message);
    if (call) {
        step_ = Step::write_2;
    }
    return call;
}

Result<NoiseResponder::Call> ResponderHandshake::read_fields(BytesView message) {
    constexpr std::size_t sealed_point_size = point_size + noise_tag_size;
    initiator_ephemeral_ = *AgreementPublicKey::from(message.first(point_size));
    symmetric_.mix_hash(initiator_ephemeral_.view());
    if (!mix_agreement(symmetric_, own_, initiator_ephemeral_)) {
        return handshake_failed("key in message 1");
    }
    const Result<Bytes> initiator =
        symmetric_.decrypt_and_hash(message.subspan(point_size, sealed_point_size));
    if (!initiator) {
        return handshake_failed("message 1");
    }
    initiator_ = *AgreementPublicKey::from(*initiator);
    if (!mix_agreement(symmetric_, own_, initiator_)) {
        return handshake_failed("static key in message 1");
    }
    Result<Bytes> payload = symmetric_.decrypt_and_hash(message.subspan(point_size + sealed_point_size));
    if (!payload) {
        return handshake_failed("payload of message 1");
    }
    return NoiseResponder::Call{initiator_, std::move(*payload)};
}

NoiseResponder::Reply ResponderHandshake::write_message_2(BytesView payload) {
    COTMOC_CHECK(step_ == Step::write_2);
    COTMOC_CHECK(payload.size() <= noise_message_max - message_2_overhead);
    step_ = Step::over;
    Bytes message;
    append(message, ephemeral_.public_key().view());
    symmetric_.mix_hash(ephemeral_.public_key().view());
    // Message 1 proved that neither of the initiator's points is of low order.
    COTMOC_CHECK(mix_agreement(symmetric_, ephemeral_, initiator_ephemeral_));
    COTMOC_CHECK(mix_agreement(symmetric_, ephemeral_, initiator_));
    append(message, symmetric_.encrypt_and_hash(payload));
    auto [first, second] = symmetric_.split();
    return {std::move(message), NoiseChannel{NoiseCipher(std::move(second)), NoiseCipher(std::move(first)),
                                             to_bytes(symmetric_.hash())}};
}

}  // namespace cotmoc::crypto::noise
