#include "zstd_file.hpp"

#include "gzip.hpp"

#include <cotmoc/system/file.hpp>

#include <memory>

#include <zstd.h>

namespace cotmoc::bench {
namespace {

constexpr std::size_t file_max = std::size_t{4} * 1024 * 1024 * 1024;

Result<std::string> inflate(BytesView packed, const std::string& path) {
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
    std::string text;
    std::string part(ZSTD_DStreamOutSize(), '\0');
    ZSTD_inBuffer input{packed.data(), packed.size(), 0};
    std::size_t rest = 1;
    while (input.pos < input.size) {
        ZSTD_outBuffer output{part.data(), part.size(), 0};
        rest = ZSTD_decompressStream(context.get(), &output, &input);
        if (ZSTD_isError(rest) != 0) {
            return fail(ErrorCode::cannot_read_file, path);
        }
        text.append(part, 0, output.pos);
    }
    return rest == 0 ? Result<std::string>(std::move(text)) : fail(ErrorCode::cannot_read_file, path);
}

}  // namespace

Result<std::size_t> zstd_19_size(const std::string& text) {
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    const std::size_t size = ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 19);
    if (ZSTD_isError(size) != 0) {
        return fail(ErrorCode::internal, ZSTD_getErrorName(size));
    }
    return size;
}

Result<std::string> read_text(const std::string& path) {
    COTMOC_ASSIGN(const Bytes content, system::read_file(path, file_max));
    if (path.ends_with(".zst")) {
        return inflate(content, path);
    }
    if (path.ends_with(".gz")) {
        auto text = gunzip(content, file_max);
        return text ? std::move(*text) : Result<std::string>(fail(ErrorCode::cannot_read_file, path));
    }
    return std::string(content.begin(), content.end());
}

}  // namespace cotmoc::bench
