#import "CTMJson.hpp"

#import "CTMPortable.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <locale>
#include <sstream>

namespace {

constexpr int depth_max = 64;

/// Reads the one encoding that the library writes, and other valid JSON too.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    id document() {
        id value = this->value(0);
        skip();
        return at_ == text_.size() ? value : nil;
    }

private:
    void skip() {
        while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr && text_[at_] != '\0') {
            ++at_;
        }
    }
    bool take(char letter) {
        skip();
        if (at_ == text_.size() || text_[at_] != letter) {
            return false;
        }
        ++at_;
        return true;
    }
    bool word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) {
            return false;
        }
        at_ += word.size();
        return true;
    }
    id value(int depth) {
        skip();
        if (at_ == text_.size() || depth > depth_max) {
            return nil;
        }
        switch (text_[at_]) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true") ? [NSNumber numberWithBool:YES] : nil;
            case 'f':
                return word("false") ? [NSNumber numberWithBool:NO] : nil;
            case 'n':
                return word("null") ? [NSNull null] : nil;
            default:
                return number();
        }
    }
    id object(int depth) {
        NSMutableDictionary *object = [NSMutableDictionary dictionary];
        ++at_;
        if (take('}')) {
            return object;
        }
        do {
            skip();
            NSString *key = at_ < text_.size() && text_[at_] == '"' ? string() : nil;
            id value = key != nil && take(':') ? this->value(depth + 1) : nil;
            if (value == nil) {
                return nil;
            }
            [object setObject:value forKey:key];
        } while (take(','));
        return take('}') ? object : nil;
    }
    id array(int depth) {
        NSMutableArray *array = [NSMutableArray array];
        ++at_;
        if (take(']')) {
            return array;
        }
        do {
            id value = this->value(depth + 1);
            if (value == nil) {
                return nil;
            }
            [array addObject:value];
        } while (take(','));
        return take(']') ? array : nil;
    }
    bool hexadecimal(unsigned &unit) {
        unit = 0;
        for (int digit = 0; digit < 4; ++digit, ++at_) {
            const char letter = at_ < text_.size() ? text_[at_] : '\0';
            const char *place = letter == '\0' ? nullptr : std::strchr("0123456789abcdefABCDEF", letter);
            if (place == nullptr) {
                return false;
            }
            const long index = place - std::strchr("0123456789abcdefABCDEF", '0');
            unit = unit * 16 + static_cast<unsigned>(index > 15 ? index - 6 : index);
        }
        return true;
    }
    bool escape(std::string &out) {
        const char letter = at_ < text_.size() ? text_[at_++] : '\0';
        const char *place = letter == '\0' ? nullptr : std::strchr("\"\\/bfnrtu", letter);
        if (place == nullptr) {
            return false;
        }
        if (letter != 'u') {
            const char *known = "\"\\/bfnrt";
            out += "\"\\/\b\f\n\r\t"[std::strchr(known, letter) - known];
            return true;
        }
        unsigned code = 0;
        if (!hexadecimal(code)) {
            return false;
        }
        if (code >= 0xD800 && code < 0xDC00) {
            unsigned low = 0;
            if (!word("\\u") || !hexadecimal(low) || low < 0xDC00 || low > 0xDFFF) {
                return false;
            }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        append(out, code);
        return true;
    }
    static void append(std::string &out, unsigned code) {
        if (code < 0x80) {
            out += static_cast<char>(code);
            return;
        }
        const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        const unsigned first[] = {0, 0xC0, 0xE0, 0xF0};
        out += static_cast<char>(first[more] | code >> (6 * more));
        for (int left = more - 1; left >= 0; --left) {
            out += static_cast<char>(0x80 | (code >> (6 * left) & 0x3F));
        }
    }
    NSString *string() {
        std::string out;
        for (++at_; at_ < text_.size() && text_[at_] != '"';) {
            const char letter = text_[at_++];
            if (letter != '\\') {
                out += letter;
            } else if (!escape(out)) {
                return nil;
            }
        }
        if (at_ == text_.size()) {
            return nil;
        }
        ++at_;
        NSString *string = [[NSString alloc] initWithBytes:out.data()
                                                    length:out.size()
                                                  encoding:NSUTF8StringEncoding];
        return CTM_AUTORELEASE(string);
    }
    NSNumber *number() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && std::strchr("+-.0123456789eE", text_[at_]) != nullptr &&
               text_[at_] != '\0') {
            ++at_;
        }
        const std::string digits(text_.substr(begin, at_ - begin));
        if (digits.empty()) {
            return nil;
        }
        if (digits.find_first_of(".eE") == std::string::npos) {
            errno = 0;
            char *end = nullptr;
            const long long whole = std::strtoll(digits.c_str(), &end, 10);
            if (errno == 0) {
                return *end == '\0' ? [NSNumber numberWithLongLong:whole] : nil;
            }
            errno = 0;
            const unsigned long long large = std::strtoull(digits.c_str(), &end, 10);
            if (errno == 0 && digits[0] != '-' && *end == '\0') {
                return [NSNumber numberWithUnsignedLongLong:large];
            }
        }
        std::istringstream stream(digits);
        stream.imbue(std::locale::classic());
        double real = 0;
        return stream >> real && stream.peek() == EOF ? [NSNumber numberWithDouble:real] : nil;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

