// A disk in memory for SQLite that loses power, runs full or fails at a chosen operation. It knows what was
// flushed and what a real disk might have dropped, torn or reordered.
#pragma once

#include <cotmoc/base/bytes.hpp>

#include "support/seeded_random.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cotmoc::threats {

/// What of the writes since the last flush is there after a power cut.
enum class Loss : std::uint8_t { none, all_unflushed, some_sectors, torn_and_reordered };

enum class Fault : std::uint8_t { disk_full, io_error, short_write, flush_fails };

/// While it lives, it is SQLite's default file system; one at a time. Operations that change files count:
/// writes, truncations, flushes and deletions.
class FaultDisk {
public:
    FaultDisk();
    ~FaultDisk();
    FaultDisk(const FaultDisk&) = delete;
    FaultDisk& operator=(const FaultDisk&) = delete;

    std::uint64_t operations() const { return operations_; }
    /// From this operation on (counted from now, from 1) the machine is dead: every call fails.
    void lose_power_at(std::uint64_t operation);
    bool power_is_lost() const { return dead_; }
    /// That operation fails, and all later ones too if `from_then_on`. A flush that fails drops what it was
    /// to keep, as Linux does. flush_fails waits for the first flush at or after the operation.
    void fail_at(std::uint64_t operation, Fault fault, bool from_then_on);
    bool has_failed() const { return failed_; }
    void repair();
    /// After all files were closed: what the disk holds when the power is back.
    void reboot(Loss loss, test_support::SeededRandom& random);

    struct File {
        Bytes now;
        Bytes flushed;
        struct Write {
            std::size_t offset = 0;
            Bytes octets;
            std::optional<std::size_t> truncated_to;
        };
        std::vector<Write> unflushed;
    };
    std::map<std::string, File> files;  // by path; copied for snapshots

    // What SQLite calls through the file system's table; SQLite's own codes come back.
    int write(const std::string& path, std::size_t offset, BytesView octets);
    int truncate(const std::string& path, std::size_t size);
    int flush(const std::string& path);
    int remove(const std::string& path);
    int read(const std::string& path, std::size_t offset, std::span<std::uint8_t> octets);
    bool dead() const { return dead_; }

private:
    /// Nothing: go on. Else what to answer.
    std::optional<int> count(bool is_flush);

    std::uint64_t operations_ = 0;
    std::optional<std::uint64_t> dead_at_;
    bool dead_ = false;
    std::optional<std::uint64_t> fail_at_;
    Fault fault_{};
    bool from_then_on_ = false;
    bool failed_ = false;
};

}  // namespace cotmoc::threats
