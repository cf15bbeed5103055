// cotmoc-bad-link: a proxy between `cotmoc` and `cotmoc-hub` that behaves like a bad link.
#include "link/bad_link_proxy.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

using namespace cotmoc;
using namespace cotmoc::test_support;

namespace {

void add_link_options(CLI::App& app, LinkModel& link) {
    app.add_option("--latency", link.latency_ms, "Milliseconds, each way");
    app.add_option("--jitter", link.jitter_ms, "Milliseconds, added evenly from 0");
    app.add_option("--rate", link.octets_per_second, "Octets a second, each way; 0: no limit");
    app.add_option("--rate-down", link.octets_per_second_down, "Another one from the target");
    app.add_option("--cut-from", link.cut_from_ms,
                   "Cut each connection at a time from these milliseconds on");
    app.add_option("--cut-until", link.cut_until_ms, "and until these; 0: never");
    app.add_option("--cut-per-mille", link.cut_per_mille, "Of packets after which the connection is cut");
    app.add_option("--half-open-per-mille", link.half_open_per_mille,
                   "Of cuts of which one side never hears");
    app.add_option("--corrupt-per-mille", link.corrupt_per_mille, "Of packets in which a bit is turned over");
    app.add_option("--blackhole-up", link.blackhole_after_up,
                   "Swallow what the caller sends after so many octets");
    app.add_option("--blackhole-down", link.blackhole_after_down, "Swallow what the target sends likewise");
    app.add_flag("--portal", link.portal, "Answer with a web page, as a network that wants a log-in");
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app{"A TCP proxy that makes a good link a bad one, the same way for the same seed.",
                 "cotmoc-bad-link"};
    BadLinkProxyOptions options;
    std::string profile;
    app.add_option("--target", options.target, "Where the connections go")
        ->type_name("HOST:PORT")
        ->required();
    app.add_option("--listen", options.listen, "Where they come in; port 0 picks one")
        ->type_name("HOST:PORT");
    app.add_option("--seed", options.seed, "The n-th connection draws from seed + n");
    // The profile comes first, so that other options change it.
    app.add_option_function<std::string>(
           "--profile",
           [&](const std::string& name) {
               const auto found = link_profile(name);
               if (!found) {
                   throw CLI::ValidationError("--profile", "2g-hill, 3g-drop, satellite or lan");
               }
               options.link = *found;
           },
           "2g-hill, 3g-drop, satellite or lan; other options, after it, change it")
        ->trigger_on_parse();
    options.link.lose_tail = true;
    add_link_options(app, options.link);
    CLI11_PARSE(app, count, arguments);
    const auto proxy = BadLinkProxy::open(options, [](const ProxiedConnection& ended) {
        std::cout << "connection " << ended.number << " up " << ended.octets_up << " down "
                  << ended.octets_down << (ended.cut ? " cut" : "") << std::endl;
    });
    if (!proxy) {
        std::cerr << "cotmoc-bad-link: " << describe(proxy.error()) << std::endl;
        return 1;
    }
    std::cout << "listening on " << (*proxy)->address() << std::endl;
    (*proxy)->run();
    return 0;
}
