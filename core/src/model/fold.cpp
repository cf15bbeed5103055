// The fold table of search: our own, so that every device finds the same records whatever its locale or the
// version of its Unicode library.
#include <cotmoc/core/catalogue.hpp>

#include <array>

namespace cotmoc::core {
namespace {

// clang-format off: a row of a table is a row of code points.
// One character for each code point: a small letter or digit is what it folds to; ' ' separates words; '.'
// stays as it is; '!' vanishes; a capital names a pair of letters (see letter_pair).
constexpr std::string_view latin =                                       // U+0080 to U+024F
    "                                          a  !    23 .   1o     "   // U+0080
    "aaaaaaAceeeeiiiidnooooo ouuuuyTSaaaaaaAceeeeiiiidnooooo ouuuuyTy"   // U+00C0
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllll"   // U+0100
    "lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"   // U+0140
    "bbbb...ccdddd....ffg.H.ikkl..nnoooQQpp.....ttttuu.vyyzz........."   // U+0180
    "....DDDLLLNNNaaiioouuuuuuuuuu.aaaaAAggggkkoooo..jDDDggH.nnaaAAoo"   // U+01C0
    "aaaaeeeeiiiioooorrrruuuusstt..hhndUUzzaaeeooooooooyylntj..acclts"   // U+0200
    "z..b..eejj.qrryy";                                                  // U+0240
constexpr std::string_view latin_additional =                            // U+1E00 to U+1EFF
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"   // U+1E00
    "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"   // U+1E40
    "wwwwwwwwwwxxxxyyzzzzzzhtwyas..S.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"   // U+1E80
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy....yy";  // U+1EC0
// clang-format on
static_assert(latin.size() == 0x250 - 0x80 && latin_additional.size() == 0x100);

constexpr char separates = ' ';
constexpr char stays = '.';
constexpr char vanishes = '!';

constexpr std::string_view letter_pair(char key) {
    switch (key) {
        case 'A':
            return "ae";
        case 'D':
            return "dz";
        case 'H':
            return "hv";
        case 'I':
            return "ij";
        case 'L':
            return "lj";
        case 'N':
            return "nj";
        case 'O':
            return "oe";
        case 'Q':
            return "oi";
        case 'S':
            return "ss";
        case 'T':
            return "th";
        case 'U':
            return "ou";
        default:
            return {};
    }
}

constexpr std::array<char, 128> ascii_table() {
    std::array<char, 128> table{};
    table.fill(separates);
    for (std::size_t c = 0; c < table.size(); ++c) {
        const auto letter = static_cast<char>(c);
        const bool kept = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
        const bool capital = letter >= 'A' && letter <= 'Z';
        table[c] = kept ? letter : capital ? static_cast<char>(letter + 32) : separates;
    }
    return table;
}

struct Range {
    char32_t first;
    char32_t last;
    char meaning;
};

// clang-format off
// By rising code points; what lies between is a letter, mark or digit of another script and stays.
constexpr Range ranges[] = {
    {0x0300, 0x036f, vanishes},    // combining marks: decomposed Latin
    {0x0e2f, 0x0e2f, separates},   // Thai abbreviation mark
    {0x0e3f, 0x0e3f, separates},   // baht
    {0x0e4f, 0x0e4f, separates},
    {0x0e5a, 0x0e5b, separates},
    {0x0eaf, 0x0eaf, separates},   // Lao ellipsis
    {0x17d4, 0x17d6, separates},   // Khmer full stops; U+17D7 is the repetition letter
    {0x17d8, 0x17db, separates},
    {0x1dc0, 0x1dff, vanishes},
    {0x2000, 0x200b, separates},   // spaces; U+200B parts words in Khmer and Lao
    {0x200c, 0x200f, vanishes},    // joiners, direction marks
    {0x2010, 0x2029, separates},
    {0x202a, 0x202e, vanishes},
    {0x202f, 0x205f, separates},
    {0x2060, 0x206f, vanishes},
    {0x20a0, 0x20cf, separates},   // currencies
    {0x20d0, 0x20ff, vanishes},
    {0x2190, 0x245f, separates},   // arrows, mathematics, technical
    {0x2500, 0x2bff, separates},   // lines, shapes, dingbats
    {0x2e00, 0x2e7f, separates},
    {0x3000, 0x3004, separates},
    {0x3008, 0x3020, separates},
    {0x3030, 0x3030, separates},
    {0xe000, 0xf8ff, separates},   // private use: symbol fonts
    {0xfe00, 0xfe0f, vanishes},    // variation selectors
    {0xfe10, 0xfe19, separates},
    {0xfe20, 0xfe2f, vanishes},
    {0xfe30, 0xfe6f, separates},
    {0xfeff, 0xfeff, vanishes},
    {0xff5f, 0xff65, separates},
    {0xffe0, 0xfffd, separates},
    {0x1f000, 0x1faff, separates}, // emoji
    {0xe0000, 0xe01ef, vanishes},
};
// clang-format on

/// What becomes of a code point from U+0080 on, in the notation of the tables above.
char meaning_of(char32_t code) {
    static constexpr auto ascii = ascii_table();
    if (code < 0x250) {
        return latin[code - 0x80];
    }
    if (code >= 0x1e00 && code <= 0x1eff) {
        return latin_additional[code - 0x1e00];
    }
    if (code >= 0xff01 && code <= 0xff5e) {
        return ascii[code - 0xfee0];  // full-width forms of ASCII
    }
    const auto* after = std::ranges::upper_bound(ranges, code, {}, &Range::first);
    return after != std::begin(ranges) && code <= (after - 1)->last ? (after - 1)->meaning : stays;
}

/// The code point at `at` and its length. The text is valid UTF-8 by the time it is searched; an octet that
/// is not part of any sequence counts as one character of no meaning.
std::pair<char32_t, std::size_t> decode(const unsigned char* at, std::size_t left) {
    const unsigned char lead = at[0];
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (length == 1 || length > left || lead > 0xf4) {
        return {0xfffd, 1};
    }
    char32_t code = lead & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((at[i] & 0xc0) != 0x80) {
            return {0xfffd, 1};
        }
        code = (code << 6) | (at[i] & 0x3fu);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    return overlong ? std::pair<char32_t, std::size_t>{0xfffd, 1} : std::pair{code, length};
}

/// Writes words with one space between them. Nothing folds to more octets than it had: the buffer suffices.
class FoldWriter {
public:
    explicit FoldWriter(std::string& out) : start_(out.data()), at_(out.data()) {}

