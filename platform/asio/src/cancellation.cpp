#include <cotmoc/asio/cancellation.hpp>

#include <mutex>

namespace cotmoc::asio {

struct Cancellation::State {
    mutable std::mutex mutex;
    bool cancelled = false;
    std::function<void()> wake;
};

Cancellation::Cancellation() : state_(std::make_unique<State>()) {}

Cancellation::~Cancellation() = default;

void Cancellation::cancel() {
    // Under the lock, so that the call that is woken cannot end meanwhile.
    const std::lock_guard lock(state_->mutex);
    state_->cancelled = true;
    if (state_->wake) {
        state_->wake();
    }
}

bool Cancellation::cancelled() const {
    const std::lock_guard lock(state_->mutex);
    return state_->cancelled;
}

Cancellation::Waker::Waker(Cancellation* of, std::function<void()> wake) : of_(of) {
    if (of_ != nullptr) {
        const std::lock_guard lock(of_->state_->mutex);
        of_->state_->wake = std::move(wake);
        if (of_->state_->cancelled) {
            of_->state_->wake();
        }
    }
}

Cancellation::Waker::~Waker() {
    if (of_ != nullptr) {
        const std::lock_guard lock(of_->state_->mutex);
        of_->state_->wake = nullptr;
    }
}

}  // namespace cotmoc::asio
