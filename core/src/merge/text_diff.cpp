// Myers, "An O(ND) Difference Algorithm and Its Variations", 1986: the greedy form, which keeps one row of
// furthest points for each distance so that the path can be walked back.
#include "merge/text_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace cotmoc::core {
namespace {

struct Range {
    std::size_t old_begin, old_end, new_begin, new_end;
    bool one_sided() const { return old_begin == old_end || new_begin == new_end; }
};

/// Adds a change at the end, joined with the last hunk if they touch.
void append(std::vector<TextHunk>& hunks, const TextHunk& hunk) {
    if (!hunks.empty()) {
        TextHunk& last = hunks.back();
        if (last.old_begin + last.old_count == hunk.old_begin &&
            last.new_begin + last.new_count == hunk.new_begin) {
            last.old_count += hunk.old_count;
            last.new_count += hunk.new_count;
            return;
        }
    }
    hunks.push_back(hunk);
}

class Search {
public:
    Search(std::u32string_view old_text, std::u32string_view new_text)
        : old_(old_text),
          new_(new_text),
          old_size_(static_cast<std::int64_t>(old_text.size())),
          new_size_(static_cast<std::int64_t>(new_text.size())) {}

    /// The path's single steps as hunks, joined; nothing if it is longer than distance_max.
    std::optional<std::vector<TextHunk>> run(std::size_t distance_max) {
        const auto limit = static_cast<std::int64_t>(std::min(distance_max, old_.size() + new_.size()));
        for (std::int64_t distance = 0; distance <= limit; ++distance) {
            rows_.emplace_back(static_cast<std::size_t>(2 * distance + 1));
            for (std::int64_t diagonal = -distance; diagonal <= distance; diagonal += 2) {
                std::int64_t x = distance == 0 ? 0 : start(distance, diagonal);
                std::int64_t y = x - diagonal;
                // Points outside the rectangle are kept, so that the row is complete; they never match.
                while (x < old_size_ && y < new_size_ && same(x, y)) {
                    ++x;
                    ++y;
                }
                at(distance, diagonal) = static_cast<std::int32_t>(x);
                if (x == old_size_ && y == new_size_) {
                    return walk_back(distance);
                }
            }
        }
        return std::nullopt;
    }

private:
    bool same(std::int64_t x, std::int64_t y) const {
        return old_[static_cast<std::size_t>(x)] == new_[static_cast<std::size_t>(y)];
    }
    std::int32_t& at(std::int64_t distance, std::int64_t diagonal) {
        return rows_[static_cast<std::size_t>(distance)][static_cast<std::size_t>(diagonal + distance)];
    }
    /// Whether the best way to this diagonal is an insertion (a step down from the diagonal above it).
    bool comes_from_above(std::int64_t distance, std::int64_t diagonal) {
        return diagonal == -distance ||
               (diagonal != distance && at(distance - 1, diagonal - 1) < at(distance - 1, diagonal + 1));
    }
    std::int64_t start(std::int64_t distance, std::int64_t diagonal) {
        return comes_from_above(distance, diagonal) ? at(distance - 1, diagonal + 1)
                                                    : at(distance - 1, diagonal - 1) + 1;
    }

    std::vector<TextHunk> walk_back(std::int64_t distance) {
        std::vector<TextHunk> steps;
        std::int64_t diagonal = old_size_ - new_size_;
        for (; distance > 0; --distance) {
            const bool insertion = comes_from_above(distance, diagonal);
            const std::int64_t previous = insertion ? diagonal + 1 : diagonal - 1;
            const std::int64_t x = at(distance - 1, previous);
            steps.push_back({static_cast<std::size_t>(x), insertion ? 0u : 1u,
                             static_cast<std::size_t>(x - previous), insertion ? 1u : 0u});
            diagonal = previous;
        }
        std::vector<TextHunk> hunks;
        for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
            append(hunks, *step);
        }
        return hunks;
    }

    std::u32string_view old_;
    std::u32string_view new_;
    std::int64_t old_size_;
    std::int64_t new_size_;
    std::vector<std::vector<std::int32_t>> rows_;
};

