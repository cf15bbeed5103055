#include <cotmoc/sync/pipe.hpp>

#include <utility>

namespace cotmoc::sync {

Result<SessionReport> run_in_memory(Session& caller, Session& answering, Clock& clock) {
    std::int64_t now = clock.steady_ms();
    caller.start(now);
    answering.start(now);
    for (bool moved = true; moved;) {
        moved = false;
        now = clock.steady_ms();
        for (const auto& [from, to] : {std::pair(&caller, &answering), std::pair(&answering, &caller)}) {
            const Bytes bytes = from->take_output();
            if (!bytes.empty()) {
                moved = true;
                to->on_bytes(bytes, now);
                from->on_writable(now);
            }
        }
    }
    for (Session* end : {&caller, &answering}) {
        end->on_closed(now);
    }
    for (const Session* end : {&caller, &answering}) {
        if (end->error()) {
            return tl::unexpected(*end->error());
        }
    }
    return caller.report();
}

}  // namespace cotmoc::sync
