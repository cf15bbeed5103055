// Canonical change sets made up from a seed: every kind of op, shape and value, often repetitive.
#pragma once

#include <cotmoc/core/change_set.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <tuple>

namespace cotmoc::test {

class RandomChangeSet {
public:
    explicit RandomChangeSet(std::uint64_t seed) : generator_(seed) {}

    core::ChangeSet make() {
        set_ = {};
        make_blocks();
        give_indexes();
        return std::move(set_);
    }

    std::uint64_t below(std::uint64_t bound) { return generator_() % bound; }
    bool one_in(std::uint64_t bound) { return below(bound) == 0; }

    std::string text(std::size_t words_max) {
        static const char* const words[] = {"biên", "giới", "tuần", "tra",        "xã",       "hội",    "",
                                            "a",    "Đắk",  "999",  "\U0001F41F", "bàn giao", "tài trợ"};
        std::string result;
        const std::size_t count = below(words_max + 1);
        for (std::size_t i = 0; i < count; ++i) {
            result += i == 0 ? "" : " ";
            result += one_in(6) ? std::to_string(below(50)) : words[below(std::size(words))];
        }
        return result;
    }

    core::Value value(core::ValueType type) {
        using core::ValueType;
        switch (type) {
            case ValueType::null:
                return std::monostate{};
            case ValueType::boolean:
                return one_in(2);
            case ValueType::integer:
                return integer();
            case ValueType::real:
                return real();
            case ValueType::decimal:
                return core::Decimal{integer(), static_cast<std::uint8_t>(below(13))};
            case ValueType::text:
                return text(one_in(4) ? 40 : 4);
            case ValueType::date:
                return core::Date{static_cast<std::int32_t>(below(30'000))};
            case ValueType::datetime:
                return core::DateTime{static_cast<std::int64_t>(below(4'000'000)) * 1000,
                                      static_cast<std::int16_t>(one_in(3) ? 0 : 420)};
            case ValueType::reference:
                return id();
            case ValueType::text_list:
                return list();
            case ValueType::absent:
                return core::Absent{};
        }
        return std::monostate{};
    }

private:
    std::int64_t integer() {
        switch (below(4)) {
            case 0:
                return static_cast<std::int64_t>(generator_());
            case 1:
                return static_cast<std::int64_t>(below(100)) * 50'000;
            case 2:
                return -static_cast<std::int64_t>(below(1000));
            default:
                return static_cast<std::int64_t>(below(7));
        }
    }

    double real() {
        switch (below(4)) {
            case 0:
                return static_cast<double>(below(1'000'000)) / 1e6 + 22;
            case 1:
                return -static_cast<double>(below(1000)) / 8 - 1;
            case 2:
                return static_cast<double>(below(10));
            default:
                return one_in(10) ? 1.0 / (1.0 + static_cast<double>(below(100))) : 0.5;
        }
    }

    RecordId id() {
        RecordId result;
        for (std::uint8_t& octet : result.octets) {
            octet = static_cast<std::uint8_t>(generator_());
        }
        if (uuids_) {
            result.octets[6] = static_cast<std::uint8_t>((result.octets[6] & 0x0f) | 0x40);
            result.octets[8] = static_cast<std::uint8_t>((result.octets[8] & 0x3f) | 0x80);
        }
        return result;
    }

    core::TextList list() {
        std::set<std::string> items;
        for (std::size_t i = below(4); i > 0; --i) {
            items.insert(text(2));
        }
        return {items.begin(), items.end()};
    }

    core::Dot dot() {
        return {static_cast<DeviceIndex>(below(4)), one_in(20) ? generator_() : below(6),
                static_cast<std::uint32_t>(below(one_in(8) ? 0xffffffffu : 500))};
    }

    /// Blocks keep to one type of value mostly, as columns do.
    core::Value register_value(core::ValueType usual) {
        if (one_in(8)) {
            return value(static_cast<core::ValueType>(below(9)));
        }
        return value(usual);
    }

    core::Value create_value(core::Shape shape, core::ValueType usual) {
        using core::Shape;
        using core::ValueType;
        if (one_in(8)) {
            return value(one_in(2) ? ValueType::absent : ValueType::null);
        }
        switch (shape) {
            case Shape::register_:
                return register_value(usual);
            case Shape::counter:
                return value(ValueType::integer);
            case Shape::set:
                return value(ValueType::text_list);
            case Shape::text:
                return value(ValueType::text);
        }
        return std::monostate{};
    }

    core::TextEdit edit() {
        core::TextEdit result;
        for (std::size_t i = below(3); i > 0; --i) {
            core::TextInsert insert;
            if (!one_in(3)) {
                insert.parent = core::TextElement{dot(), static_cast<std::uint32_t>(below(9))};
                insert.side = one_in(2) ? core::Side::left : core::Side::right;
            }
            insert.text = "x" + text(3);
            result.inserts.push_back(insert);
        }
        for (std::size_t i = below(3); i > 0; --i) {
            result.deletes.push_back(
                {{dot(), static_cast<std::uint32_t>(below(9))}, 1 + static_cast<std::uint32_t>(below(5))});
        }
        return result;
    }

    core::CreateBlock create_block(std::size_t rows) {
        core::CreateBlock block;
        block.layout.kind = "kind_" + std::to_string(below(3));
        std::vector<core::ValueType> usual;
        for (char name = 'a'; name < 'a' + static_cast<char>(below(7)); ++name) {
            const auto shape = static_cast<core::Shape>(one_in(3) ? below(4) : 0);
            block.layout.entries.push_back({std::string(1, name), shape});
            usual.push_back(static_cast<core::ValueType>(below(9)));
        }
        for (std::size_t row = 0; row < rows; ++row) {
            core::Create create;
            create.id = id();
            for (std::size_t i = 0; i < usual.size(); ++i) {
                create.values.push_back(create_value(block.layout.entries[i].shape, usual[i]));
            }
            block.creates.push_back(std::move(create));
        }
        return block;
    }

    core::FieldBlock field_block(std::size_t rows) {
        using core::OpKind;
        using core::Shape;
        core::FieldBlock block;
        block.kind = static_cast<OpKind>(1 + below(9));
        const bool on_record = block.kind == OpKind::delete_record || block.kind == OpKind::restore_record;
        block.field = on_record ? "" : "field_" + std::to_string(below(4));
        const auto usual = static_cast<core::ValueType>(below(9));
        switch (block.kind) {
            case OpKind::set:
            case OpKind::resolve:
            case OpKind::acknowledge:
                block.shape = one_in(4) ? Shape::counter : Shape::register_;
                break;
            case OpKind::add:
                block.shape = Shape::counter;
                break;
            case OpKind::insert:
            case OpKind::remove:
                block.shape = Shape::set;
                break;
            case OpKind::edit_text:
                block.shape = Shape::text;
                break;
            default:
                block.shape = Shape::register_;
        }
        for (std::size_t row = 0; row < rows; ++row) {
            block.ops.push_back(op(block, usual));
        }
        return block;
    }

    core::FieldOp op(const core::FieldBlock& block, core::ValueType usual) {
        using core::OpKind;
        core::FieldOp result;
        result.record = records_[below(records_.size())];
        switch (block.kind) {
            case OpKind::set:
            case OpKind::resolve:
                result.over.kind = static_cast<core::Over::Kind>(below(3));
                if (result.over.kind == core::Over::Kind::dot) {
                    result.over.dot = dot();
                }
                result.value = block.shape == core::Shape::counter ? value(core::ValueType::integer)
                                                                   : register_value(usual);
                break;
            case OpKind::add:
                result.value = value(core::ValueType::integer);
                break;
            case OpKind::insert:
            case OpKind::remove:
                result.value = value(core::ValueType::text);
                break;
            case OpKind::edit_text:
                result.edit = edit();
                break;
            default:
                break;
        }
        return result;
    }

    void make_blocks() {
        uuids_ = !one_in(3);
        records_.clear();
        for (std::size_t i = 1 + below(5); i > 0; --i) {
            core::RecordName name;
            if (one_in(2)) {
                name.id = id();
            } else {
                name.created = dot();
            }
            records_.push_back(name);
        }
        const auto rows = [&] { return 1 + below(one_in(10) ? 60 : 5); };
        std::set<core::Layout> layouts;
        for (std::size_t i = below(3); i > 0; --i) {
            core::CreateBlock block = create_block(rows());
            if (layouts.insert(block.layout).second) {
                set_.creates.push_back(std::move(block));
            }
        }
        std::set<std::tuple<core::OpKind, std::string, core::Shape>> keys;
        for (std::size_t i = below(5); i > 0; --i) {
            core::FieldBlock block = field_block(rows());
            if (keys.insert({block.kind, block.field, block.shape}).second) {
                set_.fields.push_back(std::move(block));
            }
        }
        std::ranges::sort(set_.creates, {}, &core::CreateBlock::layout);
        std::ranges::sort(set_.fields, {}, [](const core::FieldBlock& block) {
            return std::tie(block.kind, block.field, block.shape);
        });
    }

    /// Deals indexes and stamps out over all rows in a random order that rises within each block.
    void give_indexes() {
        struct Row {
            std::uint32_t* index;
            core::Hlc* at;
            std::uint32_t indexes;
        };
        std::vector<std::vector<Row>> blocks;
        for (core::CreateBlock& block : set_.creates) {
            auto& rows = blocks.emplace_back();
            for (core::Create& create : block.creates) {
                const auto indexes = static_cast<std::uint32_t>(1 + create.values.size());
                rows.push_back({&create.index, &create.at, indexes});
            }
        }
        for (core::FieldBlock& block : set_.fields) {
            auto& rows = blocks.emplace_back();
            for (core::FieldOp& one : block.ops) {
                rows.push_back({&one.index, &one.at, 1});
            }
        }
        std::vector<std::size_t> next(blocks.size());
        core::Hlc at{1'700'000'000'000 + below(1000), 0};
        std::size_t left = 0;
        for (const auto& rows : blocks) {
            left += rows.size();
        }
        while (left > 0) {
            const std::size_t i = below(blocks.size());
            if (next[i] == blocks[i].size()) {
                continue;
            }
            const Row& row = blocks[i][next[i]++];
            set_.op_count += one_in(10) ? static_cast<std::uint32_t>(below(3)) : 0;
            *row.index = set_.op_count;
            set_.op_count += row.indexes;
            at.wall_ms += one_in(4) ? below(5000) : 0;
            at.counter = static_cast<std::uint16_t>(one_in(4) ? below(4) : at.counter);
            *row.at = at;
            --left;
        }
    }

    std::mt19937_64 generator_;
    core::ChangeSet set_;
    std::vector<core::RecordName> records_;
    bool uuids_ = true;
};

}  // namespace cotmoc::test
