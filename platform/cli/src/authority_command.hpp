// What the authority's commands share.
#pragma once

#include "program.hpp"

#include <cotmoc/sync/authority.hpp>

namespace cotmoc::cli {

/// Opens the authority's directory and does `work`, which signs, with it. Where several issuers are in office
/// it is level with the hub before and hands over after; if another was faster, nothing was done or printed.
Outcome with_authority(const Common& common, std::string_view command,
                       const std::function<Outcome(Opened&, sync::Authority&)>& work);

/// A file's content as text, or standard input's for "-".
Result<std::string> read_text(const std::string& path, std::size_t limit);

struct RootKeyOptions {
    unsigned keys = 1;
    unsigned threshold = 1;
    std::string directory;                      // empty: the authority's
    std::vector<std::string> passphrase_files;  // the n-th for key n; missing ones as the authority's
    /// False: the authority's own key file holds the one root key.
    bool apart() const { return keys > 1 || !directory.empty(); }
};
/// The files that make_root_keys() has written.
struct RootKeyFiles {
    std::vector<std::string> keys;
    std::string recovery;
};
/// New root keys and a recovery key, each in a file under a passphrase, durable when it returns.
/// already_exists; on an error no file stays.
Result<sync::RootKeys> make_root_keys(const Common& common, const RootKeyOptions& options,
                                      crypto::KdfPreset preset, Random& random, RootKeyFiles& files);
void remove_root_keys(const RootKeyFiles& files);

struct RemoteEnrolmentOptions {
    std::string message;  // the other side's; a file
    std::string code;     // what the other side reads; ends the attempt
};
/// One step of an enrolment from afar at the authority; with a code, the request that it confirms.
Result<std::optional<std::string>> remote_request(const Common& common, Opened& opened,
                                                  const RemoteEnrolmentOptions& options);

// Each in a file of its own.
void add_root_commands(CLI::App& group, Program& program);
void add_sheet_command(CLI::App& group, Program& program);
void add_authority_rights_commands(CLI::App& group, Program& program);
void add_authority_list_command(CLI::App& group, Program& program);

}  // namespace cotmoc::cli
