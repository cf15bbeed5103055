// Noise_IK_25519_ChaChaPoly_BLAKE2b (Noise Protocol Framework, revision 34). Initiator knows the responder's
// key.
#pragma once

#include <cotmoc/crypto/keys.hpp>

namespace cotmoc::crypto {

inline constexpr std::size_t noise_message_max = 65535;
inline constexpr std::size_t noise_tag_size = 16;
inline constexpr std::size_t noise_payload_max = noise_message_max - noise_tag_size;

/// One direction of an established channel. Nonces count up; the channel ends before they wrap.
class NoiseCipher {
public:
    explicit NoiseCipher(Secret key) : key_(std::move(key)) {}
    /// ciphertext || tag; `plaintext` at most noise_payload_max.
    Bytes encrypt(BytesView plaintext);
    /// cannot_decrypt; the channel is unusable afterwards.
    Result<Bytes> decrypt(BytesView message);

private:
    Secret key_;
    std::uint64_t nonce_ = 0;
};

struct NoiseChannel {
    NoiseCipher send;
    NoiseCipher receive;
    Bytes handshake_hash;  // 64 octets, for channel binding
};

/// The initiator's side: write message 1, read message 2, split. One-shot.
class NoiseInitiator {
public:
    NoiseInitiator(const AgreementKey& own, const AgreementPublicKey& responder, BytesView prologue,
                   Random& random);
    ~NoiseInitiator();
    Bytes write_message_1(BytesView payload);
    struct Answer {
        Bytes payload;
        NoiseChannel channel;
    };
    Result<Answer> read_message_2(BytesView message);  // handshake_failed

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The responder's side: read message 1 (learns the initiator's key), write message 2, split. One-shot.
class NoiseResponder {
public:
    NoiseResponder(const AgreementKey& own, BytesView prologue, Random& random);
    ~NoiseResponder();
    struct Call {
        AgreementPublicKey initiator;
        Bytes payload;
    };
    Result<Call> read_message_1(BytesView message);  // handshake_failed
    struct Reply {
        Bytes message;
        NoiseChannel channel;
    };
    Reply write_message_2(BytesView payload);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cotmoc::crypto
