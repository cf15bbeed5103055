#include "codec/phrases.hpp"

#include "codec/interner.hpp"

#include <algorithm>

namespace cotmoc::core {
namespace {

constexpr std::size_t rounds = 3;
constexpr std::uint32_t pair_count_min = 4;
constexpr std::size_t words_each_min = 4;  // words for each distinct one, or it does not pay
constexpr std::size_t words_max = phrases_max;
constexpr std::uint32_t none = 0xffffffffu;

/// A token is a word, or a phrase: a shorter token, a space and one more token.
class Tokens {
public:
    /// False if phrases do not suit these texts.
    bool split(std::span<const std::string_view> texts);
    void join_bound_pairs();
    Phrases result() const;

private:
    struct Pair {
        std::uint32_t first;
        std::uint32_t second;
    };

    std::size_t size() const { return interner_.items().size() + joined_.size(); }
    std::vector<std::uint32_t> bound_successors() const;
    std::uint32_t join(std::uint32_t first, std::uint32_t second, std::vector<std::uint32_t>& joins);
    void append_text(std::string& out, std::uint32_t token) const;

    Interner interner_;
    std::vector<Pair> joined_;           // the tokens after the words
    std::vector<std::uint32_t> tokens_;  // of all texts
    std::vector<std::int64_t> counts_;   // tokens of each text
};

bool Tokens::split(std::span<const std::string_view> texts) {
    counts_.reserve(texts.size());
    for (const std::string_view text : texts) {
        const std::size_t before = tokens_.size();
        std::size_t start = 0;
        while (true) {
            const std::size_t end = std::min(text.find(' ', start), text.size());
            tokens_.push_back(interner_.intern(text.substr(start, end - start)));
            if (end == text.size()) {
                break;
            }
            start = end + 1;
        }
        counts_.push_back(static_cast<std::int64_t>(tokens_.size() - before));
        if (interner_.items().size() > words_max) {
            return false;
        }
    }
    return tokens_.size() >= words_each_min * interner_.items().size();
}

/// For each token the one that follows more than half of its occurrences, if it does so often enough. A
/// majority vote finds the only candidate, so nothing is kept for each pair.
std::vector<std::uint32_t> Tokens::bound_successors() const {
    struct Candidate {
        std::uint32_t successor = none;
        std::uint32_t votes = 0;
        std::uint32_t occurrences = 0;
        std::uint32_t pairs = 0;
    };
    std::vector<Candidate> candidates(size());
    const std::uint32_t* at = tokens_.data();
    for (const std::int64_t count : counts_) {
        for (std::int64_t i = 0; i + 1 < count; ++i) {
            Candidate& candidate = candidates[at[i]];
            ++candidate.occurrences;
            // Without branches: which way they go is random in real text.
            const std::uint32_t next = at[i + 1];
            candidate.successor = candidate.votes == 0 ? next : candidate.successor;
            candidate.votes += candidate.successor == next ? 1u : ~0u;
        }
        ++candidates[at[count - 1]].occurrences;
        at += count;
    }
    at = tokens_.data();
    for (const std::int64_t count : counts_) {
        for (std::int64_t i = 0; i + 1 < count; ++i) {
            Candidate& candidate = candidates[at[i]];
            candidate.pairs += candidate.successor == at[i + 1] ? 1 : 0;
        }
        at += count;
    }
    std::vector<std::uint32_t> bound(candidates.size(), none);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const Candidate& candidate = candidates[i];
        if (candidate.pairs >= pair_count_min && std::uint64_t{candidate.pairs} * 2 > candidate.occurrences) {
            bound[i] = candidate.successor;
        }
    }
    return bound;
}

/// A token that ends in a bound one can only go on in one way, so `joins` needs one place for each.
std::uint32_t Tokens::join(std::uint32_t first, std::uint32_t second, std::vector<std::uint32_t>& joins) {
    if (joins[first] == none) {
        joins[first] = static_cast<std::uint32_t>(size());
        joined_.push_back({first, second});
        joins.push_back(none);
    }
    return joins[first];
}

void Tokens::join_bound_pairs() {
    const std::vector<std::uint32_t> bound = bound_successors();
    std::vector<std::uint32_t> joins(size(), none);
    std::size_t from = 0;
    std::size_t to = 0;
    for (std::int64_t& count : counts_) {
        const std::size_t end = from + static_cast<std::size_t>(count);
        const std::size_t start = to;
        std::uint32_t previous = none;
        for (; from < end; ++from) {
            const std::uint32_t token = tokens_[from];
            if (previous != none && bound[previous] == token) {
                tokens_[to - 1] = join(tokens_[to - 1], token, joins);
            } else {
                tokens_[to++] = token;
            }
            previous = token;
        }
        count = static_cast<std::int64_t>(to - start);
    }
    tokens_.resize(to);
}

void Tokens::append_text(std::string& out, std::uint32_t token) const {
    // A long chain leans to the left, so it is walked with a stack rather than by recursion.
    const std::size_t words = interner_.items().size();
    std::vector<std::uint32_t> left{token};
    bool is_first = true;
    while (!left.empty()) {
        const std::uint32_t top = left.back();
        left.pop_back();
        if (top >= words) {
            left.push_back(joined_[top - words].second);
            left.push_back(joined_[top - words].first);
            continue;
        }
        if (!is_first) {
            out += ' ';
        }
        is_first = false;
        out += interner_.items()[top];
    }
}

Phrases Tokens::result() const {
    struct Used {
        std::uint32_t token;
        std::uint32_t count;
    };
    std::vector<std::uint32_t> places(size(), none);
    std::vector<Used> used;
    for (const std::uint32_t token : tokens_) {
        if (places[token] == none) {
            places[token] = static_cast<std::uint32_t>(used.size());
            used.push_back({token, 0});
        }
        ++used[places[token]].count;
    }
    std::ranges::stable_sort(used, [](const Used& a, const Used& b) { return a.count > b.count; });
    Phrases result;
    result.counts = counts_;
    result.phrases.reserve(used.size());
    for (const Used& one : used) {
        places[one.token] = static_cast<std::uint32_t>(result.phrases.size());
        append_text(result.phrases.emplace_back(), one.token);
    }
    result.numbers.reserve(tokens_.size());
    for (const std::uint32_t token : tokens_) {
        result.numbers.push_back(places[token]);
    }
    return result;
}

}  // namespace

std::optional<Phrases> split_phrases(std::span<const std::string_view> texts) {
    Tokens tokens;
    if (!tokens.split(texts)) {
        return std::nullopt;
    }
    for (std::size_t round = 0; round < rounds; ++round) {
        tokens.join_bound_pairs();
    }
    Phrases result = tokens.result();
    if (result.phrases.size() > phrases_max) {
        return std::nullopt;
    }
    return result;
}

}  // namespace cotmoc::core
