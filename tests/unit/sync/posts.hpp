// A small province for the tests of what the authority does: an officer, two posts of one district, one of
// another.
#pragma once

#include "support/fleet.hpp"

#include <doctest/doctest.h>

namespace cotmoc::sync_test {

using crypto::Role;
using test_support::Fleet;
using test_support::must;

inline constexpr const char* ngoc_hoi = "kon-tum/ngoc-hoi";
inline constexpr const char* dak_glei = "kon-tum/dak-glei";

struct Posts : Fleet {
    explicit Posts(std::uint64_t seed = 1) : Fleet(seed) {
        add("so-1", Role::province_officer, {"*"});
        add("post-a", Role::border_post, {ngoc_hoi});
        add("post-b", Role::border_post, {ngoc_hoi});
        add("post-c", Role::district_officer, {dak_glei});
    }

    SpaceId space(std::string_view name) { return must(replica("authority").find_space(name)).id; }
    const crypto::TrustState::Device& seen_by(const std::string& observer, const std::string& name) {
        return *replica(observer).trust().find(replica(name).id());
    }
    const crypto::TrustState::Device& device(const std::string& name) { return seen_by("authority", name); }
    std::optional<Role> right(const std::string& name, std::string_view where, std::uint64_t seq) {
        return replica("authority").trust().right_at(device(name), space(where), seq);
    }
    /// So many change sets of one record each, held by everybody.
    void write(const std::string& name, int change_sets) {
        for (int i = 0; i < change_sets; ++i) {
            add_record(name, "delegation", {{"partner", std::to_string(i)}});
            must(replica(name).begin_session());
        }
        sync_all();
    }
    /// By file: the device takes all that the authority has signed.
    Result<void> carry_trust(const std::string& name) {
        const std::vector<Bytes> entries = must(replica("authority").store().trust_entries());
        const crypto::Grant grant = must(crypto::parse_grant(crypto::encode_grant(entries)));
        return replica(name).join(grant, grant.root_fingerprint);
    }
    /// Has this device the key that is newest for the authority? "" is the directory.
    bool has_newest_key(const std::string& name, std::string_view where) {
        const crypto::TrustState& trust = replica("authority").trust();
        const SpaceId id = where.empty() ? trust.directory() : space(where);
        return replica(name).key_ring().find(id, trust.newest_epoch(id)->epoch) != nullptr;
    }
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE(!result);
    return result.error().code;
}

}  // namespace cotmoc::sync_test
