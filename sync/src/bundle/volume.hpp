// One volume of a bundle as octets: header, items, check and signature (docs/spec/bundle.md). Nothing else
// reads or writes these bytes.
#pragma once

#include <cotmoc/crypto/keys.hpp>
#include <cotmoc/sync/bundle.hpp>

namespace cotmoc::sync {

using BundleId = FixedBytes<16, struct BundleIdTag>;

inline constexpr std::size_t volume_header_size = 133;
inline constexpr std::size_t volume_check_size = Hash256::size;
inline constexpr std::size_t volume_seal_size = volume_check_size + crypto::Signature::size;

struct VolumeHeader {
    Hash256 root_fingerprint;
    BundleId bundle;
    DeviceId writer;
    DeviceId reader;  // zero: whoever reads it
    std::uint32_t number = 0;
    std::uint32_t count = 0;
    std::uint64_t size = 0;  // of the whole volume, in octets
};

enum class ItemType : std::uint8_t { holdings = 1, trust = 2, envelope = 3 };

/// What an item takes in a volume.
std::size_t item_size(std::size_t body_size);
/// The longest body of an item; what is longer is neither written nor read. Nothing if there is no such type.
std::optional<std::size_t> item_body_max(ItemType type);

/// The check of a volume while its octets go by: a chain of hashes over blocks, so that it needs no more
/// memory than one block.
class VolumeCheck {
public:
    void add(BytesView bytes);
    Hash256 finish();

private:
    static constexpr std::size_t block_size = 64 * 1024;
    void close_block();
    Bytes block_;
    Hash256 chain_;
};

/// Writes one volume of a size that is known before.
class VolumeWriter {
public:
    VolumeWriter(VolumeSink& sink, const crypto::SigningKey& key) : sink_(sink), key_(key) {}

    Result<void> begin(const VolumeHeader& header);
    Result<void> put(ItemType type, BytesView body);
    Result<void> end();

private:
    Result<void> write(BytesView bytes);
    VolumeSink& sink_;
    const crypto::SigningKey& key_;
    VolumeCheck check_;
    std::uint64_t left_ = 0;
};

struct VolumeItem {
    ItemType type{};
    Bytes body;
};

/// A volume whose octets were found whole.
class VolumeReader {
public:
    /// Reads all of it once. bundle_damaged, unsupported_version, limit_exceeded, cannot_read_file.
    static Result<VolumeReader> open(VolumeSource& source);

    const VolumeHeader& header() const { return header_; }
    const std::string& name() const { return source_->name(); }
    bool signed_by(const crypto::SigningPublicKey& key) const;
    /// The other one has the same octets, and the same signature under them.
    bool is_copy_of(const VolumeReader& other) const {
        return check_ == other.check_ && signature_ == other.signature_;
    }
    /// The holdings, if it begins with them, are those that were checked: a medium may give other octets when
    /// it is read again.
    bool are_checked_holdings(BytesView body) const;
    /// What it keeps of the volume in memory, in octets.
    std::size_t memory() const { return buffer_.capacity(); }

    /// From the first item again.
    void rewind();
    /// The next item; nothing after the last. bundle_damaged if it is not of the form.
    Result<std::optional<VolumeItem>> next();

private:
    explicit VolumeReader(VolumeSource& source) : source_(&source) {}
    Result<void> read_header();
    Result<void> check_octets();
    Result<void> check_form();
    Result<BytesView> take(std::size_t size);
    Result<void> fill(std::size_t wanted);
    std::uint64_t end_of_items() const { return header_.size - volume_seal_size; }

    VolumeSource* source_;
    VolumeHeader header_;
    VolumeCheck* hashing_ = nullptr;  // while all of it is read for the first time
    Hash256 check_;
    crypto::Signature signature_;
    std::optional<Hash256> holdings_hash_;  // of the body, as it was checked
    std::uint64_t offset_ = 0;              // of what follows the buffer
    Bytes buffer_;
    std::size_t used_ = 0;
    std::uint64_t items_ = 0;
    std::uint8_t last_type_ = 0;
};

}  // namespace cotmoc::sync
