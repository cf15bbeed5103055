// What the authority signs: trust entries of every type, and the texts in which people carry them.
#include "threats/mutate/subjects.hpp"

#include "support/test_province.hpp"

#include <algorithm>

namespace cotmoc::threats {
namespace {

using test_support::TestProvince;

class Certificates final : public Subject {
public:
    explicit Certificates(std::uint64_t seed) : province_(seed) {
        for (const char* name : {"one", "two", "insider"}) {
            province_.enrol(name, crypto::Role::district_officer, {"kon-tum/ngoc-hoi"});
        }
        province_.rotate(province_.space("kon-tum/ngoc-hoi"));
        province_.publish_catalogue(R"({"catalogue":"test","version":1,"kinds":{}})");
        province_.append(withdrawal());
        // The state before each position, with which its mutants meet.
        crypto::TrustState state;
        for (const Bytes& entry : province_.entries) {
            states_.push_back(state);
            COTMOC_CHECK(state.apply(entry).has_value());
        }
    }
    std::string name() const override { return "certificate"; }

    Outcome try_one(Mutator& mutator) override {
        const auto place = static_cast<std::size_t>(mutator.below(province_.entries.size()));
        if (mutator.one_in(8)) {
            return sign_by_insider(mutator);
        }
        const Bytes& original = province_.entries[place];
        Outcome outcome{true, std::nullopt, mutator.mutate(original, province_.entries)};
        outcome.counts = std::ranges::find(province_.entries, outcome.mutant) == province_.entries.end();
        // Position 1 is believed for its fingerprint, which a person compares.
        crypto::TrustState& state = states_[place];
        if (outcome.counts && state.apply(outcome.mutant)) {
            const auto taken = crypto::parse_trust_entry(outcome.mutant);
            const bool said_before = taken && taken->hash == crypto::parse_trust_entry(original)->hash;
            const bool another_root =
                place == 0 && state.root_fingerprint() != province_.trust.root_fingerprint();
            if (!said_before && !another_root) {
                outcome.wrong = "taken into the trust feed at position " + std::to_string(place + 1);
            }
            if (place == 0) {
                state = crypto::TrustState();
            }
        }
        return outcome;
    }

private:
    crypto::RightsEntry withdrawal() const {
        const crypto::TrustState::Device& device = *province_.trust.find(province_.member("two").id);
        crypto::RightsEntry entry;
        entry.device = device.id;
        entry.reason = crypto::RightsReason::lost;
        entry.revoked = true;
        entry.role = device.role;
        entry.not_after_ms = device.not_after_ms;
        return entry;
    }

    /// A correct next entry, signed by a device's key.
    Outcome sign_by_insider(Mutator& mutator) {
        const auto& insider = province_.member("insider");
        crypto::TrustBody body = withdrawal();
        if (mutator.one_in(2)) {
            test_support::SeededRandom random(mutator.below(1'000'000));
            const crypto::DeviceKeys fresh = crypto::DeviceKeys::generate(random);
            body =
                province_.enrol_entry("new", fresh.public_keys(), crypto::Role::province_officer, {}, true);
        }
        Outcome outcome;
        outcome.mutant =
            crypto::sign_trust_entry(province_.next(std::move(body)), insider.keys.signing).bytes;
        if (province_.trust.apply(outcome.mutant)) {
            outcome.wrong = "the trust feed took an entry that a device signed";
        }
        return outcome;
    }

    TestProvince province_;
    std::vector<crypto::TrustState> states_;
};

Bytes octets_of(const std::string& text) { return {text.begin(), text.end()}; }

/// Texts on paper, in chat programs and on sticks: requests to be enrolled, and grants.
class Grants final : public Subject {
public:
    explicit Grants(std::uint64_t seed) : province_(seed), random_(seed) {
        for (const char* name : {"one", "two", "three"}) {
            province_.enrol(name, crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
            grants_.push_back(octets_of(crypto::encode_grant(province_.entries)));
            entries_.push_back(province_.entries);
            requests_.push_back(
                octets_of(crypto::encode_request(name, province_.member(name).keys, random_)));
        }
    }
    std::string name() const override { return "grant"; }

    Outcome try_one(Mutator& mutator) override {
        const auto place = static_cast<std::size_t>(mutator.below(grants_.size()));
        return mutator.one_in(4) ? try_request(mutator, place) : try_grant(mutator, place);
    }

private:
    Outcome try_grant(Mutator& mutator, std::size_t place) {
        Outcome outcome{true, std::nullopt, mutator.mutate(grants_[place], grants_)};
        outcome.counts = std::ranges::find(grants_, outcome.mutant) == grants_.end();
        const auto grant = outcome.counts ? crypto::parse_grant(as_text(outcome.mutant))
                                          : Result<crypto::Grant>(fail(ErrorCode::bad_grant));
        // What Replica::join asks: is it for this device, from the province whose fingerprint a person gave?
        const bool joins = grant && grant->device == province_.member(names_[place]).id &&
                           grant->root_fingerprint == province_.trust.root_fingerprint();
        if (joins && grant->entries != entries_[place]) {
            outcome.wrong = "a device would join with it";
        }
        return outcome;
    }

    Outcome try_request(Mutator& mutator, std::size_t place) {
        Outcome outcome{true, std::nullopt, mutator.mutate(requests_[place], requests_)};
        const auto request = crypto::parse_request(as_text(outcome.mutant));
        const bool said =
            request && std::ranges::any_of(names_, [&](const char* name) {
                return request->name == name && request->keys == province_.member(name).keys.public_keys();
            });
        outcome.counts = std::ranges::find(requests_, outcome.mutant) == requests_.end();
        if (request && !said) {
            outcome.wrong = "an officer would enrol it";
        }
        return outcome;
    }

    static constexpr std::array names_ = {"one", "two", "three"};
    TestProvince province_;
    test_support::SeededRandom random_;
    std::vector<Bytes> grants_;
    std::vector<std::vector<Bytes>> entries_;
    std::vector<Bytes> requests_;
};

}  // namespace

std::unique_ptr<Subject> make_certificates(std::uint64_t seed) {
    return std::make_unique<Certificates>(seed);
}
std::unique_ptr<Subject> make_grants(std::uint64_t seed) { return std::make_unique<Grants>(seed); }

}  // namespace cotmoc::threats
