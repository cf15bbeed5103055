// Envelopes that a hub passes on, and change sets that an insider with the epoch key seals himself.
#include "threats/mutate/subjects.hpp"

#include "envelope_header.hpp"

#include "support/memory_feed_store.hpp"
#include "support/random_change_set.hpp"

#include <cotmoc/core/change_set.hpp>
#include <cotmoc/sync/hub.hpp>

#include <algorithm>

namespace cotmoc::threats {
namespace {

using test_support::MemoryFeedStore;
using test_support::TestProvince;

template <class T>
T must(Result<T> result) {
    if (!result) {
        check_failed(describe(result.error()), "mutation set-up", 0);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

constexpr std::size_t signature_size = 64;

class Envelopes final : public Subject {
public:
    explicit Envelopes(std::uint64_t seed) : province_(seed), space_(province_.space("kon-tum/ngoc-hoi")) {
        for (const char* name : {"one", "two", "insider"}) {
            province_.enrol(name, crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        }
        store_ = must(sync::open_sqlite_hub_store(":memory:"));
        hub_ = must(sync::Hub::open(*store_));
        for (const Bytes& entry : province_.entries) {
            must(hub_->add_trust_entry(entry));
        }
        for (const char* name : {"one", "two"}) {
            MemoryFeedStore device(province_, name);
            // Sizes on both sides of a chunk's end. The hub holds all but the last, which it would take.
            for (const std::size_t size : {0, 40, 700, 3'000, 66'000, 90}) {
                originals_.push_back(device.write(space_, size));
                if (size != 90) {
                    const auto result = must(hub_->accept(originals_.back()));
                    COTMOC_CHECK(result.acceptance == sync::Acceptance::stored);
                }
            }
        }
        must(hub_->commit());
        sorted_ = originals_;
        std::ranges::sort(sorted_);
        frontier_ = hub_->frontier(space_);
    }

    std::string name() const override { return "envelope"; }

    Outcome try_one(Mutator& mutator) override {
        const Bytes& original = originals_[static_cast<std::size_t>(mutator.below(originals_.size()))];
        Outcome outcome{true, std::nullopt, mutator.mutate(original, originals_)};
        if (mutator.one_in(4)) {
            return sign_by_insider(mutator, std::move(outcome));
        }
        if (std::ranges::binary_search(sorted_, outcome.mutant)) {
            outcome.counts = false;
            return outcome;
        }
        offer(outcome);
        return outcome;
    }

private:
    void offer(Outcome& outcome) {
        const auto result = hub_->accept(outcome.mutant);
        if (!result) {
            outcome.wrong = "the hub's store failed: " + describe(result.error());
        } else if (result->acceptance == sync::Acceptance::stored ||
                   result->acceptance == sync::Acceptance::known) {
            outcome.wrong = "the hub took it";
        } else if (hub_->frontier(space_) != frontier_) {
            outcome.wrong = "the hub's frontier moved";
        }
        if (!outcome.wrong && opens_as_something_else(outcome.mutant)) {
            outcome.wrong = "it opened";
        }
    }

    /// Whether the key makes content of octets that differ before the signature.
    bool opens_as_something_else(const Bytes& mutant) const {
        const auto header = crypto::parse_envelope(mutant);
        const crypto::EpochKey* key = header ? province_.keys.find(header->space, header->epoch) : nullptr;
        if (key == nullptr || !crypto::open_envelope(mutant, *key)) {
            return false;
        }
        return std::ranges::none_of(originals_, [&](const Bytes& original) {
            return original.size() == mutant.size() &&
                   std::ranges::equal(BytesView(original).first(original.size() - signature_size),
                                      BytesView(mutant).first(mutant.size() - signature_size));
        });
    }

    /// A member signs what he made of another's envelope: under the other's name, or under his own.
    Outcome sign_by_insider(Mutator& mutator, Outcome outcome) {
        Bytes& mutant = outcome.mutant;
        if (mutant.size() < crypto::envelope_header_size + signature_size) {
            outcome.counts = false;
            return outcome;
        }
        const auto& insider = province_.member("insider");
        const bool own_name = mutator.one_in(2);
        if (own_name) {
            constexpr std::size_t author_offset = 32;
            std::ranges::copy(insider.id.octets, mutant.begin() + author_offset);
        }
        const auto signature = insider.keys.signing.sign(crypto::envelope_hash(mutant));
        std::ranges::copy(signature.octets, mutant.end() - static_cast<std::ptrdiff_t>(signature_size));
        if (!own_name) {
            offer(outcome);
        } else if (opens_as_something_else(mutant)) {
            outcome.wrong = "another's ciphertext opened under the insider's name";
        }
        return outcome;
    }

    TestProvince province_;
    SpaceId space_;
    std::unique_ptr<sync::HubStore> store_;
    std::unique_ptr<sync::Hub> hub_;
    std::vector<Bytes> originals_;
    std::vector<Bytes> sorted_;
    sync::Frontier frontier_;
};

/// What stands inside an envelope: an insider can seal any octets, so each accepted one must be the only
/// encoding of what it says.
class Contents final : public Subject {
public:
    explicit Contents(std::uint64_t seed) {
        test::RandomChangeSet random(seed);
        while (originals_.size() < 200) {
            originals_.push_back(core::encode(random.make()));
        }
    }
    std::string name() const override { return "change set"; }
    Outcome try_one(Mutator& mutator) override {
        const Bytes& original = originals_[static_cast<std::size_t>(mutator.below(originals_.size()))];
        Outcome outcome{true, std::nullopt, mutator.mutate(original, originals_)};
        const auto read = core::decode_change_set(outcome.mutant);
        if (read && core::encode(*read) != outcome.mutant) {
            outcome.wrong = "read, though it is not the one encoding of what it says";
        }
        return outcome;
    }

private:
    std::vector<Bytes> originals_;
};

}  // namespace

std::unique_ptr<Subject> make_envelopes(std::uint64_t seed) { return std::make_unique<Envelopes>(seed); }
std::unique_ptr<Subject> make_contents(std::uint64_t seed) { return std::make_unique<Contents>(seed); }

}  // namespace cotmoc::threats