bool write_string(std::string &out, NSString *string) {
    NSData *octets = [string dataUsingEncoding:NSUTF8StringEncoding];
    if (octets == nil) {
        return false;  // half of a surrogate pair
    }
    out += '"';
    const auto *letters = static_cast<const unsigned char *>([octets bytes]);
    for (NSUInteger i = 0; i < [octets length]; ++i) {
        const unsigned char letter = letters[i];
        if (letter == '"' || letter == '\\') {
            out += '\\';
        }
        if (letter < 0x20) {
            const char *digits = "0123456789abcdef";
            out += "\\u00";
            out += digits[letter >> 4];
            out += digits[letter & 15];
        } else {
            out += static_cast<char>(letter);
        }
    }
    out += '"';
    return true;
}

bool write_real(std::string &out, double real) {
    if (!std::isfinite(real)) {
        return false;
    }
    // The fewest digits that mean this number again.
    for (int digits = 15; digits <= std::numeric_limits<double>::max_digits10; ++digits) {
        std::ostringstream text;
        text.imbue(std::locale::classic());
        text.precision(digits);
        text << real;
        std::istringstream again(text.str());
        again.imbue(std::locale::classic());
        double read = 0;
        again >> read;
        if (read == real || digits == std::numeric_limits<double>::max_digits10) {
            out += text.str();
            break;
        }
    }
    return true;
}

bool write_number(std::string &out, NSNumber *number) {
    // Both Foundations have one object for each truth value.
    if (number == [NSNumber numberWithBool:[number boolValue]]) {
        out += [number boolValue] ? "true" : "false";
        return true;
    }
    if ([number isKindOfClass:[NSDecimalNumber class]]) {
        const char *digits = [[number descriptionWithLocale:nil] UTF8String];
        if (std::strspn(digits, "-+.0123456789eE") != std::strlen(digits)) {
            return false;
        }
        out += digits;
        return true;
    }
    switch ([number objCType][0]) {
        case 'f':
        case 'd':
            return write_real(out, [number doubleValue]);
        case 'Q':
            out += std::to_string([number unsignedLongLongValue]);
            return true;
        default:
            out += std::to_string([number longLongValue]);
            return true;
    }
}

bool write(std::string &out, id value, int depth);

bool write_array(std::string &out, NSArray *array, int depth) {
    out += '[';
    for (NSUInteger i = 0; i < [array count]; ++i) {
        if (i != 0) {
            out += ',';
        }
        if (!write(out, [array objectAtIndex:i], depth + 1)) {
            return false;
        }
    }
    out += ']';
    return true;
}

bool write_object(std::string &out, NSDictionary *object, int depth) {
    NSArray *keys = [object allKeys];
    for (NSUInteger i = 0; i < [keys count]; ++i) {
        if (![[keys objectAtIndex:i] isKindOfClass:[NSString class]]) {
            return false;
        }
    }
    keys = [keys sortedArrayUsingSelector:@selector(compare:)];
    out += '{';
    for (NSUInteger i = 0; i < [keys count]; ++i) {
        if (i != 0) {
            out += ',';
        }
        NSString *key = [keys objectAtIndex:i];
        if (!write_string(out, key)) {
            return false;
        }
        out += ':';
        if (!write(out, [object objectForKey:key], depth + 1)) {
            return false;
        }
    }
    out += '}';
    return true;
}

bool write(std::string &out, id value, int depth) {
    if (depth > depth_max) {
        return false;
    }
    if (value == nil || value == [NSNull null]) {
        out += "null";
        return true;
    }
    if ([value isKindOfClass:[NSString class]]) {
        return write_string(out, value);
    }
    if ([value isKindOfClass:[NSNumber class]]) {
        return write_number(out, value);
    }
    if ([value isKindOfClass:[NSArray class]]) {
        return write_array(out, value, depth);
    }
    return [value isKindOfClass:[NSDictionary class]] && write_object(out, value, depth);
}

}  // namespace

id CTMJsonRead(std::string_view text) { return Reader(text).document(); }

bool CTMJsonWrite(std::string &out, id value) { return write(out, value, 0); }
