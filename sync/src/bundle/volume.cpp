#include "bundle/volume.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

constexpr std::string_view magic = "CMB1";
constexpr std::uint8_t volume_format = 1;
constexpr std::size_t read_size = 256 * 1024;
constexpr std::size_t item_head_max = 1 + 4;  // the longest body has a length of four octets

std::size_t varint_size(std::size_t value) {
    std::size_t size = 1;
    while ((value >>= 7) != 0) {
        ++size;
    }
    return size;
}

Bytes encode_header(const VolumeHeader& header) {
    BinaryWriter writer;
    writer.raw(as_bytes(magic));
    writer.u8(volume_format);
    writer.id(header.root_fingerprint);
    writer.id(header.bundle);
    writer.id(header.writer);
    writer.id(header.reader);
    writer.u32(header.number);
    writer.u32(header.count);
    writer.u64(header.size);
    COTMOC_CHECK(writer.size() == volume_header_size);
    return writer.take();
}

tl::unexpected<Error> damaged(const VolumeSource& source, std::string_view why) {
    return fail(ErrorCode::bundle_damaged, source.name() + ": " + std::string(why));
}

Result<void> fill_exactly(VolumeSource& source, std::uint64_t offset, std::span<std::uint8_t> into) {
    COTMOC_ASSIGN(const std::size_t got, source.read(offset, into));
    return got == into.size() ? Result<void>() : Result<void>(damaged(source, "it ends early"));
}

}  // namespace

std::size_t item_size(std::size_t body_size) { return 1 + varint_size(body_size) + body_size; }

std::optional<std::size_t> item_body_max(ItemType type) {
    switch (type) {
        case ItemType::holdings:
            return std::size_t{5} * 1024 * 1024;
        case ItemType::trust:
            return std::size_t{4} * 1024 * 1024;
        case ItemType::envelope:
            return crypto::envelope_bytes_max;
    }
    return std::nullopt;
}

void VolumeCheck::add(BytesView bytes) {
    while (!bytes.empty()) {
        const std::size_t part = std::min(bytes.size(), block_size - block_.size());
        block_.insert(block_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(part));
        bytes = bytes.subspan(part);
        if (block_.size() == block_size) {
            close_block();
        }
    }
}

void VolumeCheck::close_block() {
    chain_ = crypto::hash("bundle-block", {chain_.view(), block_});
    block_.clear();
}

Hash256 VolumeCheck::finish() {
    if (!block_.empty()) {
        close_block();
    }
    return crypto::hash("bundle-volume", {chain_.view()});
}

Result<void> VolumeWriter::begin(const VolumeHeader& header) {
    check_ = {};
    left_ = header.size;
    COTMOC_TRY(sink_.begin(header.number, header.count));
    return write(encode_header(header));
}

Result<void> VolumeWriter::put(ItemType type, BytesView body) {
    BinaryWriter head;
    head.u8(static_cast<std::uint8_t>(type));
    head.varint(body.size());
    COTMOC_TRY(write(head.bytes()));
    return write(body);
}

Result<void> VolumeWriter::end() {
    const Hash256 check = check_.finish();
    COTMOC_TRY(write(check.view()));
    COTMOC_TRY(write(key_.sign(check).view()));
    // What was planned and what was written are made from one store that nobody else changes.
    COTMOC_CHECK(left_ == 0);
    return sink_.end();
}

Result<void> VolumeWriter::write(BytesView bytes) {
    COTMOC_CHECK(bytes.size() <= left_);
    left_ -= bytes.size();
    check_.add(bytes);
    return sink_.write(bytes);
}

Result<VolumeReader> VolumeReader::open(VolumeSource& source) {
    VolumeReader reader(source);
    COTMOC_TRY(reader.read_header());
    COTMOC_TRY(reader.check_octets());
    reader.rewind();
    return reader;
}

Result<void> VolumeReader::read_header() {
    COTMOC_ASSIGN(const std::uint64_t size, source_->size());
    Bytes bytes(volume_header_size);
    COTMOC_ASSIGN(const std::size_t got, source_->read(0, bytes));
    BinaryReader reader(BytesView(bytes).first(got));
    if (as_text(reader.raw(magic.size())) != magic) {
        return damaged(*source_, "not a bundle");
    }
    if (const std::uint8_t format = reader.u8(); reader.ok() && format != volume_format) {
        return fail(ErrorCode::unsupported_version,
                    source_->name() + ": bundle format " + std::to_string(format));
    }
    header_.root_fingerprint = reader.id<Hash256>();
    header_.bundle = reader.id<BundleId>();
    header_.writer = reader.id<DeviceId>();
    header_.reader = reader.id<DeviceId>();
    header_.number = reader.u32();
    header_.count = reader.u32();
    header_.size = reader.u64();
    if (!reader.finished()) {
        return damaged(*source_, "it ends early");
    }
    if (header_.size > bundle_volume_max && !switched_off("bundle-limits")) {
        return fail(ErrorCode::limit_exceeded, source_->name() + ": a volume larger than 256 MiB");
    }
    if (header_.size != size) {
        return damaged(*source_, std::to_string(size) + " of " + std::to_string(header_.size) + " octets");
    }
    const bool good = header_.number != 0 && header_.number <= header_.count &&
                      header_.count <= bundle_volumes_max &&
                      header_.size >= volume_header_size + volume_seal_size;
    return good ? Result<void>() : Result<void>(damaged(*source_, "not of the form"));
}

