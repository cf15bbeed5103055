// The public face of the handshake, and the channel that it leads to.
#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/noise.hpp>

#include "noise/handshake.hpp"

#include <limits>

namespace cotmoc::crypto {
namespace {

/// Noise reserves the last nonce.
constexpr std::uint64_t nonce_end = std::numeric_limits<std::uint64_t>::max();

AgreementKey fresh_ephemeral(Random& random) {
    return AgreementKey::from_seed(Secret::random(noise::key_size, random));
}

}  // namespace

Bytes NoiseCipher::encrypt(BytesView plaintext) {
    COTMOC_CHECK(!key_.empty() && nonce_ != nonce_end);
    COTMOC_CHECK(plaintext.size() <= noise_payload_max);
    return noise::aead_encrypt(key_, nonce_++, {}, plaintext);
}

Result<Bytes> NoiseCipher::decrypt(BytesView message) {
    if (key_.empty() || nonce_ == nonce_end) {
        return fail(ErrorCode::cannot_decrypt, "the channel has ended");
    }
    Result<Bytes> plaintext = message.size() <= noise_message_max
                                  ? noise::aead_decrypt(key_, nonce_, {}, message)
                                  : fail(ErrorCode::cannot_decrypt, "longer than a Noise message");
    if (!plaintext) {
        key_ = Secret();
        return plaintext;
    }
    ++nonce_;
    return plaintext;
}

struct NoiseInitiator::State {
    noise::InitiatorHandshake handshake;
};

NoiseInitiator::NoiseInitiator(const AgreementKey& own, const AgreementPublicKey& responder,
                               BytesView prologue, Random& random)
    : state_(new State{noise::InitiatorHandshake(own, fresh_ephemeral(random), responder, prologue)}) {}

NoiseInitiator::~NoiseInitiator() = default;

Bytes NoiseInitiator::write_message_1(BytesView payload) {
    return state_->handshake.write_message_1(payload);
}

Result<NoiseInitiator::Answer> NoiseInitiator::read_message_2(BytesView message) {
    return state_->handshake.read_message_2(message);
}

struct NoiseResponder::State {
    noise::ResponderHandshake handshake;
};

NoiseResponder::NoiseResponder(const AgreementKey& own, BytesView prologue, Random& random)
    : state_(new State{noise::ResponderHandshake(own, fresh_ephemeral(random), prologue)}) {}

NoiseResponder::~NoiseResponder() = default;

Result<NoiseResponder::Call> NoiseResponder::read_message_1(BytesView message) {
    return state_->handshake.read_message_1(message);
}

NoiseResponder::Reply NoiseResponder::write_message_2(BytesView payload) {
    return state_->handshake.write_message_2(payload);
}

}  // namespace cotmoc::crypto
