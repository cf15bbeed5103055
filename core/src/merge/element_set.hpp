// The set shape (semantics S10): an element is in if some add of it lies in no remove's past.
#pragma once

#include "merge/past.hpp"

#include <map>

namespace cotmoc::core {

class ElementSet {
public:
    struct Add {
        Dot dot;
        Hlc at;
        friend bool operator==(const Add&, const Add&) = default;
    };

    void apply_insert(const std::string& element, Add add, const Past& past);
    void apply_remove(const std::string& element, const Past& past);

    bool contains(const std::string& element) const { return adds_.contains(element); }
    TextList elements() const;
    /// By element, each with its adds in dot order; no element without an add.
    const std::map<std::string, std::vector<Add>>& adds() const { return adds_; }
    static ElementSet from_parts(std::map<std::string, std::vector<Add>> adds);

private:
    std::map<std::string, std::vector<Add>> adds_;
};

}  // namespace cotmoc::core
