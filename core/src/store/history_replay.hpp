// A record's state made anew from its ops, one by one, with what each field shows before and after.
#pragma once

#include "merge/record_apply.hpp"
#include "store/record_table.hpp"

#include <cotmoc/core/history.hpp>

#include <set>

namespace cotmoc::core {

/// A create or a field op of the record, where it stands in its change set.
struct HistoryStep {
    Dot dot;
    Hlc at;
    const RecordChange* change = nullptr;
    const CreateBlock* create_block = nullptr;  // of a create
    const Create* create = nullptr;
    const FieldBlock* field_block = nullptr;  // of a field op
    const FieldOp* op = nullptr;
};

class HistoryReplay {
public:
    /// All of it must outlive the replay. `void_ops` are sorted.
    HistoryReplay(const Hasher& hasher, const DeviceIds& devices, const std::vector<Dot>& void_ops,
                  const Catalogue* view)
        : hasher_(hasher), devices_(devices), void_ops_(void_ops), view_(view) {}

    /// Steps come after all that lies in their past. Adds what there is to tell.
    void apply(const HistoryStep& step, std::vector<HistoryOp>& ops);
    /// After the last step: completes what apply() told of it.
    void finish(std::vector<HistoryOp>& ops);
    /// What people see of an op: its field's current name, values in the type that the field has now.
    void present(HistoryOp& op) const;
    Store::Appearance appearance() const;

private:
    void create(const HistoryStep& step, std::vector<HistoryOp>& ops);
    void field_op(const HistoryStep& step, std::vector<HistoryOp>& ops);
    bool continues_text(const HistoryStep& step, const std::vector<HistoryOp>& ops) const;
    bool is_void(const Dot& dot) const;
    const Field* field(std::string_view key) const;
    Value shown(std::string_view key) const;

    const Hasher& hasher_;
    const DeviceIds& devices_;
    const std::vector<Dot>& void_ops_;
    const Catalogue* view_ = nullptr;
    RecordState record_;
    bool in_text_ = false;  // the last op told is a text edit that further ones may continue
    std::set<std::string, std::less<>> forgotten_;        // Appearance::forgotten
    std::vector<std::unique_ptr<StoredLayout>> layouts_;  // the creations of record_ point to them
};

}  // namespace cotmoc::core
