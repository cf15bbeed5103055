#pragma once

#include <cotmoc/crypto/envelope.hpp>
#include <cotmoc/sync/replica.hpp>

#include <map>

namespace cotmoc::sync {

/// One check of everything that a replica holds. It changes nothing.
class Replica::Verifier {
public:
    explicit Verifier(Replica& replica) : replica_(replica) {}
    Result<Verification> run();

private:
    /// What the store says of the change sets and records of a space.
    struct Verdicts {
        std::map<std::pair<DeviceIndex, std::uint64_t>, std::string> quarantined;  // reasons
        std::map<core::Dot, std::string> void_ops;
        std::map<RecordId, Hash256> records;
        Hash256 digest;
    };

    void check_trust();
    void check_space(const SpaceInfo& space);
    void check_feed(const SpaceInfo& space, const core::FeedState& feed);
    Result<void> check_row(const core::EnvelopeRow& row, const std::optional<Hash256>& previous) const;
    Result<void> check_replay(const SpaceInfo& space);
    Result<Verdicts> verdicts(const SpaceInfo& space);
    void compare(const SpaceInfo& space, const Verdicts& held, const Verdicts& again);

    std::string place(const SpaceInfo& space, DeviceIndex device, std::uint64_t seq) const;
    void wrong(ErrorCode code, std::string detail) { found_.wrong.push_back({code, std::move(detail)}); }
    void wrong(const std::string& place, const Error& error) {
        wrong(error.code, error.detail.empty() ? place : place + ": " + error.detail);
    }

    Replica& replica_;
    Verification found_;
    std::size_t gaps_ = 0;            // change sets that cannot be read
    std::size_t without_octets_ = 0;  // of the space: known by hash only
};

}  // namespace cotmoc::sync
