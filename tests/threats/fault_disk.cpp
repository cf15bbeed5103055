#include "threats/fault_disk.hpp"

#include <cotmoc/base/check.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace cotmoc::threats {
namespace {

constexpr std::size_t sector_size = 512;
constexpr const char* disk_name = "cotmoc-fault-disk";
constexpr const char* encrypting_name = "multipleciphers-cotmoc-fault-disk";

FaultDisk* disk = nullptr;
int temporary_files = 0;

struct OpenFile {
    sqlite3_file base;
    std::string* path;
    bool delete_on_close;
};
OpenFile& open_file(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
const std::string& path_of(sqlite3_file* file) { return *open_file(file).path; }

int close_file(sqlite3_file* file) {
    OpenFile& opened = open_file(file);
    if (opened.delete_on_close) {
        disk->files.erase(*opened.path);
    }
    delete opened.path;
    opened.path = nullptr;
    return SQLITE_OK;
}
int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    return disk->read(path_of(file), static_cast<std::size_t>(offset),
                      {static_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)});
}
int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    return disk->write(path_of(file), static_cast<std::size_t>(offset),
                       {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)});
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    return disk->truncate(path_of(file), static_cast<std::size_t>(size));
}
int flush_file(sqlite3_file* file, int) { return disk->flush(path_of(file)); }
int file_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(disk->files[path_of(file)].now.size());
    return disk->dead() ? SQLITE_IOERR : SQLITE_OK;
}
int lock_file(sqlite3_file*, int) { return SQLITE_OK; }
int check_lock(sqlite3_file*, int* held) {
    *held = 0;
    return SQLITE_OK;
}
int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int size_of_sector(sqlite3_file*) { return static_cast<int>(sector_size); }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

// Without shared memory: the stores hold their file for themselves.
const sqlite3_io_methods file_methods = {
    1,         close_file, read_file,  write_file,   truncate_file,  flush_file,      file_size,
    lock_file, lock_file,  check_lock, control_file, size_of_sector, characteristics, nullptr,
    nullptr,   nullptr,    nullptr,    nullptr,      nullptr};

int open_path(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    OpenFile& opened = open_file(file);
    opened.base.pMethods = nullptr;
    const std::string name = path != nullptr ? path : "temporary-" + std::to_string(++temporary_files);
    const bool known = disk->files.contains(name);
    if (disk->dead() || (!known && (flags & SQLITE_OPEN_CREATE) == 0)) {
        return SQLITE_CANTOPEN;
    }
    if (!known) {
        disk->files.emplace(name, FaultDisk::File());
    }
    opened.path = new std::string(name);
    opened.delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    opened.base.pMethods = &file_methods;
    if (out_flags != nullptr) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}
int delete_path(sqlite3_vfs*, const char* path, int) { return disk->remove(path); }
int access_path(sqlite3_vfs*, const char* path, int, int* result) {
    *result = disk->files.contains(path) ? 1 : 0;
    return SQLITE_OK;
}
int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
}
int fill_random(sqlite3_vfs*, int size, char* out) {
    std::memset(out, 7, static_cast<std::size_t>(size));
    return size;
}
int sleep_never(sqlite3_vfs*, int) { return 0; }
int current_time(sqlite3_vfs*, double* julian) {
    *julian = 2460310.5;
    return SQLITE_OK;
}
int last_error(sqlite3_vfs*, int, char*) { return 0; }

sqlite3_vfs* file_system() {
    static sqlite3_vfs vfs = {1,
                              static_cast<int>(sizeof(OpenFile)),
                              512,
                              nullptr,
                              disk_name,
                              nullptr,
                              open_path,
                              delete_path,
                              access_path,
                              full_path,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr,
                              fill_random,
                              sleep_never,
                              current_time,
                              last_error,
                              nullptr,
                              nullptr,
                              nullptr,
                              nullptr};
    return &vfs;
}

void put(Bytes& bytes, const FaultDisk::File::Write& write) {
    if (write.truncated_to) {
        bytes.resize(*write.truncated_to);
        return;
    }
    bytes.resize(std::max(bytes.size(), write.offset + write.octets.size()));
    std::ranges::copy(write.octets, bytes.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

/// The parts of a write that lie in one sector each.
std::vector<FaultDisk::File::Write> sectors_of(const FaultDisk::File::Write& write) {
    if (write.truncated_to) {
        return {write};
    }
    std::vector<FaultDisk::File::Write> parts;
    for (std::size_t done = 0; done < write.octets.size();) {
        const std::size_t at = write.offset + done;
        const std::size_t size = std::min(write.octets.size() - done, sector_size - at % sector_size);
        const auto begin = write.octets.begin() + static_cast<std::ptrdiff_t>(done);
        parts.push_back({at, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)), std::nullopt});
        done += size;
    }
    return parts;
}

void shuffle(std::vector<FaultDisk::File::Write>& writes, test_support::SeededRandom& random) {
    for (std::size_t i = writes.size(); i > 1; --i) {
        std::swap(writes[i - 1], writes[static_cast<std::size_t>(random.below(i))]);
    }
}

}  // namespace

