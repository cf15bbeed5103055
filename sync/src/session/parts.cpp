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

void PartReceiver::found(const HeldPart& kept, Load load) {
    kept_ = kept;
    load_ = std::move(load);
    saved_ = static_cast<std::size_t>(kept.size);
}

std::optional<HeldPart> PartReceiver::held() const {
    if (kept_) {
        return kept_;
    }
    if (octets_.size() < held_part_min || octets_.size() >= crypto::envelope_bytes_max) {
        return std::nullopt;
    }
    return HeldPart{octets_.size(), part_check(octets_)};
}

Result<void> PartReceiver::load_kept() {
    const HeldPart kept = *std::exchange(kept_, std::nullopt);
    COTMOC_ASSIGN(octets_, load_());
    if (octets_.size() != kept.size || part_check(octets_) != kept.check) {
        octets_.clear();
        unsaved_ = true;  // so that it is not announced again
        return fail(ErrorCode::protocol_error, "part of what is not held");
    }
    resumed_ += kept.size;
    return {};
}

Result<std::optional<Bytes>> PartReceiver::add(const Part& part) {
    if (part.offset == 0) {
        kept_.reset();
        octets_.clear();
        saved_ = 0;
    } else if (kept_ && part.offset == kept_->size) {
        COTMOC_TRY(load_kept());
    } else if (kept_ || part.offset != octets_.size()) {
        return fail(ErrorCode::protocol_error, "part of what is not held");
    }
    octets_.insert(octets_.end(), part.octets.begin(), part.octets.end());
    unsaved_ = true;
    if (part.left != 0) {
        return std::nullopt;
    }
    return std::exchange(octets_, {});
}

bool PartReceiver::save_is_due() const {
    constexpr std::size_t enough = 64 * 1024;
    if (octets_.size() < held_part_min) {
        return unsaved_ && saved_ != 0;  // what is kept is of no use any more
    }
    const std::size_t more = octets_.size() - std::min(saved_, octets_.size());
    return unsaved_ && more >= std::max<std::size_t>(1, std::min(enough, saved_ / 4));
}

}  // namespace cotmoc::sync
