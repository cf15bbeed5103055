#include "rows.hpp"

#include <algorithm>

namespace cotmoc::bench {

bool Row::met() const {
    const std::optional<double> measured = ratio ? ratio : value;
    if (!measured || !goal) {
        return false;
    }
    return direction == Goal::at_least ? *measured >= *goal : *measured <= *goal;
}

Row& Row::with(std::optional<double> new_value, std::optional<double> new_floor) {
    value = new_value;
    floor = new_floor;
    ratio = value && floor && *floor > 0 ? std::optional(*value / *floor) : std::nullopt;
    return *this;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Row not_measured(std::string name, std::string unit, double goal, std::string why) {
    Row row{std::move(name), std::move(unit), {}, {}, {}, goal, Goal::at_most, std::move(why)};
    return row;
}

}  // namespace cotmoc::bench
