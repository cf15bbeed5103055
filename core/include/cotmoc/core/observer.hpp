// Live queries: what a subscriber is told, and the subscription that ends with its object.
#pragma once

#include <cotmoc/base/ids.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace cotmoc::core {

/// What one commit changed in the result of a query; at least one list has an entry. Each is in the order of
/// list().
struct QueryChange {
    std::vector<RecordId> entered;
    std::vector<RecordId> changed;  // in the result before and after: values, conflicts or the deleted mark
    std::vector<RecordId> left;
};

using QueryCallback = std::function<void(const QueryChange&)>;
/// The record was made, changed, deleted or restored.
using RecordCallback = std::function<void(const RecordId&)>;

class Observer;

/// Owns a callback's place: when it is destroyed or cancelled, the callback is not called any more, not even
/// for commits that are still to be told. It may outlive the store, and may be cancelled inside its callback.
class [[nodiscard]] Subscription {
public:
    Subscription() = default;
    explicit Subscription(std::shared_ptr<Observer> observer) : observer_(std::move(observer)) {}
    Subscription(Subscription&& other) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept;
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { cancel(); }

    void cancel();
    bool active() const { return observer_ != nullptr; }

private:
    std::shared_ptr<Observer> observer_;
};

}  // namespace cotmoc::core
