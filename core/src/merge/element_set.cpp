#include "merge/element_set.hpp"

#include <algorithm>

namespace cotmoc::core {

void ElementSet::apply_insert(const std::string& element, Add add, const Past& past) {
    std::vector<Add>& adds = adds_[element];
    // An add that this one saw can go: whatever removes this one has seen that one too.
    std::erase_if(adds, [&](const Add& earlier) { return past.contains(earlier.dot); });
    adds.insert(std::ranges::lower_bound(adds, add.dot, {}, &Add::dot), add);
}

void ElementSet::apply_remove(const std::string& element, const Past& past) {
    const auto found = adds_.find(element);
    if (found == adds_.end()) {
        return;
    }
    std::erase_if(found->second, [&](const Add& earlier) { return past.contains(earlier.dot); });
    if (found->second.empty()) {
        adds_.erase(found);
    }
}

TextList ElementSet::elements() const {
    TextList elements;
    elements.reserve(adds_.size());
    for (const auto& [element, adds] : adds_) {
        elements.push_back(element);
    }
    return elements;
}

ElementSet ElementSet::from_parts(std::map<std::string, std::vector<Add>> adds) {
    ElementSet result;
    result.adds_ = std::move(adds);
    return result;
}

}  // namespace cotmoc::core