    void separate() { pending_ = at_ != start_; }
    void put(char letter) {
        flush();
        *at_++ = letter;
    }
    void put(std::string_view letters) {
        flush();
        at_ = std::copy(letters.begin(), letters.end(), at_);
    }
    std::size_t size() const { return static_cast<std::size_t>(at_ - start_); }

private:
    void flush() {
        if (pending_) {
            *at_++ = ' ';
            pending_ = false;
        }
    }

    char* start_;
    char* at_;
    bool pending_ = false;
};

}  // namespace

std::string fold(std::string_view text) {
    static constexpr auto ascii = ascii_table();
    std::string folded(text.size(), '\0');
    FoldWriter writer(folded);
    const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
    for (std::size_t i = 0; i < text.size();) {
        if (octets[i] < 0x80) {
            const char letter = ascii[octets[i++]];
            letter == separates ? writer.separate() : writer.put(letter);
            continue;
        }
        const auto [code, length] = decode(octets + i, text.size() - i);
        const char meaning = meaning_of(code);
        if (meaning == separates) {
            writer.separate();
        } else if (meaning == stays) {
            writer.put(text.substr(i, length));
        } else if (meaning >= 'A' && meaning <= 'Z') {
            writer.put(letter_pair(meaning));
        } else if (meaning != vanishes) {
            writer.put(meaning);
        }
        i += length;
    }
    folded.resize(writer.size());
    return folded;
}

}  // namespace cotmoc::core