/// All octets go through the check and all items through next() before anything is made of them. That octets
/// were changed is told first: the form is then of no interest.
Result<void> VolumeReader::check_octets() {
    VolumeCheck check;
    Bytes header(volume_header_size);
    COTMOC_TRY(fill_exactly(*source_, 0, header));
    check.add(header);
    rewind();
    hashing_ = &check;
    const Result<void> form = check_form();
    while (offset_ < end_of_items()) {
        used_ = buffer_.size();
        COTMOC_TRY(fill(read_size));
    }
    hashing_ = nullptr;
    Bytes seal(volume_seal_size);
    COTMOC_TRY(fill_exactly(*source_, end_of_items(), seal));
    BinaryReader reader(seal);
    check_ = reader.id<Hash256>();
    signature_ = reader.id<crypto::Signature>();
    if (check.finish() != check_ && !switched_off("bundle-check")) {
        return damaged(*source_, "octets were changed");
    }
    return form;
}

Result<void> VolumeReader::check_form() {
    for (;;) {
        COTMOC_ASSIGN(const std::optional<VolumeItem> item, next());
        if (!item) {
            return {};
        }
        if (item->type == ItemType::holdings) {
            holdings_hash_ = crypto::hash("bundle-holdings", {item->body});
        }
    }
}

bool VolumeReader::are_checked_holdings(BytesView body) const {
    return holdings_hash_ == crypto::hash("bundle-holdings", {body});
}

bool VolumeReader::signed_by(const crypto::SigningPublicKey& key) const {
    return crypto::verify(key, check_, signature_) || switched_off("bundle-signature");
}

void VolumeReader::rewind() {
    offset_ = volume_header_size;
    buffer_ = Bytes();  // of many volumes only the one in use has one; `= {}` would keep the memory
    used_ = 0;
    items_ = 0;
    last_type_ = 0;
}

Result<void> VolumeReader::fill(std::size_t wanted) {
    if (buffer_.size() - used_ >= wanted) {
        return {};
    }
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
    const std::size_t had = buffer_.size();
    const std::uint64_t more =
        std::min<std::uint64_t>(std::max(wanted - had, read_size), end_of_items() - offset_);
    buffer_.resize(had + static_cast<std::size_t>(more));
    COTMOC_TRY(fill_exactly(*source_, offset_, std::span(buffer_).subspan(had)));
    offset_ += more;
    if (hashing_ != nullptr) {
        hashing_->add(BytesView(buffer_).subspan(had));
    }
    return {};
}

Result<BytesView> VolumeReader::take(std::size_t size) {
    COTMOC_TRY(fill(size));
    if (buffer_.size() - used_ < size) {
        return damaged(*source_, "not of the form");
    }
    const BytesView taken = BytesView(buffer_).subspan(used_, size);
    used_ += size;
    return taken;
}

Result<std::optional<VolumeItem>> VolumeReader::next() {
    COTMOC_TRY(fill(item_head_max));
    BinaryReader head(BytesView(buffer_).subspan(used_));
    if (head.remaining() == 0) {
        return std::nullopt;
    }
    const std::uint8_t type = head.u8();
    const std::uint64_t size = head.varint();
    const std::optional<std::size_t> limit = item_body_max(static_cast<ItemType>(type));
    // Holdings once and first; then trust entries, then envelopes.
    const bool first = header_.number == 1 && items_ == 0;
    const bool in_turn =
        limit && type >= last_type_ && first == (type == static_cast<std::uint8_t>(ItemType::holdings));
    if (!head.ok() || !in_turn) {
        return damaged(*source_, "not of the form");
    }
    if ((size > *limit || ++items_ > bundle_items_max) && !switched_off("bundle-limits")) {
        return fail(ErrorCode::limit_exceeded, source_->name());
    }
    last_type_ = type;
    used_ += head.position();
    COTMOC_ASSIGN(const BytesView body, take(static_cast<std::size_t>(size)));
    return VolumeItem{static_cast<ItemType>(type), Bytes(body.begin(), body.end())};
}

}  // namespace cotmoc::sync
