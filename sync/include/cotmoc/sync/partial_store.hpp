// Begun envelopes, kept from one session to the next: a link that is cut every minute never carries a long
// one whole. What is kept is ciphertext, of at most one envelope for each other side; it is believed only
// when it is whole and its signature verifies.
#pragma once

#include <cotmoc/core/store.hpp>
#include <cotmoc/sync/hub.hpp>

namespace cotmoc::sync {

class PartialStore {
public:
    virtual ~PartialStore() = default;
    /// How much is kept of what `peer` has sent; nothing if that is not worth its announcement. Costs little:
    /// anyone may make a hub ask for it. Errors are local ones (disk, database).
    virtual Result<std::optional<HeldPart>> held(const DeviceId& peer) = 0;
    /// What `peer` has sent of an envelope; empty if nothing is kept.
    virtual Result<Bytes> load(const DeviceId& peer) = 0;
    /// Durable when it returns, or with the store's next commit. Empty: nothing is kept any more.
    virtual Result<void> save(const DeviceId& peer, BytesView octets) = 0;
};

/// In a replica's database: one for all peers, since any of them may go on with what another began.
class ReplicaPartials final : public PartialStore {
public:
    /// `store` outlives this.
    explicit ReplicaPartials(core::Store& store) : store_(store) {}
    Result<std::optional<HeldPart>> held(const DeviceId& peer) override;
    Result<Bytes> load(const DeviceId& peer) override;
    Result<void> save(const DeviceId& peer, BytesView octets) override;

private:
    core::Store& store_;
};

/// In a hub's database: one for each device, so that none takes another's place; at most 1 MiB each.
class HubPartials final : public PartialStore {
public:
    /// `store` outlives this.
    explicit HubPartials(HubStore& store) : store_(store) {}
    Result<std::optional<HeldPart>> held(const DeviceId& peer) override;
    Result<Bytes> load(const DeviceId& peer) override { return store_.load_partial(peer); }
    Result<void> save(const DeviceId& peer, BytesView octets) override;

private:
    HubStore& store_;
};

}  // namespace cotmoc::sync