FaultDisk::FaultDisk() {
    COTMOC_CHECK(disk == nullptr);
    disk = this;
    COTMOC_CHECK(sqlite3_initialize() == SQLITE_OK);
    if (sqlite3_vfs_find(disk_name) == nullptr) {
        COTMOC_CHECK(sqlite3_vfs_register(file_system(), 0) == SQLITE_OK);
        COTMOC_CHECK(sqlite3mc_vfs_create(disk_name, 0) == SQLITE_OK);
    }
    COTMOC_CHECK(sqlite3_vfs_register(sqlite3_vfs_find(encrypting_name), 1) == SQLITE_OK);
}

FaultDisk::~FaultDisk() {
    sqlite3_vfs_register(sqlite3_vfs_find("multipleciphers-unix"), 1);
    disk = nullptr;
}

void FaultDisk::lose_power_at(std::uint64_t operation) { dead_at_ = operations_ + operation; }

void FaultDisk::fail_at(std::uint64_t operation, Fault fault, bool from_then_on) {
    fail_at_ = operations_ + operation;
    fault_ = fault;
    from_then_on_ = from_then_on;
    failed_ = false;
}

void FaultDisk::repair() { fail_at_.reset(); }

std::optional<int> FaultDisk::count(bool is_flush) {
    ++operations_;
    if (dead_ || (dead_at_ && operations_ >= *dead_at_)) {
        dead_ = true;
        return SQLITE_IOERR;
    }
    if (!fail_at_ || operations_ < *fail_at_ || (fault_ == Fault::flush_fails && !is_flush)) {
        return std::nullopt;
    }
    if (!from_then_on_ && failed_) {
        return std::nullopt;
    }
    failed_ = true;
    switch (fault_) {
        case Fault::disk_full:
        case Fault::short_write:
            // A flush needs no room.
            return is_flush ? std::nullopt : std::optional(SQLITE_FULL);
        case Fault::io_error:
            return is_flush ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
        case Fault::flush_fails:
            break;
    }
    return SQLITE_IOERR_FSYNC;
}

int FaultDisk::write(const std::string& path, std::size_t offset, BytesView octets) {
    const std::optional<int> failure = count(false);
    if (dead_) {
        return SQLITE_IOERR;
    }
    File::Write written{offset, Bytes(octets.begin(), octets.end()), std::nullopt};
    if (failure && fault_ == Fault::short_write) {
        written.octets.resize(octets.size() / 2);
    } else if (failure) {
        return *failure;
    }
    File& file = files[path];
    put(file.now, written);
    file.unflushed.push_back(std::move(written));
    return failure.value_or(SQLITE_OK);
}

int FaultDisk::truncate(const std::string& path, std::size_t size) {
    if (const std::optional<int> failure = count(false)) {
        return *failure == SQLITE_IOERR ? SQLITE_IOERR : SQLITE_IOERR_TRUNCATE;
    }
    File& file = files[path];
    file.unflushed.push_back({0, {}, size});
    put(file.now, file.unflushed.back());
    return SQLITE_OK;
}

int FaultDisk::flush(const std::string& path) {
    File& file = files[path];
    if (const std::optional<int> failure = count(true)) {
        if (!dead_) {
            // The system counts the pages as clean now: the next flush has nothing to do. A reader still sees
            // them until the machine stops.
            file.unflushed.clear();
        }
        return *failure;
    }
    for (const File::Write& write : file.unflushed) {
        put(file.flushed, write);
    }
    file.unflushed.clear();
    return SQLITE_OK;
}

int FaultDisk::remove(const std::string& path) {
    if (const std::optional<int> failure = count(false)) {
        return *failure == SQLITE_IOERR ? SQLITE_IOERR : SQLITE_IOERR_DELETE;
    }
    return files.erase(path) == 1 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int FaultDisk::read(const std::string& path, std::size_t offset, std::span<std::uint8_t> octets) {
    if (dead_) {
        return SQLITE_IOERR_READ;
    }
    const Bytes& now = files[path].now;
    const std::size_t there = offset < now.size() ? std::min(octets.size(), now.size() - offset) : 0;
    std::ranges::copy(BytesView(now).subspan(std::min(offset, now.size()), there), octets.begin());
    std::ranges::fill(octets.subspan(there), std::uint8_t{0});
    return there == octets.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

void FaultDisk::reboot(Loss loss, test_support::SeededRandom& random) {
    for (auto& [path, file] : files) {
        std::vector<File::Write> writes;
        for (const File::Write& write : file.unflushed) {
            const bool whole = loss == Loss::none;
            for (File::Write& part : whole ? std::vector{write} : sectors_of(write)) {
                if (whole || (loss != Loss::all_unflushed && random.below(2) == 0)) {
                    writes.push_back(std::move(part));
                }
            }
        }
        if (loss == Loss::torn_and_reordered) {
            shuffle(writes, random);
            if (!writes.empty() && !writes.front().truncated_to) {
                writes.front().octets.resize(writes.front().octets.size() / 2);
            }
        }
        for (const File::Write& write : writes) {
            put(file.flushed, write);
        }
        file.now = file.flushed;
        file.unflushed.clear();
    }
    dead_ = false;
    dead_at_.reset();
    fail_at_.reset();
}

}  // namespace cotmoc::threats
