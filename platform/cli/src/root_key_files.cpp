// The root's keys as files, one for each keyholder.
#include "authority_command.hpp"

#include <cotmoc/system/file.hpp>
#include <cotmoc/system/passphrase.hpp>

namespace cotmoc::cli {
namespace {

constexpr std::size_t seed_size = 32;

Result<crypto::Secret> key_passphrase(const Common& common, const RootKeyOptions& options, unsigned number) {
    system::PassphraseSource source;
    source.file = number <= options.passphrase_files.size() ? options.passphrase_files[number - 1]
                                                            : common.passphrase_file;
    source.prompt =
        std::string(common.text(Label::root_key_passphrase)) + " " + std::to_string(number) + ": ";
    source.repeat_prompt = common.text(Label::repeat_passphrase);
    return system::read_passphrase(source);
}

Result<void> write_new(const std::string& path, BytesView content, std::vector<std::string>& written) {
    if (system::file_exists(path)) {
        return fail(ErrorCode::already_exists, path);
    }
    COTMOC_TRY(system::replace_file(path, content));
    written.push_back(path);
    return {};
}

Result<sync::RootKeys> write_keys(const Common& common, const RootKeyOptions& options,
                                  crypto::KdfPreset preset, Random& random, const std::string& directory,
                                  RootKeyFiles& files) {
    sync::RootKeys root;
    root.threshold = static_cast<std::uint8_t>(options.threshold);
    for (unsigned number = 1; number <= options.keys; ++number) {
        COTMOC_ASSIGN(const crypto::Secret passphrase, key_passphrase(common, options, number));
        const crypto::Secret seed = crypto::Secret::random(seed_size, random);
        COTMOC_ASSIGN(const Bytes file,
                      sync::seal_seed_file(sync::root_seed, seed, passphrase, preset, random));
        COTMOC_TRY(
            write_new(directory + "/root-key-" + std::to_string(number) + ".cotmoc", file, files.keys));
        root.keys.push_back(crypto::SigningKey::from_seed(seed.clone()));
    }
    // The recovery key goes to the first keyholder's safe as well.
    COTMOC_ASSIGN(const crypto::Secret passphrase, key_passphrase(common, options, 1));
    root.recovery = crypto::Secret::random(seed_size, random);
    COTMOC_ASSIGN(const Bytes file,
                  sync::seal_seed_file(sync::recovery_seed, root.recovery, passphrase, preset, random));
    const std::string path = directory + "/recovery-key.cotmoc";
    std::vector<std::string> written;
    COTMOC_TRY(write_new(path, file, written));
    files.recovery = path;
    return root;
}

}  // namespace

Result<sync::RootKeys> make_root_keys(const Common& common, const RootKeyOptions& options,
                                      crypto::KdfPreset preset, Random& random, RootKeyFiles& files) {
    std::string directory = options.directory;
    if (directory.empty()) {
        COTMOC_ASSIGN(directory, common.replica_directory());
    }
    COTMOC_TRY(system::make_directory(directory));
    auto root = write_keys(common, options, preset, random, directory, files);
    if (!root) {
        remove_root_keys(files);
    }
    return root;
}

void remove_root_keys(const RootKeyFiles& files) {
    for (const std::string& file : files.keys) {
        // The error that led here is the one to report.
        (void)system::remove_file(file);
    }
    if (!files.recovery.empty()) {
        (void)system::remove_file(files.recovery);
    }
}

}  // namespace cotmoc::cli
