// Pairs of records that may have been made of one thing at two places. Only what shares a number, or a date
// and a name, is compared: a hundred thousand records take seconds.
#include "store/store_impl.hpp"

#include <algorithm>
#include <set>

namespace cotmoc::core {
namespace {

constexpr std::size_t pairs_of_block_max = 50;  // a block of many equal records is told by some of them

/// What is compared of a kind's fields.
struct Compared {
    std::vector<std::string> numbers;
    std::vector<std::string> names;
    std::string date;
};

struct Candidate {
    RecordId id;
    std::int64_t space = 0;
    std::string date;
    std::vector<std::string> numbers;  // folded, in the order of Compared; empty for none
    std::vector<std::string> names;    // folded, their words sorted
};

/// The words of a text without case, diacritics and order.
std::string sorted_words(std::string_view text) {
    const std::string folded = fold(text);
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < folded.size();) {
        const std::size_t end = std::min(folded.find(' ', begin), folded.size());
        if (end > begin) {
            words.push_back(folded.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    std::ranges::sort(words);
    std::string sorted;
    for (const std::string& word : words) {
        sorted += (sorted.empty() ? "" : " ") + word;
    }
    return sorted;
}

Compared compared_fields(const Kind& kind) {
    Compared compared;
    compared.date = kind.dated_by;
    std::vector<std::string> searchable;
    for (const Field& field : kind.fields) {
        if (field.retired) {
            continue;
        }
        // A unit or a note stands on records that have nothing else in common.
        const bool may_name = field.type == FieldType::text && !field.common && !field.unique;
        if (field.unique) {
            compared.numbers.push_back(field.name);
        } else if (may_name && field.required) {
            compared.names.push_back(field.name);
        } else if (may_name && field.searchable) {
            searchable.push_back(field.name);
        }
    }
    if (compared.names.empty()) {
        compared.names = std::move(searchable);
    }
    return compared;
}

Candidate candidate_of(const LoadedRecord& record, const std::map<std::string_view, Value>& fields,
                       const Compared& compared) {
    const auto text_of = [&](const std::string& name) {
        const auto found = fields.find(name);
        return found != fields.end() ? to_text(found->second) : std::string();
    };
    Candidate candidate{record.id, record.space, text_of(compared.date), {}, {}};
    for (const std::string& number : compared.numbers) {
        candidate.numbers.push_back(sorted_words(text_of(number)));
    }
    for (const std::string& name : compared.names) {
        candidate.names.push_back(sorted_words(text_of(name)));
    }
    return candidate;
}

/// Why the two may be one thing; nothing if that is not enough.
std::vector<Duplicate::Why> reasons(const Candidate& a, const Candidate& b, const Compared& compared) {
    std::vector<Duplicate::Why> why;
    for (std::size_t i = 0; i < compared.numbers.size(); ++i) {
        if (!a.numbers[i].empty() && a.numbers[i] == b.numbers[i]) {
            why.push_back({compared.numbers[i], Duplicate::Reason::same_number});
        }
    }
    const bool same_number = !why.empty();
    const bool same_date = !a.date.empty() && a.date == b.date;
    if (same_date) {
        why.push_back({compared.date, Duplicate::Reason::same_date});
    }
    std::size_t in_both = 0;
    std::size_t equal = 0;
    for (std::size_t i = 0; i < compared.names.size(); ++i) {
        const bool both = !a.names[i].empty() && !b.names[i].empty();
        in_both += both ? 1 : 0;
        if (both && a.names[i] == b.names[i]) {
            ++equal;
            why.push_back({compared.names[i], Duplicate::Reason::same_name});
        }
    }
    const bool alike = equal > 0 && 2 * equal >= in_both && (same_date || compared.date.empty());
    return same_number || alike ? why : std::vector<Duplicate::Why>();
}

/// Positions of candidates by what they share; each block by rising position.
std::map<std::string, std::vector<std::size_t>> blocks_of(const std::vector<Candidate>& candidates,
                                                          const Compared& compared) {
    std::map<std::string, std::vector<std::size_t>> blocks;
    for (std::size_t at = 0; at < candidates.size(); ++at) {
        const Candidate& each = candidates[at];
        const auto put = [&](char what, std::size_t field, const std::string& date, const std::string& text) {
            if (!text.empty()) {
                blocks[what + std::to_string(field) + "\n" + std::to_string(each.space) + "\n" + date + "\n" +
                       text]
                    .push_back(at);
            }
        };
        for (std::size_t i = 0; i < each.numbers.size(); ++i) {
            put('#', i, "", each.numbers[i]);
        }
        const bool datable = compared.date.empty() || !each.date.empty();
        for (std::size_t i = 0; datable && i < each.names.size(); ++i) {
            put('n', i, each.date, each.names[i]);
        }
    }
    return blocks;
}

std::set<std::pair<std::size_t, std::size_t>> pairs_of(const std::vector<Candidate>& candidates,
                                                       const Compared& compared) {
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    for (const auto& [key, block] : blocks_of(candidates, compared)) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < block.size() && count < pairs_of_block_max; ++i) {
            for (std::size_t j = i + 1; j < block.size() && count < pairs_of_block_max; ++j, ++count) {
                pairs.emplace(block[i], block[j]);
            }
        }
    }
    return pairs;
}

Result<std::vector<Candidate>> candidates_of(StoreImpl& impl, std::uint32_t kind_number,
                                             const std::optional<std::int64_t>& space,
                                             const Compared& compared) {
    std::vector<Candidate> candidates;
    COTMOC_ASSIGN(Statement * query,
                  impl.statements.get("SELECT row, id, space, flags, body, state FROM _record WHERE kind = ? "
                                      "AND (? = 0 OR space = ?) AND NOT (flags & 17)"));
    query->bind(1, static_cast<std::int64_t>(kind_number))
        .bind(2, std::int64_t{space ? 1 : 0})
        .bind(3, space.value_or(0));
    for (;;) {
        COTMOC_ASSIGN(const bool row, query->step());
        if (!row) {
            break;
        }
        const LoadedRecord record = read_row(*query);
        COTMOC_ASSIGN(const RecordState state, impl.records.decode(record));
        candidates.push_back(candidate_of(record, impl.records.visible_fields(state), compared));
    }
    std::ranges::sort(candidates, {}, &Candidate::id);
    return candidates;
}

}  // namespace

Result<std::vector<Duplicate>> Store::duplicates(const Kind& kind, const std::optional<SpaceId>& space) {
    std::vector<Duplicate> found;
    const auto kind_number = impl_->interning.find(kind.name);
    const SpaceEntry* in = space ? impl_->spaces.find(*space) : nullptr;
    if (!kind_number || (space && in == nullptr)) {
        return found;
    }
    const Compared compared = compared_fields(kind);
    COTMOC_ASSIGN(const std::vector<Candidate> candidates,
                  candidates_of(*impl_, *kind_number,
                                in != nullptr ? std::optional(in->number) : std::nullopt, compared));
    for (const auto& [a, b] : pairs_of(candidates, compared)) {
        std::vector<Duplicate::Why> why = reasons(candidates[a], candidates[b], compared);
        const SpaceEntry* of = impl_->spaces.find(candidates[a].space);
        if (!why.empty() && of != nullptr) {
            found.push_back({candidates[a].id, candidates[b].id, of->id, std::move(why)});
        }
    }
    // By ids already, since the candidates are.
    std::ranges::stable_sort(found, std::ranges::greater{},
                             [](const Duplicate& each) { return each.why.size(); });
    return found;
}

}  // namespace cotmoc::core
