// The zstd dictionaries (RFC 8878, section 5) that small change sets may be compressed with. A dictionary is
// named by its hash and kept for ever: docs/spec/envelope.md.
#pragma once

#include <cotmoc/base/bytes.hpp>
#include <cotmoc/base/ids.hpp>

namespace cotmoc::crypto {

struct Dictionary {
    Hash256 hash;
    BytesView octets;
};

/// The one that is written with.
const Dictionary& newest_dictionary();
/// Null: a newer program's.
const Dictionary* find_dictionary(const Hash256& hash);

}  // namespace cotmoc::crypto
