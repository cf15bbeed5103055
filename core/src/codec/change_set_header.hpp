// The head of an encoded change set: which blocks it has, and how many rows each.
#pragma once

#include "codec/limits.hpp"

#include <cotmoc/core/change_set.hpp>

namespace cotmoc::core {

struct ChangeSetHeader {
    ChangeSet set;                     // its blocks are empty
    std::vector<std::size_t> creates;  // rows of each create block
    std::vector<std::size_t> ops;      // rows of each field block
};

/// Takes the cells of all rows.
Result<ChangeSetHeader> read_header(Source& source);

}  // namespace cotmoc::core
