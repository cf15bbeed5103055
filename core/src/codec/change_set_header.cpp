#include "codec/change_set_header.hpp"

#include "codec/change_set_check.hpp"
#include "codec/layout_limit.hpp"
#include "codec/version.hpp"

namespace cotmoc::core {
namespace {

constexpr std::size_t entry_octets = 3;  // the least that an entry of a layout takes
constexpr std::size_t create_block_octets = 4;
constexpr std::size_t field_block_octets = 4;

class HeaderReader {
public:
    explicit HeaderReader(Source& source) : source_(source) {}
    Result<ChangeSetHeader> read();

private:
    Result<void> read_create_block();
    Result<void> read_field_block();
    /// A number of rows, each using `indexes` of the op count and `cells` of the budget.
    Result<std::size_t> read_rows(std::uint64_t indexes, std::uint64_t cells);

    Source& source_;
    ChangeSetHeader header_;
    std::uint64_t indexes_left_ = 0;
};

Result<std::size_t> HeaderReader::read_rows(std::uint64_t indexes, std::uint64_t cells) {
    const std::uint64_t rows = source_.in.varint();
    if (!source_.in.ok() || rows == 0 || rows > indexes_left_ / indexes) {
        return fail(ErrorCode::bad_encoding, "number of rows");
    }
    COTMOC_TRY(source_.take_cells(rows, cells));
    indexes_left_ -= rows * indexes;
    return static_cast<std::size_t>(rows);
}

Result<void> HeaderReader::read_create_block() {
    CreateBlock& block = header_.set.creates.emplace_back();
    block.layout.kind = source_.in.string();
    const std::size_t entries = source_.in.count(entry_octets);
    if (entries > layout_fields_max) {
        return fail(ErrorCode::limit_exceeded, "fields of a layout");
    }
    for (std::size_t i = 0; i < entries && source_.in.ok(); ++i) {
        Layout::Entry& entry = block.layout.entries.emplace_back();
        entry.field = source_.in.string();
        entry.shape = static_cast<Shape>(source_.in.u8());
    }
    if (!source_.in.ok()) {
        return fail(ErrorCode::bad_encoding, "layout");
    }
    COTMOC_TRY(check_layout(block.layout));
    COTMOC_ASSIGN(const std::size_t rows, read_rows(1 + entries, create_cells + entries));
    header_.creates.push_back(rows);
    return {};
}

Result<void> HeaderReader::read_field_block() {
    FieldBlock& block = header_.set.fields.emplace_back();
    block.kind = static_cast<OpKind>(source_.in.u8());
    block.field = source_.in.string();
    block.shape = static_cast<Shape>(source_.in.u8());
    if (!source_.in.ok()) {
        return fail(ErrorCode::bad_encoding, "field block");
    }
    COTMOC_TRY(check_field_block(block));
    COTMOC_ASSIGN(const std::size_t rows, read_rows(1, field_op_cells));
    header_.ops.push_back(rows);
    return {};
}

Result<ChangeSetHeader> HeaderReader::read() {
    if (source_.in.remaining() != 0 && source_.in.u8() != codec_version) {
        return fail(ErrorCode::unsupported_version, "change set");
    }
    const std::uint64_t op_count = source_.in.varint();
    if (op_count > op_count_max) {
        return fail(ErrorCode::limit_exceeded, "number of ops");
    }
    header_.set.op_count = static_cast<std::uint32_t>(op_count);
    indexes_left_ = op_count;
    const std::size_t creates = source_.in.count(create_block_octets);
    for (std::size_t i = 0; i < creates; ++i) {
        COTMOC_TRY(read_create_block());
    }
    const std::size_t fields = source_.in.count(field_block_octets);
    for (std::size_t i = 0; i < fields; ++i) {
        COTMOC_TRY(read_field_block());
    }
    if (!source_.in.ok()) {
        return fail(ErrorCode::bad_encoding, "header");
    }
    COTMOC_TRY(check_block_order(header_.set));
    return std::move(header_);
}

}  // namespace

Result<ChangeSetHeader> read_header(Source& source) { return HeaderReader(source).read(); }

}  // namespace cotmoc::core
