// Edits of rich texts: whole new ones, and splices by position.
#include "merge/text_code_points.hpp"
#include "store/editing.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

/// Deletions in one op; each takes up to about twenty octets, so that one op stays well below a change set.
constexpr std::size_t deletes_max = 16 * 1024;
constexpr std::size_t octets_of_delete = 20;
/// An initial text of this size may be made anew for each splice of it; a longer one becomes an edit first.
constexpr std::size_t foldable_octets_max = 4096;

}  // namespace

TextSequence* Editing::find_text(const Field& field) {
    const auto found = now_.fields.find(field.key);
    return found != now_.fields.end() ? std::get_if<TextSequence>(&found->second) : nullptr;
}

/// Whether the text is one that a create set and that nobody else can have seen: then the create takes a
/// newer text, or gives it up, and edits must not name its elements.
bool Editing::is_unseen_initial(const TextSequence& text) const {
    const bool full_history = kind_ != nullptr && kind_->full_history;
    if (full_history || now_.creations.empty() || !unsealed(now_.creations.front().dot)) {
        return false;
    }
    const auto fresh = text.fresh_dot();
    return fresh && fresh->device == content_device;
}

/// Makes the ops of an edit of the text as it is now; more than one only for a very scattered deletion.
Result<void> Editing::make_text_edit(const Field& field, TextEdit edit) {
    std::vector<TextDelete> left = std::move(edit.deletes);
    edit.deletes.clear();
    std::size_t inserted = 0;
    for (const TextInsert& insert : edit.inserts) {
        inserted += insert.text.size() + 32;
    }
    for (auto next = left.begin(); next != left.end() || !edit.inserts.empty();) {
        const auto count = std::min<std::ptrdiff_t>(left.end() - next, deletes_max);
        FieldOp op;
        op.edit.inserts = std::exchange(edit.inserts, {});
        op.edit.deletes.assign(next, next + count);
        next += count;
        reserve(std::exchange(inserted, 0) + op.edit.deletes.size() * octets_of_delete + 64);
        COTMOC_TRY(make(OpKind::edit_text, field.key, Shape::text, std::move(op), true));
    }
    return {};
}

Result<void> Editing::set_text(const Field& field, std::string_view text) {
    reserve(text.size() + 64);
    TextSequence* sequence = find_text(field);
    if (sequence != nullptr && is_unseen_initial(*sequence)) {
        if (sequence->text() == text) {
            return {};
        }
        changed_ = true;
        const Dot& created = now_.creations.front().dot;
        if (in_open_set(created) && made_since_open(created) && !text.empty()) {
            space_->gathered += text.size();
            *sequence = TextSequence::from_text(content_dot(impl_.hasher, text), text);
            return {};
        }
        now_.fields.erase(field.key);
        sequence = nullptr;
    }
    const TextSequence empty;
    return make_text_edit(field, (sequence != nullptr ? *sequence : empty).diff_to(next_dot(), text));
}

Result<void> Editing::splice(const Field& field, const FieldEdit& edit) {
    const auto* insert = std::get_if<std::string>(&edit.value);
    if (field.shape != Shape::text) {
        return fail(ErrorCode::wrong_shape, field.name);
    }
    if (insert == nullptr) {
        return fail(ErrorCode::wrong_type, field.name);
    }
    if (!is_valid_utf8(*insert)) {
        return fail(ErrorCode::invalid_utf8, field.name);
    }
    const TextSequence empty;
    const TextSequence* sequence = find_text(field);
    const TextSequence& text = sequence != nullptr ? *sequence : empty;
    if (edit.position > text.length() || edit.delete_count > text.length() - edit.position) {
        return fail(ErrorCode::beyond_text, field.name + " has " + std::to_string(text.length()) +
                                                " characters, not " + std::to_string(edit.position) + " + " +
                                                std::to_string(edit.delete_count));
    }
    const std::size_t kept = text.octets() - text.octets(edit.position, edit.delete_count);
    if (insert->size() > value_bytes_max || kept + insert->size() > value_bytes_max) {
        return fail(ErrorCode::value_too_long,
                    field.name + ": " + std::to_string(kept + insert->size()) + " octets");
    }
    if (insert->empty() && edit.delete_count == 0) {
        return {};
    }
    if (!is_unseen_initial(text)) {
        return make_text_edit(field, text.make_edit(next_dot(), edit.position, edit.delete_count, *insert));
    }
    std::string whole = text.text();
    if (whole.size() > foldable_octets_max) {
        // Naming the elements of a long text anew for each key stroke would cost more than one op does.
        now_.fields.erase(field.key);
        changed_ = true;
        COTMOC_TRY(make_text_edit(field, empty.make_edit(next_dot(), 0, 0, whole)));
        return splice(field, edit);
    }
    const std::string_view all = whole;
    const std::size_t begin = octet_of_code_point(all, text.length(), edit.position);
    const std::size_t end = octet_of_code_point(all, text.length(), edit.position + edit.delete_count);
    whole.replace(begin, end - begin, *insert);
    return set_text(field, whole);
}

}  // namespace cotmoc::core
