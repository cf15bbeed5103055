#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/crypto/snapshot.hpp>

#include <algorithm>

#include <zstd.h>

namespace cotmoc::crypto {
namespace {

constexpr int window_log = 21;  // 2 MiB: blocks profit from those before
// The tables that the highest level would take beside (80 MiB) bring next to nothing: columns repeat little.
constexpr int chain_log = 20;
constexpr int hash_log = 19;
constexpr std::size_t cut_min = 512;  // a shorter part goes with the next one: tables take octets too
constexpr std::size_t length_size = 4;
constexpr std::size_t piece_size = 64 * 1024;

}  // namespace

struct SnapshotPacker::Stream {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    Bytes out = Bytes(piece_size);
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { ZSTD_freeCCtx(context); }
};

SnapshotPacker::SnapshotPacker(int level, Sink sink)
    : stream_(std::make_unique<Stream>()), sink_(std::move(sink)) {
    COTMOC_CHECK(stream_->context != nullptr);
    ZSTD_CCtx_setParameter(stream_->context, ZSTD_c_compressionLevel, std::clamp(level, 1, 19));
    ZSTD_CCtx_setParameter(stream_->context, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(stream_->context, ZSTD_c_chainLog, chain_log);
    ZSTD_CCtx_setParameter(stream_->context, ZSTD_c_hashLog, hash_log);
    ZSTD_CCtx_setParameter(stream_->context, ZSTD_c_checksumFlag, 0);
}

SnapshotPacker::~SnapshotPacker() = default;

Result<void> SnapshotPacker::push(BytesView octets, Then then) {
    ZSTD_inBuffer input{octets.data(), octets.size(), 0};
    const ZSTD_EndDirective directive = then == Then::end   ? ZSTD_e_end
                                        : then == Then::cut ? ZSTD_e_flush
                                                            : ZSTD_e_continue;
    for (;;) {
        ZSTD_outBuffer output{stream_->out.data(), stream_->out.size(), 0};
        const std::size_t left = ZSTD_compressStream2(stream_->context, &output, &input, directive);
        if (ZSTD_isError(left)) {
            return fail(ErrorCode::out_of_memory, "compressing");
        }
        if (output.pos != 0) {
            COTMOC_TRY(sink_(BytesView(stream_->out).first(output.pos)));
        }
        if (then == Then::go_on ? input.pos == input.size : left == 0) {
            return {};
        }
    }
}

Result<void> SnapshotPacker::add(BytesView block, std::span<const std::size_t> ends) {
    BinaryWriter length;
    length.u32(static_cast<std::uint32_t>(block.size()));
    octets_ += length.size() + block.size();
    COTMOC_TRY(push(length.bytes(), Then::go_on));
    std::size_t from = 0;
    for (const std::size_t end : ends) {
        if (end - from >= cut_min && end < block.size()) {
            COTMOC_TRY(push(block.subspan(from, end - from), Then::cut));
            from = end;
        }
    }
    return push(block.subspan(from), ends.empty() ? Then::go_on : Then::cut);
}

Result<std::uint64_t> SnapshotPacker::finish() {
    COTMOC_TRY(push({}, Then::end));
    return octets_;
}

struct SnapshotUnpacker::Stream {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    Bytes out = Bytes(piece_size);
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { ZSTD_freeDCtx(context); }
};

SnapshotUnpacker::SnapshotUnpacker(std::uint64_t octets, std::size_t block_max, Sink sink)
    : stream_(std::make_unique<Stream>()),
      sink_(std::move(sink)),
      octets_left_(octets),
      block_max_(block_max) {
    COTMOC_CHECK(stream_->context != nullptr);
    ZSTD_DCtx_setParameter(stream_->context, ZSTD_d_windowLogMax, window_log);
}

SnapshotUnpacker::~SnapshotUnpacker() = default;

Result<void> SnapshotUnpacker::add(BytesView piece) {
    ZSTD_inBuffer input{piece.data(), piece.size(), 0};
    bool full = false;
    while (input.pos < input.size || full) {
        if (ended_) {
            return fail(ErrorCode::bad_compression, "octets after the end");
        }
        ZSTD_outBuffer output{stream_->out.data(), stream_->out.size(), 0};
        const std::size_t left = ZSTD_decompressStream(stream_->context, &output, &input);
        if (ZSTD_isError(left) || output.pos > octets_left_) {
            return fail(ErrorCode::bad_compression, "body of a snapshot");
        }
        ended_ = left == 0;
        full = !ended_ && output.pos == output.size;
        octets_left_ -= output.pos;
        COTMOC_TRY(take(BytesView(stream_->out).first(output.pos)));
    }
    return {};
}

Result<void> SnapshotUnpacker::take(BytesView octets) {
    while (!octets.empty()) {
        std::size_t wanted = length_size;
        if (block_.size() >= length_size) {
            const std::size_t size = BinaryReader(BytesView(block_).first(length_size)).u32();
            if (size == 0 || size > block_max_) {
                return fail(ErrorCode::bad_compression, "block of a snapshot");
            }
            wanted = length_size + size;
        }
        const std::size_t part = std::min(octets.size(), wanted - block_.size());
        block_.insert(block_.end(), octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(part));
        octets = octets.subspan(part);
        if (wanted > length_size && block_.size() == wanted) {
            COTMOC_TRY(sink_(BytesView(block_).subspan(length_size)));
            block_.clear();
        }
    }
    return {};
}

Result<void> SnapshotUnpacker::finish() {
    return ended_ && block_.empty() && octets_left_ == 0
               ? Result<void>()
               : Result<void>(fail(ErrorCode::bad_compression, "end of a snapshot"));
}

}  // namespace cotmoc::crypto
