#include "boost_asio.hpp"

#include <cotmoc/asio/tcp.hpp>

namespace cotmoc::asio {

struct StopSignals::State {
    net::io_context context{1};
    net::signal_set signals{context};
    bool stopped = false;
};

StopSignals::StopSignals() : state_(std::make_unique<State>()) {
    ErrorCodeOfSystem ignored;
    state_->signals.add(SIGINT, ignored);
    state_->signals.add(SIGTERM, ignored);
    state_->signals.async_wait([this](const ErrorCodeOfSystem& error, int) {
        if (!error) {
            state_->stopped = true;
        }
    });
}

StopSignals::~StopSignals() = default;

bool StopSignals::stopped() {
    state_->context.poll();
    return state_->stopped;
}

bool StopSignals::wait(std::int64_t ms) {
    if (!state_->stopped) {
        state_->context.run_one_for(std::chrono::milliseconds(ms));
    }
    return !state_->stopped;
}

}  // namespace cotmoc::asio