/// Words with the white space before them, each as a number: equal words have equal numbers.
class Words {
public:
    struct Text {
        std::u32string words;
        std::vector<std::size_t> begins;  // of each word, and the end of the last
    };
    Text split(std::u32string_view text) {
        Text result;
        for (std::size_t begin = 0; begin < text.size();) {
            std::size_t end = begin;
            while (end < text.size() && is_space(text[end])) {
                ++end;
            }
            while (end < text.size() && !is_space(text[end])) {
                ++end;
            }
            const auto number = static_cast<char32_t>(numbers_.size());
            const auto known = numbers_.try_emplace(text.substr(begin, end - begin), number).first;
            result.words.push_back(known->second);
            result.begins.push_back(begin);
            begin = end;
        }
        result.begins.push_back(text.size());
        return result;
    }

private:
    static bool is_space(char32_t value) { return value == U' ' || value == U'\n' || value == U'\t'; }
    std::unordered_map<std::u32string_view, char32_t> numbers_;
};

Range trimmed(std::u32string_view old_text, std::u32string_view new_text, Range range) {
    while (!range.one_sided() && old_text[range.old_begin] == new_text[range.new_begin]) {
        ++range.old_begin;
        ++range.new_begin;
    }
    while (!range.one_sided() && old_text[range.old_end - 1] == new_text[range.new_end - 1]) {
        --range.old_end;
        --range.new_end;
    }
    return range;
}

/// Minimal within the range if the bound allows. Tells whether it did; else it appends nothing.
bool append_exact(std::vector<TextHunk>& hunks, std::u32string_view old_text, std::u32string_view new_text,
                  const Range& range, std::size_t distance_max) {
    const std::u32string_view old_part = old_text.substr(range.old_begin, range.old_end - range.old_begin);
    const std::u32string_view new_part = new_text.substr(range.new_begin, range.new_end - range.new_begin);
    if (range.one_sided()) {
        if (!old_part.empty() || !new_part.empty()) {
            append(hunks, {range.old_begin, old_part.size(), range.new_begin, new_part.size()});
        }
        return true;
    }
    const auto found = Search(old_part, new_part).run(distance_max);
    for (const TextHunk& hunk : found.value_or(std::vector<TextHunk>{})) {
        append(hunks, {range.old_begin + hunk.old_begin, hunk.old_count, range.new_begin + hunk.new_begin,
                       hunk.new_count});
    }
    return found.has_value();
}

void append_or_replace(std::vector<TextHunk>& hunks, std::u32string_view old_text,
                       std::u32string_view new_text, const Range& whole, std::size_t distance_max) {
    const Range range = trimmed(old_text, new_text, whole);
    if (!append_exact(hunks, old_text, new_text, range, distance_max)) {
        append(hunks, {range.old_begin, range.old_end - range.old_begin, range.new_begin,
                       range.new_end - range.new_begin});
    }
}

}  // namespace

std::vector<TextHunk> diff_code_points(std::u32string_view old_text, std::u32string_view new_text,
                                       std::size_t distance_max) {
    std::vector<TextHunk> hunks;
    const Range range = trimmed(old_text, new_text, {0, old_text.size(), 0, new_text.size()});
    if (append_exact(hunks, old_text, new_text, range, distance_max)) {
        return hunks;
    }
    Words words;
    const Words::Text old_words = words.split(old_text);
    const Words::Text new_words = words.split(new_text);
    const Range all =
        trimmed(old_words.words, new_words.words, {0, old_words.words.size(), 0, new_words.words.size()});
    std::vector<TextHunk> word_hunks;
    if (!append_exact(word_hunks, old_words.words, new_words.words, all, distance_max)) {
        append_or_replace(hunks, old_text, new_text, range, 0);
        return hunks;
    }
    for (const TextHunk& hunk : word_hunks) {
        const Range changed{
            old_words.begins[hunk.old_begin], old_words.begins[hunk.old_begin + hunk.old_count],
            new_words.begins[hunk.new_begin], new_words.begins[hunk.new_begin + hunk.new_count]};
        append_or_replace(hunks, old_text, new_text, changed, distance_max);
    }
    return hunks;
}

}  // namespace cotmoc::core
