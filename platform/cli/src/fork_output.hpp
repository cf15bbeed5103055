// What `sync` and `status` say of forked feeds.
#pragma once

#include "program.hpp"

#include <cotmoc/records/status_json.hpp>

namespace cotmoc::cli {

using records::forked_feeds;
using records::ForkedFeed;

/// What is forked and what to do; of feeds with a verdict, nothing.
void put_fork_notice(const Common& common, const sync::Replica& replica,
                     const std::vector<ForkedFeed>& feeds);

}  // namespace cotmoc::cli
