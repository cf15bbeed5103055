#include "hub_program.hpp"

#include "command.hpp"
#include "hub_bundles.hpp"
#include "hub_place.hpp"
#include "messages.hpp"
#include "verification.hpp"

#include <CLI/CLI.hpp>
#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/sync/partial_store.hpp>
#include <cotmoc/sync/session_gate.hpp>
#include <cotmoc/system/file.hpp>
#include <cotmoc/system/process.hpp>

#include <algorithm>
#include <iostream>
#include <new>

namespace cotmoc::hub {
namespace {

constexpr std::size_t grant_bytes_max = 64 * 1024 * 1024;

struct Options {
    std::string data;
    std::string passphrase_file;
    std::string name = "hub-1";
    std::string kdf;
    std::string grant;
    std::string root;
    std::string listen;
    bool json = false;
    cli::BundleOptions bundle;
    sync::HubLimits limits;
    sync::AttachmentLimits attachment_limits = {
        .total_bytes = 1ULL << 40, .free_bytes = 1ULL << 30, .disk_free = nullptr};
    std::size_t connections_per_address = asio::TcpServerOptions().per_address_max;
};

/// One line for each session: who, how much, how it ended. Never anything of a record.
void log_session(const asio::ServedSession& session) {
    const sync::SessionReport& report = session.report;
    std::cerr << cli::utc_text(system::SystemClock().wall_ms()) << " session peer="
              << (session.peer ? session.peer->hex().substr(0, 16) : std::string("unknown"))
              << " address=" << session.address << " received=" << report.received.change_sets
              << " sent=" << report.sent.change_sets << " refused=" << report.refused
              << " trust_received=" << report.trust_received << " trust_sent=" << report.trust_sent
              << " attachments_received=" << report.attachments_received.whole
              << " attachments_sent=" << report.attachments_sent.whole << " bytes_down=" << report.bytes_down
              << " bytes_up=" << report.bytes_up << " ms=" << session.duration_ms
              << " end=" << (session.error ? error_name(session.error->code) : std::string_view("ok"))
              << std::endl;
}

Result<void> init(const Options& options, HubPlace& place) {
    COTMOC_ASSIGN(const crypto::KdfPreset preset, cli::kdf_preset(options.kdf));
    COTMOC_ASSIGN(std::string request, place.create(options.name, preset));
    cli::put(request.ends_with('\n') ? request : request + "\n");
    return {};
}

Result<void> join(const Options& options, HubPlace& place) {
    COTMOC_ASSIGN(const Bytes grant, system::read_file(options.grant, grant_bytes_max));
    COTMOC_TRY(place.open("join"));
    return place.join(as_text(grant), options.root);
}

Result<void> serve(const Options& options, HubPlace& place) {
    const auto endpoint = asio::parse_endpoint(options.listen);
    if (!endpoint) {
        return fail(ErrorCode::wrong_usage, "--listen is HOST:PORT, not " + options.listen);
    }
    COTMOC_TRY(place.open("serve", options.limits, options.attachment_limits));
    if (!place.joined()) {
        return fail(ErrorCode::not_joined);
    }
    asio::TcpServerOptions server_options;
    server_options.stop_on_signals = true;
    server_options.per_address_max = options.connections_per_address;
    server_options.on_session_end = log_session;
    sync::SessionOptions session{place.hub(), place.keys(), place.random()};
    session.clock = &place.clock();
    session.attachments = place.attachments();
    session.snapshots = place.snapshots();
    if (place.attachments_error()) {
        std::cerr << cli::error_line("cotmoc-hub", *place.attachments_error(), cli::language_of_environment())
                  << std::endl;
    }
    sync::SessionGate gate;
    session.gate = &gate;
    sync::HubPartials partials(place.store());
    session.partials = &partials;
    COTMOC_ASSIGN(
        const std::unique_ptr<asio::TcpServer> server,
        asio::TcpServer::listen(endpoint->host, endpoint->port, session, server_options, place.clock()));
    cli::put_line("listening on " + server->address());
    COTMOC_TRY(cli::finish_output());
    server->run();
    return {};
}

cli::Common common_of(const Options& options) {
    cli::Common common;
    common.json = options.json;
    common.language = cli::language_of_environment();
    return common;
}

/// Needs no passphrase: nothing that a hub holds does.
cli::Outcome verify(const Options& options, HubPlace&) {
    const cli::Common common = common_of(options);
    COTMOC_ASSIGN(const auto lock, system::DirectoryLock::take(options.data, "cotmoc-hub verify"));
    return cli::verify_archive(common, options.data + "/hub.db", options.root);
}

cli::Outcome bundle_export(const Options& options, HubPlace& place) {
    return export_bundle(common_of(options), place, options.limits, options.bundle);
}

cli::Outcome bundle_import(const Options& options, HubPlace& place) {
    return import_bundle(common_of(options), place, options.limits, options.attachment_limits,
                         options.bundle);
}

cli::Outcome bundle_inspect(const Options& options, HubPlace&) {
    return cli::inspect_files(common_of(options), options.bundle);
}

template <Result<void> (*work)(const Options&, HubPlace&)>
cli::Outcome plain(const Options& options, HubPlace& place) {
    COTMOC_TRY(work(options, place));
    return cli::done;
}

using Work = cli::Outcome (*)(const Options&, HubPlace&);

void add_quotas(CLI::App& command, Options& options) {
    sync::HubLimits& limits = options.limits;
    const auto add = [&](const char* name, std::uint64_t& value, const char* what) {
        command.add_option(name, value, what)->capture_default_str();
    };
    add("--quota-bytes", limits.total.bytes, "Octets that the hub keeps of each device, in all");
    add("--quota-change-sets", limits.total.change_sets, "Change sets that it keeps of each device, in all");
    add("--quota-bytes-a-day", limits.day.bytes, "Octets that a device may send in a day");
    add("--quota-change-sets-a-day", limits.day.change_sets, "Change sets that a device may send in a day");
    add("--quota-attachment-bytes", options.attachment_limits.bytes,
        "Octets of attached files that it keeps of each device");
    add("--quota-attachments", options.attachment_limits.count,
        "Attached files that it keeps of each device");
    add("--attachments-total", options.attachment_limits.total_bytes,
        "Octets of attached files that it keeps of all devices");
    add("--attachments-free", options.attachment_limits.free_bytes,
        "Octets of the disk that attached files leave free");
}

void add_limits(CLI::App& command, Options& options) {
    add_quotas(command, options);
    command
        .add_option("--connections-per-address", options.connections_per_address,
                    "Connections that one network address may have at once")
        ->capture_default_str();
}

void add_bundle_commands(CLI::App& app, Options& options, Work& work) {
    CLI::App* group = app.add_subcommand("bundle", "Take and give sticks, while the hub does not serve");
    group->require_subcommand(1);
    group->fallthrough();
    group->add_flag("--json", options.json, "Answer in JSON");
    CLI::App* command = group->add_subcommand("export", "Write what a reader lacks, as far as known");
    cli::add_export_options(*command, options.bundle);
    command->callback([&work] { work = bundle_export; });
    command = group->add_subcommand("import", "Read volumes, in any order, from read-only media too");
    cli::add_import_options(*command, options.bundle);
    add_quotas(*command, options);
    command->callback([&work] { work = bundle_import; });
    command = group->add_subcommand("inspect", "Counts and sizes; needs no passphrase");
    cli::add_inspect_options(*command, options.bundle);
    command->callback([&work] { work = bundle_inspect; });
}

void add_commands(CLI::App& app, Options& options, Work& work) {
    app.allow_windows_style_options(false);
    app.add_option("--data", options.data, "The hub's directory")->type_name("DIR")->required();
    app.add_option("--passphrase-file", options.passphrase_file,
                   "Read the passphrase from this file (else $COTMOC_PASSPHRASE, else a prompt)")
        ->type_name("FILE");
    app.set_version_flag("--version", "cotmoc-hub " COTMOC_VERSION);
    app.require_subcommand(1);
    app.fallthrough();

    CLI::App* command = app.add_subcommand("init", "Make the hub's keys; print its request");
    command->add_option("--name", options.name, "The hub's name (default: hub-1)");
    command->add_option("--kdf", options.kdf, "desktop, phone or low (else $COTMOC_KDF)");
    command->callback([&work] { work = plain<init>; });

    command = app.add_subcommand("join", "Take the authority's grant");
    command->add_option("GRANT", options.grant, "The grant's file; - for standard input")->required();
    command->add_option("--root", options.root, "The root's fingerprint, from the poster");
    command->callback([&work] { work = plain<join>; });

    command = app.add_subcommand("serve", "Serve devices until stopped");
    command->add_option("--listen", options.listen, "Where to listen; port 0 picks one")
        ->type_name("HOST:PORT")
        ->required();
    add_limits(*command, options);
    command->callback([&work] { work = plain<serve>; });

    command = app.add_subcommand("verify", "Check all signed history that the hub holds; no passphrase");
    command->add_option("--root", options.root, "The root's fingerprint, from the poster");
    command->add_flag("--json", options.json, "Answer in JSON");
    command->callback([&work] { work = verify; });

    add_bundle_commands(app, options, work);
}

cli::Outcome run_safely(Work work, const Options& options, cli::Language language) {
    try {
        COTMOC_TRY(crypto::initialise());
        HubPlace place(options.data, options.passphrase_file, language);
        COTMOC_ASSIGN(const cli::ExitStatus status, work(options, place));
        COTMOC_TRY(cli::finish_output());
        return status;
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::out_of_memory);
    } catch (const std::exception& problem) {
        return fail(ErrorCode::internal, problem.what());
    }
}

}  // namespace

int run_program(int count, const char* const* arguments) {
    system::disable_core_dumps();
    const cli::Language language = cli::language_of_environment();
    const auto report = [&](const Error& error) {
        std::cerr << cli::error_line("cotmoc-hub", error, language) << std::endl;
        return cli::exit_status(error.code);
    };
    CLI::App app{"Stores and forwards the changes of a province's devices; it cannot read them.",
                 "cotmoc-hub"};
    Options options;
    Work work = nullptr;
    add_commands(app, options, work);
    try {
        // CLI11 takes them from the end, and wants no name of the program among them.
        std::vector<std::string> words = system::program_arguments(count, arguments);
        std::ranges::reverse(words);
        if (!words.empty()) {
            words.pop_back();
        }
        app.parse(std::move(words));
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::ParseError& error) {
        return report({ErrorCode::wrong_usage, error.what()});
    }
    const cli::Outcome outcome = run_safely(work, options, language);
    return outcome ? *outcome : report(outcome.error());
}

}  // namespace cotmoc::hub
