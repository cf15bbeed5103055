// Work of a border post's database, step by step, on a disk that can fail; and what the database must then
// say.
#pragma once

#include "threats/fault_disk.hpp"

#include "unit/store/store_support.hpp"

namespace cotmoc::threats {

/// A store on a FaultDisk, and a list of steps. Each step is one transaction of the program.
class DiskWorkload {
public:
    DiskWorkload();

    core::store_test::TestStore& store() { return *store_; }
    FaultDisk& disk() { return disk_; }
    std::size_t steps() const { return steps_.size(); }
    Result<void> run(std::size_t step) { return steps_[step](*store_); }
    /// All of what people see and of what will be sent.
    std::string state();
    /// Closes the files; nothing is written any more if the power is lost.
    void close() { store_->store.reset(); }
    /// Opens again and checks the file's integrity.
    Result<void> open();
    /// Back to the beginning.
    void restart();
    /// state() before the first step and after each one, from a run without a fault.
    const std::vector<std::string>& states() const { return states_; }

private:
    using Step = std::function<Result<void>(core::store_test::TestStore&)>;
    void make_steps();
    void make_received();

    FaultDisk disk_;
    std::optional<core::store_test::TestStore> store_;
    std::vector<Step> steps_;
    std::vector<core::store_test::TestStore::Sent> received_;
    std::map<std::string, FaultDisk::File> beginning_;
    std::vector<std::string> states_;
};

}  // namespace cotmoc::threats
