// serve: neighbours' laptops sync with this one, without a hub.
#include "commands_serve.hpp"

#include "json_text.hpp"
#include "lan_announcer.hpp"
#include "laptop_door.hpp"

#include <cotmoc/asio/neighbour_server.hpp>

namespace cotmoc::cli {
namespace {

struct ServeOptions {
    std::string listen;
    bool announce = false;
};

Outcome serve(const Common& common, const ServeOptions& options) {
    const auto endpoint = asio::parse_endpoint(options.listen);
    if (!endpoint) {
        return fail(ErrorCode::wrong_usage, "--listen is HOST:PORT, not " + options.listen);
    }
    COTMOC_ASSIGN(std::string directory, common.replica_directory());
    COTMOC_ASSIGN(crypto::Secret passphrase, read_passphrase(common, false));
    LaptopDoor door(common, std::move(directory), std::move(passphrase));
    system::SystemClock clock;
    const std::unique_ptr<system::LocalNetwork> network = system::local_network();
    LanAnnouncer announcer(*network, clock, door.random());
    if (options.announce) {
        door.on_seen = [&](const sync::Replica& replica) {
            return announcer.learn(
                sync::announcement_keys(replica.trust(), replica.key_ring(), replica.id()));
        };
    }
    COTMOC_TRY(door.begin());
    sync::CallMemory callers;
    asio::TcpServerOptions server_options = asio::neighbour_server_options();
    server_options.stop_on_signals = true;
    server_options.make_session = [&](const std::string& source) {
        return sync::answer_at(door, door.random(), callers, source);
    };
    if (options.announce) {
        server_options.on_look = [&] { announcer.look(); };
    }
    COTMOC_ASSIGN(const std::unique_ptr<asio::TcpServer> server,
                  asio::TcpServer::listen(endpoint->host, endpoint->port, server_options, clock));
    door.on_fatal = [&] { server->stop(); };
    if (options.announce) {
        // As it listens: a name may mean any of this machine's addresses.
        const auto listening = asio::parse_endpoint(server->address());
        COTMOC_TRY(announcer.start(listening ? listening->host : endpoint->host, server->port()));
    }
    put_line(common.json ? JsonObject().text("listening", server->address()).finish()
                         : "listening on " + server->address());
    COTMOC_TRY(finish_output());
    server->run();
    if (door.fatal()) {
        return tl::unexpected(*door.fatal());
    }
    return door.needs_person_came() ? needs_person : done;
}

}  // namespace

void add_serve_command(Program& program) {
    auto options = std::make_shared<ServeOptions>();
    CLI::App* command =
        program.app.add_subcommand("serve", "Let neighbours' devices sync with this one, until stopped");
    command->add_option("--listen", options->listen, "Where to listen; port 0 picks one")
        ->type_name("HOST:PORT")
        ->required();
    command->add_flag("--announce", options->announce,
                      "Let devices of this province find it on this network (see docs/neighbours.md)");
    program.on(command, options, serve);
}

}  // namespace cotmoc::cli
