// One local edit of one record in progress: its row, its state before and now.
#pragma once

#include "store/store_impl.hpp"

#include <cotmoc/base/check.hpp>

namespace cotmoc::core {

/// About how many octets a value takes in a change set.
std::size_t encoded_size(const Value& value);

/// Makes the same ops that others will apply, applies them here first and journals them.
class Editing {
public:
    Editing(StoreImpl& impl, LoadedRecord record) : impl_(impl), record_(std::move(record)) {}

    Result<void> load() {
        space_ = impl_.spaces.find(record_.space);
        COTMOC_CHECK(space_ != nullptr);
        COTMOC_ASSIGN(before_, impl_.records.decode_to_change(record_));
        now_ = before_;
        kind_ = impl_.records.kind(now_.kind);
        seen_ = space_->seen();
        return {};
    }
    /// The last call: state() is given away.
    Result<void> save() {
        COTMOC_TRY(impl_.records.save(*space_, record_, before_, std::move(now_)));
        return {};
    }

    Result<void> edit(const FieldEdit& edit);
    /// Whether what was entered here may be: stricter than edit(), which also moves what others wrote.
    Result<void> check_entry(const FieldEdit& edit) const;
    /// stale unless the field still is what the app showed before this edit.
    Result<void> check_shown(const Field& field, const std::optional<std::string>& shown) const;
    Result<void> set(const Field& field, const Value& value, bool imported);
    bool is_shown(const Field& field, const Value& value, bool imported) const;
    Result<bool> may_fold(const Field& field, const RegisterOp& shown);
    Result<void> set_register(const Field& field, const Value& value, bool imported);
    Result<void> set_elements(const Field& field, const Value& value);
    Result<void> set_text(const Field& field, std::string_view text);
    Result<void> splice(const Field& field, const FieldEdit& edit);
    Result<void> add(const Field& field, std::int64_t amount);
    Result<void> element(const Field& field, OpKind kind, const std::string& element);
    /// Whether this device may move the workflow to `value` with the op `dot` (S12).
    Result<void> check_move(const Field& field, const Value& value, const Dot& dot) const;
    /// Joins the record into another one, or with null separates it again; settles what is disputed there.
    Result<void> set_join(const Value& target);
    Result<void> check_join(const Value& target) const;
    Result<void> make(OpKind kind, std::string_view field, Shape shape, FieldOp op, bool keep_value);

    const RecordState& state() const { return now_; }
    bool changed() const { return changed_; }
    const Kind* kind() const { return kind_; }
    const RegisterOp* displayed(const Field& field) const;
    Over over(const Field& field) const;
    const FieldContent* content(const Field& field) const;
    /// What people see of the field now.
    Value shown(const Field& field) const;
    const RecordId& id() const { return record_.id; }
    void reserve(std::size_t size) { impl_.journal.reserve(*space_, size); }
    Dot next_dot() const { return impl_.next_dot(*space_); }

private:
    bool unsealed(const Dot& dot) const {
        const FeedState* own = space_->feed(*impl_.devices.self);
        return dot.device == *impl_.devices.self && dot.seq > (own != nullptr ? own->seq : 0);
    }
    TextSequence* find_text(const Field& field);
    bool is_unseen_initial(const TextSequence& text) const;
    Result<void> make_text_edit(const Field& field, TextEdit edit);
    bool in_open_set(const Dot& dot) const {
        return dot.device == *impl_.devices.self && dot.seq == space_->open_seq;
    }
    /// Of a pending op: a copy of the database may hold it too if it is older. Then it stays as it is, so
    /// that what the copies did since they parted can be told apart (core/transplant.hpp).
    bool made_since_open(const Dot& dot) const {
        return dot.seq > space_->loaded_seq ||
               (dot.seq == space_->loaded_seq && dot.index >= space_->loaded_index);
    }

    StoreImpl& impl_;
    LoadedRecord record_;
    SpaceEntry* space_ = nullptr;
    RecordState before_;
    RecordState now_;
    const Kind* kind_ = nullptr;
    std::vector<std::uint64_t> seen_;
    bool changed_ = false;
};

}  // namespace cotmoc::core
