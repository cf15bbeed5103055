// The measured rows as text for people and as JSON.
#pragma once

#include "rows.hpp"

namespace cotmoc::bench {

/// {"machine":{…},"rows":[{"name","value","unit","floor","ratio","goal","met"}]}
std::string to_json(const Workload& workload, const std::vector<Row>& rows);
std::string to_table(const Workload& workload, const std::vector<Row>& rows);

}  // namespace cotmoc::bench
