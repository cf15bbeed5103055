// The handshake of Noise IK with the ephemeral key given by the caller. Public code goes through
// NoiseInitiator and NoiseResponder, which draw it at random; tests of public vectors come here.
#pragma once

#include <cotmoc/crypto/noise.hpp>

#include "noise/symmetric_state.hpp"

namespace cotmoc::crypto::noise {

/// -> e, es, s, ss    <- e, ee, se
class InitiatorHandshake {
public:
    InitiatorHandshake(const AgreementKey& own, AgreementKey ephemeral, const AgreementPublicKey& responder,
                       BytesView prologue);
    /// Empty if the responder's key is a point of low order: no channel can come of it. The payload must fit.
    Bytes write_message_1(BytesView payload);
    Result<NoiseInitiator::Answer> read_message_2(BytesView message);

private:
    enum class Step { write_1, read_2, over };
    SymmetricState symmetric_;
    AgreementKey own_;
    AgreementKey ephemeral_;
    AgreementPublicKey responder_;
    Step step_ = Step::write_1;
};

class ResponderHandshake {
public:
    ResponderHandshake(const AgreementKey& own, AgreementKey ephemeral, BytesView prologue);
    Result<NoiseResponder::Call> read_message_1(BytesView message);
    /// Precondition: message 1 was read. The payload must fit.
    NoiseResponder::Reply write_message_2(BytesView payload);

private:
    enum class Step { read_1, write_2, over };
    Result<NoiseResponder::Call> read_fields(BytesView message);
    SymmetricState symmetric_;
    AgreementKey own_;
    AgreementKey ephemeral_;
    AgreementPublicKey initiator_;
    AgreementPublicKey initiator_ephemeral_;
    Step step_ = Step::read_1;
};

/// What a handshake message adds to its payload.
inline constexpr std::size_t message_1_overhead = 32 + 32 + noise_tag_size + noise_tag_size;
inline constexpr std::size_t message_2_overhead = 32 + noise_tag_size;

}  // namespace cotmoc::crypto::noise
