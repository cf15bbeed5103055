#include <cotmoc/sync/partial_store.hpp>

#include "session/message.hpp"

namespace cotmoc::sync {

namespace {

constexpr std::string_view setting_name = "partial_envelope";

}  // namespace

/// A replica asks a hub of its choice: nobody makes it read this.
Result<std::optional<HeldPart>> ReplicaPartials::held(const DeviceId& peer) {
    COTMOC_ASSIGN(const Bytes octets, load(peer));
    return octets.size() < held_part_min ? std::nullopt
                                         : std::optional(HeldPart{octets.size(), part_check(octets)});
}

Result<Bytes> ReplicaPartials::load(const DeviceId&) {
    COTMOC_ASSIGN(std::optional<Bytes> kept, store_.setting(setting_name));
    return std::move(kept).value_or(Bytes());
}

Result<void> ReplicaPartials::save(const DeviceId&, BytesView octets) {
    return store_.set_setting(setting_name, octets);
}

Result<std::optional<HeldPart>> HubPartials::held(const DeviceId& peer) {
    COTMOC_ASSIGN(const HeldPart held, store_.held_partial(peer));
    return held.size < held_part_min ? std::nullopt : std::optional(held);
}

Result<void> HubPartials::save(const DeviceId& peer, BytesView octets) {
    return store_.save_partial(peer, {octets.size(), part_check(octets)}, octets);
}

}  // namespace cotmoc::sync
