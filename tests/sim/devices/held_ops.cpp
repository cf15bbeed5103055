#include "sim/devices/held_ops.hpp"

#include "replica/content.hpp"
#include "store/record_table.hpp"
#include "support/fleet.hpp"
#include "unit/merge/text_model.hpp"

#include <cotmoc/crypto/envelope.hpp>

namespace cotmoc::test_support {
namespace {

using core::OpKind;
using core::Shape;

const crypto::Blake2bHasher hasher;

class FeedDevices final : public core::DeviceTable {
public:
    explicit FeedDevices(const sync::Replica& replica) : replica_(replica) { content_.octets.fill(0xff); }
    const DeviceId& id(DeviceIndex index) const override {
        return index == core::content_device ? content_ : replica_.device_id(index);
    }

private:
    const sync::Replica& replica_;
    DeviceId content_;
};

bool in_past(const HeldOp& x, const HeldOp& y) {
    if (x.dot.device == y.dot.device) {
        return std::pair(x.dot.seq, x.dot.index) < std::pair(y.dot.seq, y.dot.index);
    }
    const std::size_t device = to_number(x.dot.device);
    return device < y.seen.size() && x.dot.seq <= y.seen[device];
}

}  // namespace

HeldOps::HeldOps(sync::Replica& replica, const SpaceId& space) : replica_(replica) {
    std::int64_t position = 0;
    while (const auto envelope = must(replica.next_envelope(space, position))) {
        position = envelope->position;
        take(*envelope, replica.key_ring(), space);
    }
}

void HeldOps::take(const sync::StoredEnvelope& envelope, const crypto::KeyRing& keys, const SpaceId& space) {
    const crypto::EnvelopeHeader header = must(crypto::parse_envelope(envelope.bytes));
    const crypto::EpochKey* key = keys.find(space, header.epoch);
    COTMOC_CHECK(key != nullptr);
    const Bytes opened = must(crypto::open_envelope(envelope.bytes, *key));
    const sync::Content content = must(sync::decode_content(opened));
    std::vector<std::uint64_t>& seen = seen_[envelope.author];
    for (const auto& [device, seq] : content.head.delta) {
        seen.resize(std::max(seen.size(), to_number(device) + std::size_t{1}));
        seen[to_number(device)] = seq;
    }
    HeldOp common;
    common.dot = {envelope.author, envelope.seq, 0};
    common.seen = seen;
    take_creates(content.ops, common);
    take_fields(content.ops, common);
}

void HeldOps::take_creates(const core::ChangeSet& set, const HeldOp& common) {
    for (const core::CreateBlock& block : set.creates) {
        for (const core::Create& create : block.creates) {
            HeldOp op = common;
            op.kind = OpKind::create;
            op.record = create.id;
            op.dot.index = create.index;
            created_[op.dot] = create.id;
            ops_.push_back(op);
            std::vector<core::Dot> contents;
            core::content_dots_of(hasher, block.layout, create.values, contents);
            for (std::size_t i = 0; i < create.values.size(); ++i) {
                op.field = block.layout.entries[i].field;
                ++op.dot.index;
                op.value = create.values[i];
                op.kind = OpKind::set;
                const auto* text = std::get_if<std::string>(&op.value);
                if (block.layout.entries[i].shape == Shape::text && text != nullptr) {
                    op.kind = OpKind::edit_text;
                    op.content = contents[i];
                    op.edit = {{{std::nullopt, core::Side::right, *text}}, {}};
                }
                if (const auto* list = std::get_if<core::TextList>(&create.values[i])) {
                    op.kind = OpKind::insert;
                    for (const std::string& element : *list) {
                        op.value = element;
                        ops_.push_back(op);
                    }
                } else if (core::type_of(op.value) != core::ValueType::absent) {
                    ops_.push_back(op);
                }
                op.edit = {};
            }
        }
    }
}

void HeldOps::take_fields(const core::ChangeSet& set, const HeldOp& common) {
    for (const core::FieldBlock& block : set.fields) {
        for (const core::FieldOp& made : block.ops) {
            HeldOp op = common;
            op.dot.index = made.index;
            op.record = made.record.id ? *made.record.id : created_.at(made.record.created);
            op.kind = block.kind;
            op.field = block.field;
            op.value = made.value;
            op.edit = made.edit;
            op.content = op.dot;
            ops_.push_back(std::move(op));
        }
    }
}

std::string HeldOps::text_after(const HeldOp& last) const {
    const FeedDevices devices(replica_);
    core::test::TextModel model(devices);
    std::set<core::Dot> applied;
    for (const HeldOp& op : ops_) {
        const bool counts = op.record == last.record && op.field == last.field &&
                            op.kind == OpKind::edit_text && (&op == &last || in_past(op, last));
        if (counts && applied.insert(op.content).second) {
            model.apply(op.content, op.edit);
        }
    }
    std::string utf8;
    for (const char32_t value : model.text()) {
        utf8 += core::test::encode(value);
    }
    return utf8;
}

}  // namespace cotmoc::test_support
