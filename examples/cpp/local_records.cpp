// Local records: a device makes its keys, joins a province, and then keeps records without any network.
#include "province.hpp"

#include <iostream>

using namespace cotmoc;

namespace {

/// Keys and an encrypted, empty database in the device's directory. Happens once in a device's life.
Result<void> make(samples::Device& device) {
    const crypto::Secret passphrase = samples::Province::passphrase();
    COTMOC_TRY(sync::Replica::create(device.environment, "don-bo-y", passphrase, crypto::KdfPreset::low));
    COTMOC_ASSIGN(device.replica, sync::Replica::open(device.environment, passphrase));
    return {};
}

/// The device asks, the authority answers, and a person compares the fingerprint with the poster.
Result<void> join(samples::Device& device, samples::Province& province) {
    const std::string request = device.replica->request();
    COTMOC_ASSIGN(const std::string answer, province.enrol(request, crypto::Role::border_post));
    COTMOC_ASSIGN(const crypto::Grant grant, crypto::parse_grant(answer));
    const Hash256 compared_by_a_person = province.fingerprint();
    return device.replica->join(grant, compared_by_a_person);
}

Result<void> sample() {
    COTMOC_ASSIGN(const auto province, samples::Province::create());
    samples::Device device(province->directory() / "post", province->clock, province->random);
    COTMOC_TRY(make(device));
    std::cout << "joined: " << (device.replica->joined() ? "yes" : "no") << '\n';
    COTMOC_TRY(join(device, *province));
    sync::Replica& post = *device.replica;
    std::cout << "joined: " << (post.joined() ? "yes" : "no") << '\n';

    // Fields as JSON. When add() returns, the record survives a power cut.
    COTMOC_ASSIGN(const RecordId visit, samples::add(post, "delegation", R"({"partner": "tỉnh Attapư",
        "head": "Ông Bounmy", "people": 12, "start_date": "2024-05-01"})"));
    COTMOC_TRY(samples::add(post, "delegation", R"({"partner": "tỉnh Ratanakiri", "people": 7,
        "start_date": "2024-05-03"})"));
    COTMOC_TRY(samples::set(post, visit, "people", "14"));

    // Each kind of record is a view for SQL; values come as JSON.
    std::cout << "all, by date:\n";
    COTMOC_TRY(
        samples::print_sql(post, "SELECT start_date, partner, people FROM delegation ORDER BY start_date"));

    // Words are found with or without their accents.
    core::ListQuery search;
    search.kind = "delegation";
    search.words = {"attapu"};
    std::cout << "found by \"attapu\":\n";
    COTMOC_TRY(post.store().list(search, [](const core::RecordView& record) {
        std::cout << "  " << record.body << '\n';
        return true;
    }));

    // What a field does not take is refused by name, and nothing is changed.
    const Result<void> refused = samples::set(post, visit, "people", "-3");
    std::cout << "people=-3: " << (refused ? "taken" : error_name(refused.error().code)) << '\n';

    COTMOC_ASSIGN(const auto history, post.history(visit));
    std::cout << "changes of the first record:\n";
    for (const sync::HistoryEntry& entry : history) {
        if (!entry.field.empty()) {
            std::cout << "  " << entry.field << ": " << core::to_text(entry.before) << " -> "
                      << core::to_text(entry.after) << " by " << entry.device_name << '\n';
        }
    }
    return {};
}

}  // namespace

int main() { return samples::run(sample); }
