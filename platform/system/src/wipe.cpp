#include <cotmoc/system/wipe.hpp>

#include "native_file.hpp"

#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/system/file.hpp>

#include <array>

namespace cotmoc::system {
namespace {

/// Stands from the first step of a wipe to its last.
constexpr std::string_view marker = "wipe.cotmoc";

/// Whoever holds the recovery key could open the database with these.
constexpr std::array recovery_files = {"recovery.cotmoc", "recovery.cotmoc.new", "recovery.session",
                                       "recovery.session.new"};

bool is_key_file(std::string_view name) {
    return name.starts_with("key.cotmoc") || name == "custody.cotmoc" || name == "tries.cotmoc";
}

bool is_other_file(std::string_view name) {
    return name != marker && !is_key_file(name) &&
           (name.starts_with("replica.db") || name.starts_with("attachments.db") ||
            name.starts_with("snapshots.db") || name.starts_with("remote-enrolment") ||
            name.ends_with(".cotmoc") || name.ends_with(".cotmoc.new"));
}

class Wipe {
public:
    explicit Wipe(FileKeyStore& keys) : keys_(keys) {}

    Result<void> everything() {
        if (switched_off("wipe-keys-first")) {
            COTMOC_TRY(others());
        }
        COTMOC_TRY(keys());
        COTMOC_TRY(recovery());
        return others();
    }
    std::vector<std::string> take() { return std::move(removed_); }

private:
    Result<void> keys() {
        for (const std::string& name : files()) {
            if (is_key_file(name)) {
                removed_.push_back(name);
            }
        }
        COTMOC_TRY(keys_.destroy_keys());
        return remove_file(keys_.directory() + "/tries.cotmoc");
    }
    Result<void> recovery() {
        for (const char* name : recovery_files) {
            const std::string path = keys_.directory() + "/" + name;
            if (file_exists(path)) {
                COTMOC_TRY(shred_file(path));
                removed_.emplace_back(name);
            }
        }
        return {};
    }
    Result<void> others() {
        for (const std::string& name : files()) {
            if (is_other_file(name)) {
                COTMOC_TRY(remove_file(keys_.directory() + "/" + name));
                removed_.push_back(name);
            }
        }
        return {};
    }
    std::vector<std::string> files() const { return names_in(keys_.directory()); }

    FileKeyStore& keys_;
    std::vector<std::string> removed_;
};

}  // namespace

bool wipe_begun(const std::string& directory) { return file_exists(directory + "/" + std::string(marker)); }

Result<std::vector<std::string>> wipe_directory(FileKeyStore& keys) {
    const std::string marker_path = keys.directory() + "/" + std::string(marker);
    COTMOC_TRY(replace_file(marker_path, as_bytes("a wipe was begun: `cotmoc wipe` finishes it\n")));
    Wipe wipe(keys);
    COTMOC_TRY(wipe.everything());
    COTMOC_TRY(remove_file(marker_path));
    // The lock's file is this process's own; a directory with other files in it stays.
    COTMOC_TRY(remove_file(keys.directory() + "/lock"));
    remove_directory(keys.directory());
    return wipe.take();
}

}  // namespace cotmoc::system
