#include "dictionary.hpp"

#include "labels.hpp"

#include <cotmoc/crypto/hash.hpp>

#include <algorithm>
#include <array>

namespace cotmoc::crypto {
namespace {

constexpr std::uint8_t change_sets_1[] = {
#include "change_sets_1.inc"
};

Dictionary named(BytesView octets) { return {hash(label::dictionary, {octets}), octets}; }

/// Never taken away, since envelopes name them; the last one is the newest.
const std::array<Dictionary, 1>& all_dictionaries() {
    static const std::array<Dictionary, 1> all = {named(change_sets_1)};
    return all;
}

}  // namespace

const Dictionary& newest_dictionary() { return all_dictionaries().back(); }

const Dictionary* find_dictionary(const Hash256& hash) {
    const auto& all = all_dictionaries();
    const auto found = std::ranges::find(all, hash, &Dictionary::hash);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace cotmoc::crypto
