// A progress bar on a terminal, for what takes longer than a second.
#pragma once

#include "command.hpp"

#include <cotmoc/sync/runner.hpp>

namespace cotmoc::cli {

class Progress {
public:
    Progress(const Common& common, Clock& clock, Label what);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }

    /// `total` 0: not known.
    void show(std::uint64_t finished, std::uint64_t total);
    /// Change sets as a bar, octets both ways, and the time that is left.
    void show(const sync::SyncProgress& progress);
    void clear();

private:
    void draw(std::uint64_t finished, std::uint64_t total, const std::string& more);

    Clock& clock_;
    std::string what_;
    std::string left_about_;
    std::string files_;
    std::int64_t next_ms_;
    bool wanted_;
    bool drawn_ = false;
};

}  // namespace cotmoc::cli
