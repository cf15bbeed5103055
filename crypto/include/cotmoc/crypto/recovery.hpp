// The office's way to the data of a device whose passphrase is forgotten: the data key, wrapped to the
// province's recovery key beside the key file, and the two texts that carry it to the office and back
// (docs/spec/key_file.md). Signing seeds are never recovered: the device gets a new identity.
#pragma once

#include <cotmoc/crypto/key_file.hpp>

namespace cotmoc::crypto {

/// What opens a replica's database.
struct DataKey {
    Secret key;          // 32 octets
    std::string cipher;  // as KeyFileContents::cipher
};

/// Whose data key a wrap holds, and who opens it. In clear, and bound into the wrap's key.
struct RecoveryHeader {
    Hash256 root;  // its fingerprint
    DeviceId device;
    AgreementPublicKey recipient;
    friend bool operator==(const RecoveryHeader&, const RecoveryHeader&) = default;
};

/// To the office: the content of recovery.cotmoc.
Bytes seal_recovery(const RecoveryHeader& header, const Secret& key, std::string_view cipher, Random& random);
/// bad_recovery if it is not of that form.
Result<RecoveryHeader> recovery_header(BytesView wrap);

/// One line of text: a wrap, and the key of this recovery that the answer is for.
struct RecoveryRequest {
    Bytes wrap;
    RecoveryHeader header;
    AgreementPublicKey session;
    /// For the two offices to compare by voice: who swaps the session's key on the way gets the data. 16
    /// digits in groups of four.
    std::string code() const;
};
/// Precondition: `wrap` is of the right form.
std::string encode_recovery_request(BytesView wrap, const AgreementPublicKey& session);
Result<RecoveryRequest> parse_recovery_request(std::string_view text);  // bad_recovery

/// The office's side: one line of text with the data key for the request's session alone. bad_recovery if
/// the wrap is not for this recovery key or altered.
Result<std::string> answer_recovery(const RecoveryRequest& request, const AgreementKey& recovery_key,
                                    Random& random);
/// Back at the device: `wrap` is its own. bad_recovery if the answer is for another device or session.
Result<DataKey> take_recovery_answer(std::string_view text, BytesView wrap, const AgreementKey& session);

/// The session's seed under the new passphrase, until the answer comes. The errors of seal_key_file() and
/// open_key_file().
Result<Bytes> seal_recovery_session(const AgreementKey& session, const Secret& passphrase, KdfPreset preset,
                                    Random& random);
Result<AgreementKey> open_recovery_session(BytesView file, const Secret& passphrase);

}  // namespace cotmoc::crypto
