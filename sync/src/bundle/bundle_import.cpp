#include "bundle/bundle_reading.hpp"

#include <algorithm>

namespace cotmoc::sync {
namespace {

/// "2, 4 to 6"
std::string ranges_text(const std::vector<std::uint32_t>& numbers) {
    std::string text;
    for (std::size_t first = 0; first < numbers.size();) {
        std::size_t last = first;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) {
            ++last;
        }
        text += (text.empty() ? "" : ", ") + std::to_string(numbers[first]);
        if (last != first) {
            text += " to " + std::to_string(numbers[last]);
        }
        first = last + 1;
    }
    return text;
}

class Importer {
public:
    explicit Importer(const BundleImport& options) : options_(options) {}

    Result<BundleRead> run(std::span<VolumeSource* const> sources) {
        FeedStore& store = options_.store;
        if (store.trust().find(options_.keys.public_keys().id()) == nullptr) {
            return fail(ErrorCode::not_joined);
        }
        COTMOC_TRY(open(sources));
        if (bundles_.empty()) {
            return std::move(read_);
        }
        COTMOC_TRY(store.begin_session());
        COTMOC_TRY(store.commit());
        COTMOC_TRY(take_all());
        COTMOC_TRY(tell_missing());
        if (read_.problems.empty()) {
            COTMOC_TRY(store.received_all());
            COTMOC_TRY(store.commit());
        }
        return std::move(read_);
    }

private:
    /// Volumes that are whole, by bundle and number.
    Result<void> open(std::span<VolumeSource* const> sources) {
        for (VolumeSource* source : sources) {
            auto volume = VolumeReader::open(*source);
            if (!volume) {
                COTMOC_TRY(note_problem(read_, std::move(volume).error()));
                continue;
            }
            const VolumeHeader& header = volume->header();
            if (header.root_fingerprint != options_.store.trust().root_fingerprint()) {
                read_.problems.push_back({ErrorCode::wrong_root, source->name()});
                continue;
            }
            const auto same = std::ranges::find_if(
                bundles_, [&](const BundleReading& bundle) { return bundle.is_part(header); });
            BundleReading& bundle = same != bundles_.end() ? *same : bundles_.emplace_back(options_, header);
            bundle.add(std::move(*volume));
        }
        return {};
    }

    /// One bundle may hold what another one waits for, in whatever order they were given.
    Result<void> take_all() {
        for (bool moved = true; moved;) {
            moved = false;
            for (BundleReading& bundle : bundles_) {
                if (!bundle.is_done()) {
                    COTMOC_ASSIGN(const bool took, bundle.take(read_));
                    moved = moved || took;
                }
            }
        }
        return {};
    }

    Result<void> tell_missing() {
        for (BundleReading& bundle : bundles_) {
            read_.waiting += bundle.waiting();
            COTMOC_ASSIGN(const std::vector<std::uint32_t> missing, bundle.note_taken());
            const std::string of = bundle.name() + ": ";
            if (!missing.empty()) {
                read_.problems.push_back({ErrorCode::bundle_incomplete, of + "missing volume " +
                                                                            ranges_text(missing) + " of " +
                                                                            std::to_string(bundle.count())});
            } else if (bundle.waiting() != 0 || bundle.trust_is_missing()) {
                read_.problems.push_back(
                    {ErrorCode::bundle_incomplete,
                     of + (bundle.trust_is_missing()
                               ? "earlier trust entries are missing here"
                               : std::to_string(bundle.waiting()) +
                                     " change sets follow others that are missing here")});
            }
        }
        return {};
    }

    const BundleImport& options_;
    BundleRead read_;
    std::vector<BundleReading> bundles_;
};

}  // namespace

Result<BundleRead> import_bundles(const BundleImport& options, std::span<VolumeSource* const> volumes) {
    return Importer(options).run(volumes);
}

}  // namespace cotmoc::sync
