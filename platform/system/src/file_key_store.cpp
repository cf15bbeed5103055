#include <cotmoc/system/file.hpp>
#include <cotmoc/system/file_key_store.hpp>

namespace cotmoc::system {
namespace {

constexpr std::size_t key_file_bytes_max = 1024 * 1024;

}  // namespace

Result<Bytes> FileKeyStore::load() {
    if (!exists()) {
        return fail(ErrorCode::no_replica, directory_);
    }
    return read_file(path(), key_file_bytes_max);
}

Result<void> FileKeyStore::save(BytesView key_file) {
    return replace_file(path(), key_file, previous_path());
}

Result<void> FileKeyStore::forget_previous() { return remove_file(previous_path()); }

bool FileKeyStore::exists() const { return file_exists(path()); }

}  // namespace cotmoc::system
