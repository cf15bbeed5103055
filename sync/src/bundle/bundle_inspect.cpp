#include "bundle/volume.hpp"

#include <cotmoc/crypto/envelope.hpp>

namespace cotmoc::sync {
namespace {

void count(BundleVolumeInfo::Amount& amount, std::size_t bytes) {
    amount.count += 1;
    amount.bytes += bytes;
}

Result<void> count_item(const VolumeItem& item, BundleVolumeInfo& info) {
    switch (item.type) {
        case ItemType::holdings: {
            COTMOC_ASSIGN(info.holdings, decode_holdings(item.body));
            return {};
        }
        case ItemType::trust: {
            COTMOC_ASSIGN(const crypto::ParsedTrustEntry parsed, crypto::parse_trust_entry(item.body));
            count(info.trust_entries, item.body.size());
            info.last_trust_position = parsed.entry.position;
            if (info.first_trust_position == 0) {
                info.first_trust_position = parsed.entry.position;
            }
            return {};
        }
        case ItemType::envelope: {
            COTMOC_ASSIGN(const crypto::EnvelopeHeader header, crypto::parse_envelope(item.body));
            count(info.change_sets, item.body.size());
            count(info.by_space[header.space], item.body.size());
            count(info.by_author[header.author], item.body.size());
            return {};
        }
    }
    return {};
}

}  // namespace

Result<BundleVolumeInfo> inspect_volume(VolumeSource& source) {
    COTMOC_ASSIGN(VolumeReader volume, VolumeReader::open(source));
    const VolumeHeader& header = volume.header();
    BundleVolumeInfo info;
    info.bundle = header.bundle.hex();
    info.root_fingerprint = header.root_fingerprint;
    info.writer = header.writer;
    if (!header.reader.is_zero()) {
        info.reader = header.reader;
    }
    info.number = header.number;
    info.count = header.count;
    info.bytes = header.size;
    for (;;) {
        COTMOC_ASSIGN(const std::optional<VolumeItem> item, volume.next());
        if (!item) {
            return info;
        }
        if (const Result<void> counted = count_item(*item, info); !counted) {
            return fail(ErrorCode::bundle_damaged,
                        source.name() + ": " + std::string(error_name(counted.error().code)));
        }
    }
}

}  // namespace cotmoc::sync
