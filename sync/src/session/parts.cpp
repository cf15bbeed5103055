#include "session/parts.hpp"

#include <algorithm>

#include <cotmoc/crypto/envelope.hpp>

namespace cotmoc::sync {

void PartSender::begin(Bytes envelope) {
    envelope_ = std::move(envelope);
    offset_ = resumed_ = 0;
    if (!held_ || held_->size >= envelope_.size()) {
        return;
    }
    const auto size = static_cast<std::size_t>(held_->size);
    if (part_check(BytesView(envelope_).first(size)) == held_->check) {
        offset_ = resumed_ = size;
        held_.reset();
    }
}

Bytes PartSender::take_whole() {
    offset_ = 0;
    return std::exchange(envelope_, {});
}

Part PartSender::next(std::size_t size) {
    if (offset_ == 0) {
        held_.reset();  // what begins anew takes the place of what the other side holds
    }
    const std::size_t taken = std::min(size, envelope_.size() - offset_);
    Part part{offset_, envelope_.size() - offset_ - taken, BytesView(envelope_).subspan(offset_, taken)};
    offset_ += taken;
    return part;
}

void PartReceiver::load(Bytes octets) {
    octets_ = std::move(octets);
    loaded_ = octets_.size();
}

std::optional<HeldPart> PartReceiver::held() const {
    if (octets_.size() < held_part_min || octets_.size() >= crypto::envelope_bytes_max) {
        return std::nullopt;
    }
    return HeldPart{octets_.size(), part_check(octets_)};
}

Result<std::optional<Bytes>> PartReceiver::add(const Part& part) {
    if (part.offset == 0) {
        octets_.clear();
    } else if (part.offset != octets_.size()) {
        return fail(ErrorCode::protocol_error, "part of what is not held");
    } else if (loaded_ == part.offset) {
        resumed_ += std::exchange(loaded_, 0);
    }
    octets_.insert(octets_.end(), part.octets.begin(), part.octets.end());
    unsaved_ = true;
    if (part.left != 0) {
        return std::nullopt;
    }
    return std::exchange(octets_, {});
}

}  // namespace cotmoc::sync
