// The 200 octets in clear before the ciphertext of an envelope (docs/spec/envelope.md, "Header").
#pragma once

#include <cotmoc/crypto/envelope.hpp>

#include <array>

namespace cotmoc::crypto {

inline constexpr std::size_t envelope_signature_size = Signature::size;
/// The part of the header that the entry key is derived from: all but the commitment.
inline constexpr std::size_t envelope_bound_size = envelope_header_size - Hash256::size;

using HeaderBytes = std::array<std::uint8_t, envelope_header_size>;

HeaderBytes encode_header(const EnvelopeHeader& header);
/// Checks every field by itself, and the lengths against each other; `bytes` has envelope_header_size octets.
Result<EnvelopeHeader> decode_header(BytesView bytes);

/// The views of an envelope that parse_envelope accepted.
inline BytesView header_of(BytesView envelope) { return envelope.first(envelope_header_size); }
inline BytesView ciphertext_of(BytesView envelope) {
    return envelope.subspan(envelope_header_size,
                            envelope.size() - envelope_header_size - envelope_signature_size);
}

}  // namespace cotmoc::crypto
