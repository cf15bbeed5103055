// Ends a session over TCP before its time: a person's "stop", or a phone that is about to be suspended.
#pragma once

#include <functional>
#include <memory>

namespace cotmoc::asio {

/// For one call of sync_over_tcp() at a time, which it outlives; once cancelled it stays so.
class Cancellation {
public:
    Cancellation();
    ~Cancellation();
    Cancellation(const Cancellation&) = delete;
    Cancellation& operator=(const Cancellation&) = delete;

    /// From any thread, also from a callback of the session. The session winds down: what has arrived is
    /// committed and acknowledged, and the call returns its report, which says `stopped_early`. One that does
    /// not end in five seconds is cut off.
    void cancel();
    bool cancelled() const;

    /// While it lives, `wake` is called by cancel(), in its thread. Of the calls that can be cancelled.
    class Waker {
    public:
        Waker(Cancellation* of, std::function<void()> wake);
        ~Waker();
        Waker(const Waker&) = delete;
        Waker& operator=(const Waker&) = delete;

    private:
        Cancellation* of_;
    };

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cotmoc::asio
