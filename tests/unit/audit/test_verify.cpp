// verify: what somebody altered in the database, whatever keys he had, and what bit rot took, is named.
#include "support/fleet.hpp"

#include <cotmoc/core/database.hpp>
#include <cotmoc/sync/archive.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

struct Offices : Fleet {
    explicit Offices(std::uint64_t seed = 1) : Fleet(seed) {
        add("so-1", Role::province_officer, {"*"});
        add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        for (int day = 0; day < 5; ++day) {
            for (int i = 0; i < 20; ++i) {
                const std::string number = std::to_string(day * 100 + i);
                records.push_back(
                    add_record("post-a", "inspection", {{"marker_no", number}, {"value", number + ".5"}}));
            }
            sync_all();
            advance(86'400'000);
        }
        must(set("so-1", records[7], "value", "12"));
        sync_all();
    }
    /// Runs SQL in a closed replica's database, with its key, and opens it again.
    void tamper(const std::string& name, const std::string& sql) {
        FleetDevice& device = (*this)[name];
        device.replica.reset();
        {
            const BytesView key = device.keys.database_key.view(crypto::SecretAccess());
            core::Database database = must(core::Database::open(
                {device.path, Bytes(key.begin(), key.end()), device.keys.cipher, false, true}));
            must(database.execute(sql));
        }
        reopen(name);
    }
    std::vector<std::string> wrong(const std::string& name) {
        std::vector<std::string> all;
        for (const Error& error : must(replica(name).verify())) {
            all.push_back(std::string(error_name(error.code)) + " " + error.detail);
        }
        return all;
    }
    std::vector<RecordId> records;
};

