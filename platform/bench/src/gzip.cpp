#include "gzip.hpp"

#include <algorithm>

#include <zlib.h>

namespace cotmoc::bench {
namespace {

constexpr std::size_t input_max = std::size_t{1} << 30;
constexpr int gzip_window = 15 + 16;  // the largest window; gzip headers only

class Inflater {
public:
    Inflater() { ready_ = inflateInit2(&stream_, gzip_window) == Z_OK; }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    bool run(BytesView packed, std::string& text, std::size_t limit) {
        std::string part(std::size_t{256} * 1024, '\0');
        bool whole = false;
        while (ready_ && (!packed.empty() || stream_.avail_in > 0)) {
            if (stream_.avail_in == 0) {
                const BytesView next = packed.first(std::min<std::size_t>(packed.size(), input_max));
                // zlib declares its input writable and does not write to it.
                stream_.next_in = const_cast<Bytef*>(next.data());
                stream_.avail_in = static_cast<uInt>(next.size());
                packed = packed.subspan(next.size());
            }
            stream_.next_out = reinterpret_cast<Bytef*>(part.data());
            stream_.avail_out = static_cast<uInt>(part.size());
            const int result = inflate(&stream_, Z_NO_FLUSH);
            text.append(part, 0, part.size() - stream_.avail_out);
            whole = result == Z_STREAM_END;
            if ((result != Z_OK && !whole) || text.size() > limit) {
                return false;
            }
            if (whole && inflateReset(&stream_) != Z_OK) {
                return false;
            }
        }
        return whole;
    }

private:
    z_stream stream_{};
    bool ready_ = false;
};

}  // namespace

std::optional<std::string> gunzip(BytesView packed, std::size_t limit) {
    std::string text;
    Inflater inflater;
    return inflater.run(packed, text, limit) ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace cotmoc::bench
