// An app that embeds the library, as examples/cpp/embedding does, and says what it holds in memory at each
// stage.
//   cotmoc-memory write DIR VAULT HUB RECORDS    opens, adds records, lists them, sends them
//   cotmoc-memory read DIR VAULT HUB             opens, receives them, lists them
#include "memory.hpp"
#include "examples/cpp/embedding.hpp"

#include <cotmoc/asio/tcp.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <cstdlib>

using namespace cotmoc;

namespace {

constexpr int transaction_size = 100;

Result<void> add(sync::Replica& replica, int from, int to) {
    COTMOC_ASSIGN(const sync::SpaceInfo space, replica.default_space());
    const core::Kind* kind = replica.catalogue()->find("delegation");
    return replica.batch([&]() -> Result<void> {
        for (int number = from; number < to; ++number) {
            const std::string json = R"({"head":"Nguyễn Văn )" + std::to_string(number) +
                                     R"(","direction":"incoming","people":7,"start_date":"2024-05-01"})";
            COTMOC_ASSIGN(const auto fields, core::parse_json_fields(*kind, json));
            COTMOC_TRY(replica.add(space, kind->name, fields));
        }
        return {};
    });
}

Result<void> list(sync::Replica& replica) {
    std::uint64_t octets = 0;
    COTMOC_TRY(replica.store().list({}, [&](const core::RecordView& record) {
        octets += record.body.size();
        return true;
    }));
    memory::end_stage("list");
    return {};
}

Result<void> sync(embedding::App& app, const std::string& hub) {
    sync::Replica& replica = app.replica();
    const auto address = asio::parse_endpoint(hub);
    const auto key = replica.hub_key();
    if (!address || !key) {
        return fail(ErrorCode::no_hub, hub);
    }
    const sync::SessionOptions session{replica, replica.keys().device, app.random()};
    COTMOC_ASSIGN(const sync::SessionReport report,
                  asio::sync_over_tcp(address->host, address->port, session, *key, {}, app.clock()));
    if (!report.complete) {
        return fail(ErrorCode::internal, "the session left something");
    }
    memory::end_stage("sync");
    return {};
}

Result<void> run(const std::vector<std::string>& in) {
    memory::begin_stage();
    COTMOC_TRY(crypto::initialise());
    memory::end_stage("start");
    embedding::App app(in[1], in[2]);
    COTMOC_TRY(app.open());
    memory::end_stage("open");
    if (in[0] == "read") {
        COTMOC_TRY(sync(app, in[3]));
        return list(app.replica());
    }
    const int records = std::atoi(in[4].c_str());
    for (int number = 0; number < records; number += transaction_size) {
        COTMOC_TRY(add(app.replica(), number, std::min(number + transaction_size, records)));
        if (number + transaction_size == records / 10) {
            memory::end_stage("a tenth");
        }
    }
    memory::end_stage("all");
    COTMOC_TRY(list(app.replica()));
    return sync(app, in[3]);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const bool writes = words.size() == 5 && words[0] == "write";
    if (!writes && !(words.size() == 4 && words[0] == "read")) {
        std::cerr << "usage: cotmoc-memory write DIR VAULT HUB RECORDS | read DIR VAULT HUB\n";
        return 2;
    }
    const Result<void> done = run(words);
    if (!done) {
        std::cerr << "error " << error_name(done.error().code) << ' ' << done.error().detail << '\n';
        return 1;
    }
    return 0;
}
