#include "store/snapshot_cells.hpp"

#include "store/content_codec.hpp"
#include "store/snapshot_fields.hpp"

namespace cotmoc::core {
namespace {

constexpr std::uint64_t octets_of_cell = 4;
constexpr std::uint64_t span_cells = 8;

}  // namespace

std::uint64_t content_cells(BytesView octets, Shape shape) {
    const std::uint64_t cells = octets.size() / octets_of_cell + 1;
    // A count beyond the octets makes the loader refuse before it takes memory.
    const std::size_t spans = shape == Shape::text ? BinaryReader(octets).count() : 0;
    return cells + spans * span_cells;
}

void BlockCells::add(const RecordState& state) {
    alone_ += record_cells + deletion_cells * state.deletions.size() +
              visit_cells * last_visits(state.visits).size();
    for (const Creation& creation : state.creations) {
        alone_ += creation_cells + creation.texts.size();
        if (layouts_.insert(creation.layout->number).second) {
            alone_ += layout_part_cells * (1 + creation.layout->layout.entries.size());
        }
    }
    OfKind& kind = kinds_[state.kind];
    fields_ -= record_field_cells * kind.records * kind.groups.size();
    ++kind.records;
    for (const auto& [name, content] : state.fields) {
        kind.groups.emplace(name, shape_of(content));
        if (!is_one_set(content)) {  // that one stands in columns, which the cells of fields pay for
            BinaryWriter octets;
            write_content(octets, content);
            alone_ += content_cells(octets.bytes(), shape_of(content));
        }
        if (const auto* set = std::get_if<ElementSet>(&content)) {
            alone_ += set->adds().size();
        }
    }
    fields_ += record_field_cells * kind.records * kind.groups.size();
}

}  // namespace cotmoc::core
