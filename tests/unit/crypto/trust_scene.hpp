// A small province whose trust feed tests try to extend, and what the feed then says.
#pragma once

#include "support/test_province.hpp"

#include <doctest/doctest.h>

namespace cotmoc::crypto::test {

using test_support::TestProvince;

/// What decides about a device.
inline std::string portrait(const TrustState::Device& device) {
    std::string text(role_name(device.role));
    text += device.all_spaces ? "*" : "";
    text += device.revoked ? "!" : "";
    text += std::to_string(device.not_after_ms);
    for (const SpaceId& space : device.spaces) {
        text += "," + space.hex();
    }
    for (const auto& [space, terms] : device.terms) {
        text += ";" + space.hex();
        for (const RightsEntry::Term& term : terms) {
            text += ":" + std::to_string(term.through_seq) + term.through_hash.hex() +
                    (term.role ? std::string(role_name(*term.role)) : "-");
        }
    }
    return text;
}

/// Everything that a state says, for comparison.
inline std::string portrait(const TrustState& state) {
    std::string text =
        std::to_string(state.position()) + state.head().hex() + state.root_fingerprint().hex() + " ";
    for (const TrustState::Device& device : state.devices()) {
        text += device.id.hex() + std::to_string(to_number(device.index)) + portrait(device) + " ";
    }
    for (const TrustState::Space& space : state.spaces()) {
        text += space.id.hex() + std::to_string(space.writer_roles) + to_hex(space.sealed_name) + " ";
    }
    for (const TrustState::Epoch& epoch : state.epochs()) {
        text +=
            epoch.space.hex() + std::to_string(epoch.epoch) + ":" + std::to_string(epoch.wraps.size()) + " ";
    }
    return text + std::to_string(state.catalogues().size()) + " " + std::to_string(state.root().version);
}

inline std::string code_of(const Result<void>& result) {
    return result ? "accepted" : std::string(error_name(result.error().code));
}

/// What the state says of an entry; checks that a refusal changed nothing.
inline std::string answer(const TrustState& state, const SignedTrustEntry& entry) {
    TrustState copy = state;
    const Result<void> result = copy.apply(entry.bytes);
    CHECK((portrait(copy) == portrait(state)) == !result.has_value());
    return code_of(result);
}

/// A province with a post, an officer, a hub and a space of two epochs.
struct Scene {
    Scene() {
        province.enrol("post", Role::border_post, {"kon-tum/ngoc-hoi"});
        province.enrol("officer", Role::province_officer, {}, true);
        province.enrol("hub", Role::hub);
        province.rotate(ngoc_hoi);
        province.publish_catalogue("{}");
    }
    std::string answer_to(TrustBody body) { return answer(province.trust, province.sign(std::move(body))); }

    /// The wrap of the newest epoch of a space for a device already enrolled.
    EpochWrap wrap_for(const DevicePublicKeys& keys, const SpaceId& space) {
        return wrap(*province.keys.newest(space), keys.id(), keys.agreement, province.random);
    }
    EnrolEntry enrolment(Role role = Role::border_post) {
        const DeviceKeys keys = DeviceKeys::generate(province.random);
        return province.enrol_entry("new", keys.public_keys(), role, {}, false);
    }
    EpochEntry epoch(const SpaceId& space, std::uint32_t number) {
        EpochEntry entry{space, number, {}, {}, {}};
        entry.previous_key = Bytes(number == 1 ? 0 : 104);
        return entry;
    }
    EpochEntry::Wrap any_wrap(std::string_view name) { return {province.member(name).id, {}}; }

    TestProvince province;
    SpaceId whole = province.space("kon-tum");
    SpaceId ngoc_hoi = province.space("kon-tum/ngoc-hoi");
    SpaceId dak_glei = province.space("kon-tum/dak-glei");
    SpaceId directory = province.trust.directory();
};

}  // namespace cotmoc::crypto::test
