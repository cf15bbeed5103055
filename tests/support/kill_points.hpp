// Runs a piece of work in a process of its own and kills it with SIGKILL right before each of its system
// calls that change something, once at the first, once at the second and so on, until it comes to its end.
#pragma once

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <set>

namespace cotmoc::test_support {

namespace kill_points {

inline bool changes_something(std::uint64_t call) {
    static const std::set<std::uint64_t> calls = {
        SYS_openat, SYS_write,     SYS_pwrite64, SYS_fsync,     SYS_fdatasync, SYS_linkat,
        SYS_close,  SYS_ftruncate, SYS_unlinkat, SYS_renameat2, SYS_mkdirat,
#ifdef SYS_open
        SYS_open,   SYS_link,      SYS_unlink,   SYS_rename,    SYS_mkdir,     SYS_rmdir,
#endif
    };
    return calls.contains(call);
}

/// Lets a stopped child run up to its next such call. False: it has ended.
inline bool run_to_next_call(pid_t child) {
    for (;;) {
        int status = 0;
        if (ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0 || waitpid(child, &status, 0) != child ||
            !WIFSTOPPED(status)) {
            return false;
        }
        __ptrace_syscall_info info{};
        if (ptrace(PTRACE_GET_SYSCALL_INFO, child, reinterpret_cast<void*>(sizeof info), &info) > 0 &&
            info.op == PTRACE_SYSCALL_INFO_ENTRY && changes_something(info.entry.nr)) {
            return true;
        }
    }
}

/// True if the work ended before its `point`-th call.
inline bool run_and_kill(const std::function<void()>& work, std::size_t point) {
    const pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
        work();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
    for (std::size_t call = 0; call < point; ++call) {
        if (!run_to_next_call(child)) {
            return true;
        }
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return false;
}

}  // namespace kill_points

/// `prepare` before each run, `check` after each one. The number of places at which it was killed.
inline std::size_t for_each_kill_point(const std::function<void()>& prepare,
                                       const std::function<void()>& work,
                                       const std::function<void()>& check) {
    for (std::size_t point = 1;; ++point) {
        prepare();
        const bool finished = kill_points::run_and_kill(work, point);
        check();
        if (finished) {
            return point - 1;
        }
    }
}

}  // namespace cotmoc::test_support
