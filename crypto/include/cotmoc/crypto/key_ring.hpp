// The epoch keys that a device can have from the trust feed, and the texts they open (names, catalogues).
#pragma once

#include <cotmoc/crypto/trust_state.hpp>

namespace cotmoc::crypto {

class KeyRing {
public:
    /// Unwraps all keys meant for `device` that are not held yet, walking `previous_key` back to epoch 1.
    /// Returns the epochs whose wrap does not open or does not match its check (T21); the others are held all
    /// the same.
    std::vector<std::pair<SpaceId, std::uint32_t>> update(const TrustState& trust, const DeviceKeys& device);
    /// Adds a key made here (the authority's).
    void add(EpochKey key);

    const EpochKey* find(const SpaceId& space, std::uint32_t epoch) const;
    const EpochKey* newest(const SpaceId& space) const;

    /// Nothing if the directory key that sealed it is not held.
    std::optional<std::string> device_name(const TrustState& trust, const TrustState::Device& device) const;
    struct SpaceName {
        std::string name;
        std::string label;
    };
    std::optional<SpaceName> space_name(const TrustState& trust, const TrustState::Space& space) const;
    Result<std::string> catalogue(const TrustState& trust, const CatalogueEntry& entry) const;

private:
    std::map<std::pair<SpaceId, std::uint32_t>, EpochKey> keys_;
};

/// The sealing side, for the authority. The associated data is the root fingerprint (and, for names, the id).
Bytes seal_device_name(const EpochKey& directory, const Hash256& root, const DeviceId& id,
                       std::string_view name, Random& random);
Bytes seal_space_name(const EpochKey& directory, const Hash256& root, const SpaceId& id,
                      const KeyRing::SpaceName& name, Random& random);
Result<Bytes> seal_catalogue(const EpochKey& directory, const Hash256& root, std::string_view json,
                             Random& random);

/// The `previous_key` of the epoch entry that announces `newer`. Precondition: `older` is an earlier epoch of
/// the space; the one just before, or if that is a dismissed issuer's that is not held, the newest held.
Bytes seal_previous_key(const EpochKey& newer, const EpochKey& older, Random& random);

/// A device's request to be enrolled: name, public keys, 16-octet nonce, proof of possession by the signing
/// key; text of one line, "cotmoc-request-1 " and base64url, under 400 characters, so that it fits a QR code.
struct EnrolmentRequest {
    std::string name;  // [a-z0-9][a-z0-9-]{0,62}
    DevicePublicKeys keys;
};
std::string encode_request(std::string_view name, const DeviceKeys& keys, Random& random);
Result<EnrolmentRequest> parse_request(std::string_view text);  // bad_request

/// A grant: the trust feed up to the device's enrolment, as text lines: "cotmoc-grant-1", then base64url of
/// each entry, one a line. The device it is for is the last one enrolled.
std::string encode_grant(std::span<const Bytes> trust_entries);
struct Grant {
    std::vector<Bytes> entries;
    DeviceId device;
    Hash256 root_fingerprint;
};
Result<Grant> parse_grant(std::string_view text);  // bad_grant; every entry is checked

/// Fingerprints for people: 64 hexadecimal digits in 8 groups joined by "-". Parsing accepts any grouping and
/// case.
std::string fingerprint_text(const Hash256& fingerprint);
std::optional<Hash256> parse_fingerprint(std::string_view text);

}  // namespace cotmoc::crypto
