#include "codec/text_column.hpp"

#include "codec/int_column.hpp"
#include "codec/interner.hpp"
#include "codec/phrases.hpp"

#include <cotmoc/core/value.hpp>

#include <algorithm>
#include <cstring>
#include <limits>

namespace cotmoc::core {
namespace {

enum class Mode : std::uint8_t { plain = 0, dictionary = 1, phrases = 2 };

constexpr std::size_t dictionary_texts_min = 4;
constexpr std::int64_t length_max = std::numeric_limits<std::uint32_t>::max();

/// The number of each text among the distinct ones; empty if more than half of them are distinct.
std::vector<std::int64_t> dictionary_numbers(std::span<const std::string_view> texts, Interner& interner) {
    std::vector<std::int64_t> numbers;
    if (texts.size() < dictionary_texts_min) {
        return numbers;
    }
    numbers.reserve(texts.size());
    for (const std::string_view text : texts) {
        numbers.push_back(interner.intern(text));
        if (interner.items().size() * 2 > texts.size()) {
            return {};
        }
    }
    return numbers;
}

void write_phrases(BinaryWriter& out, const Phrases& phrases) {
    out.varint(phrases.phrases.size());
    const std::vector<std::string_view> texts(phrases.phrases.begin(), phrases.phrases.end());
    write_plain_texts(out, texts);
    write_integers(out, phrases.counts);
    Bytes heads;
    Bytes tails;
    heads.reserve(phrases.numbers.size());
    for (const std::uint32_t number : phrases.numbers) {
        if (number < short_phrases) {
            heads.push_back(static_cast<std::uint8_t>(number));
        } else {
            const std::size_t beyond = number - short_phrases;
            heads.push_back(static_cast<std::uint8_t>(short_phrases + beyond / 256));
            tails.push_back(static_cast<std::uint8_t>(beyond % 256));
        }
    }
    out.raw(heads);
    out.raw(tails);
}

Result<Texts> read_dictionary(Source& source, std::size_t count) {
    const std::size_t distinct = source.in.count();
    if (!source.in.ok() || distinct == 0 || distinct > count) {
        return fail(ErrorCode::bad_encoding, "dictionary size");
    }
    COTMOC_ASSIGN(const std::vector<std::string_view> words, read_plain_texts(source, distinct));
    COTMOC_ASSIGN(const Integers numbers,
                  read_integers(source.in, count, 0, static_cast<std::int64_t>(distinct) - 1));
    Texts texts;
    texts.items.reserve(count);
    std::uint64_t octets = 0;
    for (const std::int64_t number : numbers) {
        texts.items.push_back(words[static_cast<std::size_t>(number)]);
        octets += texts.items.back().size();
    }
    COTMOC_TRY(source.take_text(octets));
    return texts;
}

/// The phrases that follow each other in the input, and the length of their texts with a space after each.
struct PhraseList {
    std::vector<std::string_view> items;
    std::uint64_t octets = 0;
};

Result<PhraseList> read_phrase_list(Source& source, std::size_t total,
                                    std::span<const std::string_view> phrases) {
    PhraseList list;
    const BytesView heads = source.in.raw(total);
    const auto long_ones = static_cast<std::size_t>(
        std::ranges::count_if(heads, [](std::uint8_t head) { return head >= short_phrases; }));
    const BytesView tails = source.in.raw(long_ones);
    if (!source.in.ok()) {
        return fail(ErrorCode::bad_encoding, "phrase numbers");
    }
    list.items.reserve(total);
    std::size_t tail = 0;
    for (const std::uint8_t head : heads) {
        std::size_t number = head;
        if (head >= short_phrases) {
            number = short_phrases + (head - short_phrases) * 256 + tails[tail++];
        }
        if (number >= phrases.size()) {
            return fail(ErrorCode::bad_encoding, "phrase number");
        }
        list.items.push_back(phrases[number]);
        list.octets += phrases[number].size() + 1;
    }
    return list;
}

void join_phrases(Texts& texts, const PhraseList& list, std::span<const std::int64_t> counts) {
    texts.storage.resize(list.octets);
    texts.items.reserve(counts.size());
    char* at = texts.storage.data();
    auto phrase = list.items.begin();
    for (const std::int64_t count : counts) {
        char* const start = at;
        for (std::int64_t i = 0; i < count; ++i, ++phrase) {
            at = std::copy(phrase->begin(), phrase->end(), at);
            *at++ = ' ';
        }
        // The last space belongs to no text.
        texts.items.emplace_back(start, static_cast<std::size_t>(at - start) - 1);
    }
}

Result<Texts> read_phrases(Source& source, std::size_t count) {
    const std::size_t distinct = source.in.count();
    if (!source.in.ok() || distinct > phrases_max) {
        return fail(ErrorCode::bad_encoding, "number of phrases");
    }
    COTMOC_ASSIGN(const std::vector<std::string_view> phrases, read_plain_texts(source, distinct));
    COTMOC_ASSIGN(const Integers counts, read_integers(source.in, count, 1, length_max));
    std::uint64_t total = 0;
    for (const std::int64_t one : counts) {
        total += static_cast<std::uint64_t>(one);
    }
    if (total > source.in.remaining()) {
        return fail(ErrorCode::bad_encoding, "number of phrases");
    }
    COTMOC_ASSIGN(const PhraseList list, read_phrase_list(source, static_cast<std::size_t>(total), phrases));
    COTMOC_TRY(source.take_text(list.octets));
    Texts texts;
    join_phrases(texts, list, counts);
    return texts;
}

}  // namespace

void write_plain_texts(BinaryWriter& out, std::span<const std::string_view> texts) {
    Integers lengths;
    lengths.reserve(texts.size());
    for (const std::string_view text : texts) {
        lengths.push_back(static_cast<std::int64_t>(text.size()));
    }
    write_integers(out, lengths);
    for (const std::string_view text : texts) {
        out.raw(as_bytes(text));
    }
}

Result<std::vector<std::string_view>> read_plain_texts(Source& source, std::size_t count) {
    COTMOC_ASSIGN(const Integers lengths, read_integers(source.in, count, 0, length_max));
    std::vector<std::string_view> texts;
    texts.reserve(count);
    for (const std::int64_t length : lengths) {
        texts.push_back(as_text(source.in.raw(static_cast<std::size_t>(length))));
        if (!is_valid_utf8(texts.back())) {
            return fail(ErrorCode::bad_encoding, "text is not valid UTF-8");
        }
    }
    if (!source.in.ok()) {
        return fail(ErrorCode::bad_encoding, "text column");
    }
    return texts;
}

void write_texts(BinaryWriter& out, std::span<const std::string_view> texts) {
    if (texts.empty()) {
        return;
    }
    Interner interner;
    const std::vector<std::int64_t> numbers = dictionary_numbers(texts, interner);
    if (!numbers.empty()) {
        out.u8(static_cast<std::uint8_t>(Mode::dictionary));
        out.varint(interner.items().size());
        write_plain_texts(out, interner.items());
        write_integers(out, numbers);
    } else if (const std::optional<Phrases> phrases = split_phrases(texts)) {
        out.u8(static_cast<std::uint8_t>(Mode::phrases));
        write_phrases(out, *phrases);
    } else {
        out.u8(static_cast<std::uint8_t>(Mode::plain));
        write_plain_texts(out, texts);
    }
}

Result<Texts> read_texts(Source& source, std::size_t count) {
    if (count == 0) {
        return Texts{};
    }
    switch (static_cast<Mode>(source.in.u8())) {
        case Mode::plain: {
            COTMOC_ASSIGN(std::vector<std::string_view> items, read_plain_texts(source, count));
            return Texts{std::move(items), {}};
        }
        case Mode::dictionary:
            return read_dictionary(source, count);
        case Mode::phrases:
            return read_phrases(source, count);
    }
    return fail(ErrorCode::bad_encoding, "text mode");
}

}  // namespace cotmoc::core
