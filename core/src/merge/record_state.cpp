#include "merge/record_state.hpp"

#include <algorithm>

namespace cotmoc::core {

std::optional<std::uint32_t> StoredLayout::position(std::string_view field) const {
    const auto found = std::ranges::lower_bound(layout.entries, field, {}, &Layout::Entry::field);
    if (found == layout.entries.end() || found->field != field) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(found - layout.entries.begin());
}

bool is_nothing(const Value& value, Shape shape) {
    const auto* list = std::get_if<TextList>(&value);
    const auto* text = std::get_if<std::string>(&value);
    return type_of(value) == ValueType::null || (list != nullptr && list->empty()) ||
           (shape == Shape::text && text != nullptr && text->empty());
}

bool is_known(const std::vector<Creation>& creations, const Past& past) {
    return std::ranges::any_of(creations,
                               [&](const Creation& creation) { return past.contains(creation.dot); });
}

bool RecordState::deleted() const { return std::ranges::any_of(deletions, &Deletion::effective); }

bool RecordState::edited_while_deleted() const { return !deletions.empty() && !deleted(); }

const Creation* RecordState::find_creation(const Dot& created) const {
    const auto found = std::ranges::find(creations, created, &Creation::dot);
    return found == creations.end() ? nullptr : &*found;
}

bool RecordState::initial_text_seen(std::string_view field, const Dot& text, const Past& past) const {
    return std::ranges::any_of(creations, [&](const Creation& creation) {
        if (!past.contains(creation.dot)) {
            return false;
        }
        std::size_t nth = 0;
        for (const Layout::Entry& entry : creation.layout->layout.entries) {
            if (entry.shape == Shape::text) {
                if (entry.field == field) {
                    return creation.texts.empty() || creation.texts[nth] == text;
                }
                ++nth;
            }
        }
        return false;
    });
}

void RecordState::prepare_creation() {
    if (creations.size() != 1) {
        return;
    }
    Creation& first = creations.front();
    for (const Layout::Entry& entry : first.layout->layout.entries) {
        if (entry.shape == Shape::text) {
            const auto found = fields.find(entry.field);
            const auto* text = found != fields.end() ? std::get_if<TextSequence>(&found->second) : nullptr;
            first.texts.push_back(text != nullptr ? text->initial_dot().value_or(Dot()) : Dot());
        }
    }
}

void RecordState::add_creation(Creation creation, std::span<const Dot> content_dots) {
    const std::vector<Layout::Entry>& entries = creation.layout->layout.entries;
    for (std::size_t i = 0; i < entries.size() && !creations.empty(); ++i) {
        if (entries[i].shape == Shape::text) {
            creation.texts.push_back(content_dots[i]);
        }
    }
    creations.push_back(std::move(creation));
}

void RecordState::note_op(const Dot& op, bool value_op, const Past& past) {
    auto visit = std::ranges::find_if(visits, [&](const Visit& candidate) {
        return candidate.device == op.device && candidate.seq == op.seq;
    });
    if (visit == visits.end()) {
        visits.push_back({op.device, op.seq, std::nullopt});
        visit = std::prev(visits.end());
    }
    if (!value_op) {
        return;
    }
    visit->last_value_index = std::max(visit->last_value_index.value_or(op.index), op.index);
    // An edit that saw a delete undoes it; one that did not see it brings the record back, marked.
    std::erase_if(deletions, [&](const Deletion& deletion) { return past.contains(deletion.dot); });
    for (Deletion& deletion : deletions) {
        deletion.effective = false;
    }
}

void RecordState::apply_delete(Deletion deletion, const Past& past) {
    std::erase_if(deletions, [&](const Deletion& earlier) { return past.contains(earlier.dot); });
    deletion.effective = std::ranges::all_of(visits, [&](const Visit& visit) {
        return !visit.last_value_index || past.contains({visit.device, visit.seq, *visit.last_value_index});
    });
    deletions.insert(std::ranges::lower_bound(deletions, deletion.dot, {}, &Deletion::dot), deletion);
    note_op(deletion.dot, false, past);
}

void RecordState::apply_restore(const Dot& op, const Past& past) { note_op(op, true, past); }

FieldContent initial_content(Shape shape, const Dot& dot, Hlc at, const Value& value,
                             const Dot& content_dot) {
    switch (shape) {
        case Shape::register_:
            return Register::from_parts({{dot, at, value, false}}, {});
        case Shape::counter:
            return Counter::from_parts(Register::from_parts({{dot, at, value, false}}, {}), {});
        case Shape::set: {
            std::map<std::string, std::vector<ElementSet::Add>> adds;
            if (const auto* list = std::get_if<TextList>(&value)) {
                for (const std::string& element : *list) {
                    adds[element] = {{dot, at}};
                }
            }
            return ElementSet::from_parts(std::move(adds));
        }
        case Shape::text:
            break;
    }
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr ? TextSequence::from_text(content_dot, *text) : TextSequence();
}

Value shown_value(const FieldContent& content, const RegisterView& view) {
    if (const auto* reg = std::get_if<Register>(&content)) {
        const RegisterOp* shown = reg->displayed(view);
        return shown != nullptr ? shown->value : Value();
    }
    if (const auto* counter = std::get_if<Counter>(&content)) {
        const auto total = counter->total(view);
        return total ? Value(*total) : Value();
    }
    if (const auto* set = std::get_if<ElementSet>(&content)) {
        TextList elements = set->elements();
        return elements.empty() ? Value() : Value(std::move(elements));
    }
    std::string text = std::get<TextSequence>(content).text();
    return text.empty() ? Value() : Value(std::move(text));
}

}  // namespace cotmoc::core
