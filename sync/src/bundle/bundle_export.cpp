#include "bundle/bundle_plan.hpp"
#include "bundle/volume.hpp"

#include <cotmoc/base/check.hpp>

namespace cotmoc::sync {
namespace {

/// Cuts a stream of items into volumes of a size, without holding any of them.
class VolumeCutter {
public:
    explicit VolumeCutter(std::uint64_t volume_size) : volume_size_(volume_size) {}

    /// True if the item begins a new volume.
    Result<bool> add(ItemType type, std::size_t body_size) {
        if (body_size > item_body_max(type).value_or(0)) {
            return fail(ErrorCode::out_of_bounds,
                        "an item of " + std::to_string(body_size) + " octets, which no reader takes");
        }
        const std::uint64_t size = item_size(body_size);
        if (size > volume_size_ - frame) {
            return fail(ErrorCode::out_of_bounds,
                        "one item alone needs a volume of " + std::to_string(size + frame) + " octets");
        }
        const bool fits =
            !sizes_.empty() && sizes_.back() + size <= volume_size_ && items_ < bundle_items_max;
        if (!fits) {
            if (sizes_.size() == bundle_volumes_max) {
                return fail(ErrorCode::out_of_bounds,
                            "more than " + std::to_string(bundle_volumes_max) + " volumes; make them larger");
            }
            sizes_.push_back(frame);
            items_ = 0;
        }
        sizes_.back() += size;
        ++items_;
        return !fits;
    }
    const std::vector<std::uint64_t>& sizes() const { return sizes_; }

private:
    static constexpr std::uint64_t frame = volume_header_size + volume_seal_size;
    std::uint64_t volume_size_;
    std::vector<std::uint64_t> sizes_;
    std::uint64_t items_ = 0;
};

using EachItem = std::function<Result<void>(ItemType, BytesView body, std::uint64_t ops)>;

/// All items of a bundle in order.
Result<void> walk(FeedStore& store, const BundlePlan& plan, const EachItem& each) {
    COTMOC_TRY(each(ItemType::holdings, encode_holdings(plan.holdings), 0));
    for (std::uint64_t position = plan.trust_first; position <= plan.holdings.trust_position; ++position) {
        COTMOC_ASSIGN(const Bytes entry, store.trust_entry(position));
        COTMOC_TRY(each(ItemType::trust, entry, 0));
    }
    PlannedEnvelopes envelopes(store, plan);
    for (;;) {
        COTMOC_ASSIGN(const std::optional<StoredEnvelope> envelope, envelopes.next());
        if (!envelope) {
            return {};
        }
        COTMOC_TRY(each(ItemType::envelope, envelope->bytes, envelope->ops));
    }
}

class BundleWriter {
public:
    BundleWriter(const BundleExport& options, VolumeSink& sink, const std::vector<std::uint64_t>& sizes,
                 VolumeHeader header)
        : writer_(sink, options.keys.signing),
          cutter_(options.volume_size),
          sizes_(sizes),
          header_(std::move(header)) {}

    Result<void> put(ItemType type, BytesView body) {
        COTMOC_ASSIGN(const bool new_volume, cutter_.add(type, body.size()));
        if (new_volume) {
            COTMOC_TRY(end());
            header_.number += 1;
            header_.count = static_cast<std::uint32_t>(sizes_.size());
            header_.size = sizes_[header_.number - 1];
            COTMOC_TRY(writer_.begin(header_));
        }
        return writer_.put(type, body);
    }
    Result<void> end() { return header_.number != 0 ? writer_.end() : Result<void>(); }

private:
    VolumeWriter writer_;
    VolumeCutter cutter_;  // goes the same way as the one that worked out the sizes
    const std::vector<std::uint64_t>& sizes_;
    VolumeHeader header_;
};

Result<void> begin_session(const BundleExport& options) {
    if (options.answer) {
        return {};
    }
    FeedStore& store = options.store;
    COTMOC_TRY(store.begin_session());
    COTMOC_TRY(store.commit());
    // The reader is not there to be heard, so a province device says now what it holds (S21).
    COTMOC_TRY(store.received_all());
    return store.commit();
}

}  // namespace

Result<BundleWritten> export_bundle(const BundleExport& options, VolumeSink& sink) {
    FeedStore& store = options.store;
    if (options.volume_size < bundle_volume_min || options.volume_size > bundle_volume_max) {
        return fail(ErrorCode::out_of_bounds, "a volume has 64 KiB to 256 MiB");
    }
    const DeviceId id = options.keys.public_keys().id();
    if (store.trust().find(id) == nullptr) {
        return fail(ErrorCode::not_joined);
    }
    COTMOC_TRY(begin_session(options));
    const crypto::TrustState::Device& own = *store.trust().find(id);
    COTMOC_ASSIGN(const auto readers, bundle_readers(options, own));
    COTMOC_ASSIGN(const BundlePlan plan, plan_bundle(options, own, readers));

    VolumeCutter cutter(options.volume_size);
    COTMOC_TRY(walk(store, plan, [&](ItemType type, BytesView body, std::uint64_t) -> Result<void> {
        COTMOC_ASSIGN([[maybe_unused]] const bool new_volume, cutter.add(type, body.size()));
        return {};
    }));

    VolumeHeader header;
    header.root_fingerprint = store.trust().root_fingerprint();
    options.random.fill(header.bundle.octets);
    header.writer = id;
    header.reader = options.readers.size() == 1 ? options.readers.front() : DeviceId{};
    BundleWriter writer(options, sink, cutter.sizes(), header);
    BundleWritten written;
    const std::uint64_t total = plan.change_sets();
    COTMOC_TRY(walk(store, plan, [&](ItemType type, BytesView body, std::uint64_t ops) -> Result<void> {
        written.trust_entries += type == ItemType::trust ? 1 : 0;
        if (type == ItemType::envelope) {
            written.content.change_sets += 1;
            written.content.ops += ops;
            written.content.bytes += body.size();
            if (options.progress) {
                options.progress(written.content.change_sets, total);
            }
        }
        return writer.put(type, body);
    }));
    COTMOC_TRY(writer.end());
    written.volumes = static_cast<std::uint32_t>(cutter.sizes().size());
    for (const std::uint64_t size : cutter.sizes()) {
        written.bytes += size;
    }
    return written;
}

}  // namespace cotmoc::sync
