// The ops of a space as a replica holds them, opened again from their envelopes: what was signed, not what
// was made of it.
#pragma once

#include <cotmoc/sync/replica.hpp>

#include <map>

namespace cotmoc::test_support {

struct HeldOp {
    core::Dot dot;
    RecordId record;
    std::string field;
    core::OpKind kind{};  // of a creation: create, and set, insert, edit_text for what it sets
    core::Value value;
    core::TextEdit edit;
    core::Dot content;                // names the elements of `edit`
    std::vector<std::uint64_t> seen;  // by device, of its change set
};

class HeldOps {
public:
    HeldOps(sync::Replica& replica, const SpaceId& space);
    const std::vector<HeldOp>& ops() const { return ops_; }
    /// What a text field showed its author after this op.
    std::string text_after(const HeldOp& op) const;

private:
    void take(const sync::StoredEnvelope& envelope, const crypto::KeyRing& keys, const SpaceId& space);
    void take_creates(const core::ChangeSet& set, const HeldOp& common);
    void take_fields(const core::ChangeSet& set, const HeldOp& common);

    sync::Replica& replica_;
    std::vector<HeldOp> ops_;
    std::map<core::Dot, RecordId> created_;
    std::map<DeviceIndex, std::vector<std::uint64_t>> seen_;
};

}  // namespace cotmoc::test_support
