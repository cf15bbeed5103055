// bundle: work carried on a stick.
#include "bundle_files.hpp"
#include "program.hpp"

namespace cotmoc::cli {
namespace {

/// Runs `work` with the replica's side of a bundle.
Outcome with_replica(const Common& common, const BundleOptions& options, std::string_view command,
                     Outcome (*work)(const BundleSide&, const BundleOptions&)) {
    COTMOC_ASSIGN(const auto opened, Opened::open(common, command));
    sync::Replica& replica = *opened->replica;
    if (!replica.joined()) {
        return fail(ErrorCode::not_joined);
    }
    sync::ReplicaPeers peers(replica);
    BundleSide side{common,
                    opened->place.clock,
                    replica,
                    replica.keys().device,
                    opened->place.random,
                    peers,
                    records::named_devices(replica)};
    side.notes = [&] { return replica.notes(); };
    side.attachments = records::attachments_for_sticks(replica, opened->place.directory);
    COTMOC_ASSIGN(const ExitStatus status, work(side, options));
    if (!common.json && replica.restored()) {
        put_line(common.text(Label::restored));
    }
    return replica.restored() ? needs_person : status;
}

Outcome export_bundle(const Common& common, const BundleOptions& options) {
    return with_replica(common, options, "bundle export", export_to_files);
}

Outcome import_bundle(const Common& common, const BundleOptions& options) {
    return with_replica(common, options, "bundle import", import_from_files);
}

}  // namespace

void add_bundle_commands(Program& program) {
    CLI::App* group =
        program.app.add_subcommand("bundle", "Carry work on a stick: what a sync would send, in files");
    group->require_subcommand(1);
    group->fallthrough();
    auto options = std::make_shared<BundleOptions>();

    CLI::App* command = group->add_subcommand("export", "Write what a reader lacks, as far as known");
    add_export_options(*command, *options);
    add_attachment_options(*command, *options);
    program.on(command, options, export_bundle);

    command = group->add_subcommand("import", "Read volumes, in any order, from read-only media too");
    add_import_options(*command, *options);
    program.on(command, options, import_bundle);

    command = group->add_subcommand("inspect", "Counts and sizes; needs no passphrase");
    add_inspect_options(*command, *options);
    program.on(command, options, inspect_files);
}

}  // namespace cotmoc::cli
