#include <cotmoc/sync/partial_store.hpp>

namespace cotmoc::sync {

namespace {

constexpr std::string_view setting_name = "partial_envelope";

}  // namespace

Result<Bytes> ReplicaPartials::load(const DeviceId&) {
    COTMOC_ASSIGN(std::optional<Bytes> kept, store_.setting(setting_name));
    return std::move(kept).value_or(Bytes());
}

Result<void> ReplicaPartials::save(const DeviceId&, BytesView octets) {
    return store_.set_setting(setting_name, octets);
}

}  // namespace cotmoc::sync
