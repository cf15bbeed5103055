// T19: the database file rots, or somebody writes into it.
#include "threats/disk_workload.hpp"
#include "threats/threat.hpp"

using namespace cotmoc;
using namespace cotmoc::threats;

namespace {

constexpr std::size_t page_size = 4096;
/// The cipher leaves these octets of page 1 in clear; SQLite's page size and format numbers stand there.
constexpr std::size_t clear_head = 24;

/// One kind of damage to whole pages or single octets; false if nothing changed.
bool damage(Bytes& file, test_support::SeededRandom& random) {
    const Bytes before = file;
    const std::size_t pages = file.size() / page_size;
    const auto page = static_cast<std::size_t>(random.below(pages));
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(page * page_size);
    switch (random.below(5)) {
        case 0: {
            const std::size_t at = clear_head + random.below(file.size() - clear_head);
            file[at] ^= static_cast<std::uint8_t>(1 + random.below(255));
            break;
        }
        case 1: {  // a sector of zeros
            const auto sector = static_cast<std::size_t>(random.below(8));
            const std::size_t at = std::max(clear_head, page * page_size + 512 * sector);
            std::fill(file.begin() + static_cast<std::ptrdiff_t>(at),
                      file.begin() + static_cast<std::ptrdiff_t>((at / 512 + 1) * 512), std::uint8_t{0});
            break;
        }
        case 2: {  // two pages change places
            const auto other = static_cast<std::size_t>(random.below(pages));
            std::swap_ranges(begin, begin + page_size,
                             file.begin() + static_cast<std::ptrdiff_t>(other * page_size));
            break;
        }
        case 3:
            file.resize(std::max<std::size_t>(page_size, page * page_size));
            break;
        default:
            for (std::size_t i = clear_head; i < page_size; i += 1 + random.below(60)) {
                file[page * page_size + i] = static_cast<std::uint8_t>(random.below(256));
            }
    }
    return file != before;
}

}  // namespace

TEST_CASE("T19: a damaged database is reported or answers rightly; it never shows a wrong value") {
    DiskWorkload work;
    const std::string path = work.store().path();
    core::store_test::must(work.store()->check_integrity());  // moves the log into the file
    work.close();
    const std::map<std::string, FaultDisk::File> good = work.disk().files;
    REQUIRE(good.at(path).now.size() > 10 * page_size);
    test_support::SeededRandom random(19);
    std::uint64_t images = 0;
    std::uint64_t at_open = 0;
    for (std::uint64_t round = scaled(400); round > 0; --round) {
        work.disk().files = good;
        FaultDisk::File& file = work.disk().files.at(path);
        if (!damage(file.now, random)) {
            continue;
        }
        file.flushed = file.now;
        ++images;
        auto opened = core::Store::open(
            {path, core::store_test::test_key(), "chacha20", work.store().clock, work.store().hasher});
        if (!opened) {
            CHECK(opened.error().code == ErrorCode::database_damaged);
            ++at_open;
            continue;
        }
        // Some pages are read later: then the right answer or an error, and the check finds it in any case.
        const auto catalogue = (*opened)->set_catalogues(
            {{0, core::store_test::must(core::Catalogue::parse(core::store_test::all_types_catalogue))}});
        if (!catalogue) {
            CHECK(catalogue.error().code == ErrorCode::database_damaged);
            continue;
        }
        core::ListQuery query = core::store_test::all_of("thing");
        query.deleted = true;
        std::size_t wrong = 0;
        const auto listed = (*opened)->list(query, [&](const core::RecordView& view) {
            const std::string line = view.id.hex() + (view.deleted ? " deleted " : " ") +
                                     std::to_string(view.body.size()) + view.body.substr(0, 80);
            wrong += work.states().back().find(line) == std::string::npos ? 1 : 0;
            return true;
        });
        CHECK((listed || listed.error().code == ErrorCode::database_damaged));
        REQUIRE(wrong == 0);
        const auto checked = (*opened)->check_integrity();
        REQUIRE(!checked);
        CHECK(checked.error().code == ErrorCode::database_damaged);
    }
    CHECK(at_open > 0);
    tell("T19", std::to_string(images) + " damaged files, " + std::to_string(at_open) +
                    " refused at open, the others found by the check");
}
