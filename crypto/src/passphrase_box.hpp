// Octets under a passphrase: the framing that the key file and the recovery's session file share
// (docs/spec/key_file.md).
#pragma once

#include <cotmoc/crypto/key_file.hpp>

namespace cotmoc::crypto {

/// `magic` has four letters and is bound like all of the header. limit_exceeded, out_of_memory,
/// weak_passphrase. An empty `hardware` is none.
Result<Bytes> seal_passphrase_box(std::string_view magic, const Secret& plain, const Secret& passphrase,
                                  KdfPreset preset, const Secret& hardware, Random& random);
/// The errors of open_key_file().
Result<Secret> open_passphrase_box(std::string_view magic, BytesView file, const Secret& passphrase,
                                   const Secret& hardware);
Result<KeyFileNeeds> passphrase_box_needs(std::string_view magic, BytesView file);

}  // namespace cotmoc::crypto
