// A progress bar on a terminal, for what takes longer than a second.
#pragma once

#include "command.hpp"

namespace cotmoc::cli {

class Progress {
public:
    Progress(const Common& common, Clock& clock, Label what);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }

    /// `total` 0: not known.
    void show(std::uint64_t finished, std::uint64_t total);
    void clear();

private:
    Clock& clock_;
    std::string what_;
    std::int64_t next_ms_;
    bool wanted_;
    bool drawn_ = false;
};

}  // namespace cotmoc::cli