bool names(const std::vector<std::string>& wrong, std::string_view text) {
    return std::ranges::any_of(wrong,
                               [&](const std::string& each) { return each.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("nothing is wrong with a whole replica, and looking changes nothing") {
    Offices offices;
    const RecordId unsent = offices.add_record("so-1", "log", {{"line", "not sealed"}}, "kon-tum/ngoc-hoi");
    for (const char* device : {"so-1", "post-a", "authority"}) {
        const Hash256 digest = offices.digest(device, "kon-tum/ngoc-hoi");
        const sync::Verification found = must(offices.replica(device).check_everything());
        for (const Error& error : found.wrong) {
            FAIL_CHECK(describe(error));
        }
        CHECK(found.not_checked.empty());
        CHECK(found.records >= 100);
        CHECK(found.trust_entries == offices.replica(device).trust().position());
        CHECK(offices.digest(device, "kon-tum/ngoc-hoi") == digest);
    }
    CHECK(must(offices.replica("so-1").store().find(unsent))->progress == core::Progress::local);
}

TEST_CASE("a record that says something else than its change sets is named") {
    Offices offices;
    // The row and the running digest both: only the change sets tell.
    offices.tamper("post-a", "UPDATE _record SET body = replace(body, '\"203\"', '\"999\"')");
    const std::string id = to_uuid_text(offices.records[43]);
    CHECK(names(offices.wrong("post-a"), id));
    CHECK(offices.wrong("so-1").empty());
}

TEST_CASE("a verdict that is not what the rules say is named with its place") {
    Offices offices;
    offices.tamper("post-a",
                   "UPDATE _envelope SET status = 1, reason = 'forked_feed' WHERE seq = 2 AND device = "
                   "(SELECT max(device) FROM _envelope)");
    CHECK(names(offices.wrong("post-a"), "post-a:2: held as void (forked_feed), by the rules valid"));
}

TEST_CASE("an envelope that was altered, moved or taken out is named") {
    const auto check = [](const std::string& sql, std::string_view expected) {
        Offices offices;
        offices.tamper("so-1", sql);
        const auto found = offices.wrong("so-1");
        CHECK_MESSAGE(names(found, expected), sql);
    };
    const std::string post = "device = (SELECT max(device) FROM _envelope) AND ";
    check("UPDATE _envelope SET bytes = zeroblob(300) WHERE " + post + "seq = 3", "bad_envelope");
    check("UPDATE _envelope SET bytes = (SELECT bytes FROM _envelope WHERE " + post + "seq = 2) WHERE " +
              post + "seq = 3",
          "broken_chain kon-tum/ngoc-hoi post-a:3");
    check("DELETE FROM _envelope WHERE " + post + "seq = 4", "kon-tum/ngoc-hoi post-a:4: missing");
}

TEST_CASE("signed history is checked by anyone who knows the root's fingerprint, and read by nobody") {
    Offices offices;
    const std::string file = offices.directory.file("signed.db");
    const Hash256 root = offices.hub().trust().root_fingerprint();
    {
        const auto archive = must(sync::open_sqlite_hub_store(file));
        CHECK(must(sync::write_archive(offices.replica("so-1"), *archive)) > 5);
        const sync::ArchiveCheck found = must(sync::check_archive(*archive, root));
        CHECK(found.wrong.empty());
        CHECK(found.change_sets > 5);
        CHECK(found.without_right == 0);
        CHECK(found.trust_entries == offices.replica("so-1").trust().position());
        Hash256 other = root;
        other.octets[0] ^= 1;
        CHECK(must(sync::check_archive(*archive, other)).wrong.front().code == ErrorCode::wrong_root);
    }
    const auto check = [&](const std::string& sql, ErrorCode expected) {
        const std::string copy = offices.directory.file("copy.db");
        core::remove_database(copy);
        std::filesystem::copy_file(file, copy);
        {
            core::Database::Options options;
            options.path = copy;
            must(must(core::Database::open(options)).execute(sql));
        }
        const auto archive = must(sync::open_sqlite_hub_store(copy));
        const auto found = must(sync::check_archive(*archive, root));
        REQUIRE_MESSAGE(!found.wrong.empty(), sql);
        CHECK_MESSAGE(found.wrong.front().code == expected, sql);
    };
    const std::string one_octet = " SET bytes = substr(bytes, 1, 230) || x'00ff00' || substr(bytes, 234) ";
    check("UPDATE envelope" + one_octet + "WHERE seq = 2", ErrorCode::bad_signature);
    check("DELETE FROM envelope WHERE seq = 2", ErrorCode::broken_chain);
    check("DELETE FROM envelope WHERE seq = 5", ErrorCode::broken_chain);
    check("DELETE FROM trust WHERE position > 4", ErrorCode::unknown_author);
    check(
        "UPDATE trust SET entry = substr(entry, 1, 100) || x'00ff00' || substr(entry, 104) WHERE position = "
        "3",
        ErrorCode::bad_signature);
}

namespace {

using Octets = std::vector<char>;

Octets read_all(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::string& path, const Octets& octets) {
    core::remove_database(path);
    std::ofstream(path, std::ios::binary).write(octets.data(), static_cast<std::streamsize>(octets.size()));
}

constexpr std::size_t page_size = 4096;

/// One page flipped in a bit, zeroed, exchanged with another, or with random octets in it.
void damage(Octets& image, SeededRandom& random) {
    const std::size_t pages = image.size() / page_size;
    const std::size_t first = random.below(pages);
    const std::size_t second = (first + 1 + random.below(pages - 1)) % pages;
    char* page = image.data() + first * page_size;
    char* other = image.data() + second * page_size;
    switch (random.below(4)) {
        case 0:
            // The first octets of the file are damaged one by one below.
            page[24 + random.below(page_size - 24)] ^= static_cast<char>(1 << random.below(8));
            break;
        case 1:
            std::fill(page, page + page_size, 0);
            break;
        case 2:
            std::swap_ranges(page, page + page_size, other);
            break;
        default:
            random.fill(std::span(reinterpret_cast<std::uint8_t*>(page), 512));
            break;
    }
}

struct Tally {
    int refused = 0;   // at open
    int reported = 0;  // by verify
    int gaps = 0;      // change sets named
};

/// A damaged image: no wrong value is shown, verify finds it, and names every change set that is lost.
void look_at_damaged(Offices& offices, const std::map<RecordId, std::string>& bodies,
                     const std::vector<std::uint64_t>& ends, Tally& tally) {
    FleetDevice& device = offices["post-a"];
    crypto::KeyFileContents keys{
        device.keys.device.clone(), device.keys.database_key.clone(), device.keys.cipher, {}};
    auto opened = sync::Replica::open_unlocked({device.path, device.key_store, device.clock, offices.random},
                                               std::move(keys));
    if (!opened) {
        ++tally.refused;
        return;
    }
    sync::Replica& replica = **opened;
    const auto listed = replica.store().list({}, [&](const core::RecordView& record) {
        CHECK(bodies.at(record.id) == record.body);
        return true;
    });
    static_cast<void>(listed);  // it may fail, but not lie
    const auto verified = replica.verify();
    if (!verified || verified->empty()) {
        CHECK_MESSAGE(!verified, "damage was not found");
        tally.reported += verified ? 0 : 1;
        return;
    }
    ++tally.reported;
    const SpaceId space = must(replica.find_space("kon-tum/ngoc-hoi")).id;
    for (std::size_t number = 0; number < ends.size(); ++number) {
        for (std::uint64_t seq = 1; seq <= ends[number]; ++seq) {
            const auto index = static_cast<DeviceIndex>(number);
            const auto row = replica.store().envelope(space, index, seq);
            if (row && *row) {
                continue;
            }
            ++tally.gaps;
            const std::string place = " " + replica.device_name(index) + ":" + std::to_string(seq) + ":";
            CHECK(std::ranges::any_of(*verified, [&](const Error& error) {
                return error.detail.find(place) != std::string::npos;
            }));
        }
    }
}

}  // namespace

TEST_CASE("a damaged database never shows a wrong value, and what is lost is named exactly") {
    Offices offices;
    std::map<RecordId, std::string> bodies;
    must(offices.replica("post-a").store().list({}, [&](const core::RecordView& record) {
        bodies.emplace(record.id, record.body);
        return true;
    }));
    std::vector<std::uint64_t> ends;
    for (const auto& feed : offices.replica("post-a").frontier(
             must(offices.replica("post-a").find_space("kon-tum/ngoc-hoi")).id)) {
        ends.resize(to_number(feed.device) + std::size_t{1});
        ends.back() = feed.seq;
    }
    offices["post-a"].replica.reset();
    const Octets whole = read_all(offices["post-a"].path);
    REQUIRE(whole.size() % page_size == 0);
    REQUIRE(whole.size() > 30 * page_size);
    SeededRandom random(19);
    Tally tally;
    const char* wanted = std::getenv("COTMOC_DAMAGED_IMAGES");
    const int images = wanted != nullptr ? std::atoi(wanted) : 400;
    for (int i = 0; i < images; ++i) {
        Octets image = whole;
        damage(image, random);
        write_all(offices["post-a"].path, image);
        look_at_damaged(offices, bodies, ends, tally);
    }
    // What the cipher leaves in clear and does not authenticate: a copy inside tells.
    constexpr int clear = 24;
    for (std::size_t i = 0; i < clear; ++i) {
        Octets image = whole;
        image[i] ^= 1;
        write_all(offices["post-a"].path, image);
        look_at_damaged(offices, bodies, ends, tally);
    }
    CHECK(tally.refused + tally.reported == images + clear);
    CHECK(tally.refused > 0);
    CHECK(tally.reported > images / 4);
    CHECK(tally.gaps > 0);
    MESSAGE((images + clear) << " damaged images: " << tally.refused << " refused at open, " << tally.reported
                   << " reported by verify, " << tally.gaps << " lost change sets named");
}
