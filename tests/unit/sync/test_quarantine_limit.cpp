// A feed that brings only what cannot be applied fills its own quarantine and nothing else.
#include "support/fleet.hpp"

#include <cotmoc/crypto/envelope.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;

namespace {

/// A change set of this device that nobody can decode, after the one with `previous`.
crypto::SealedEnvelope garbage(Fleet& fleet, const std::string& device, const SpaceId& space,
                               std::uint64_t seq, const Hash256& previous) {
    const sync::Replica& author = fleet.replica(device);
    return must(crypto::seal({space, seq, previous, Hash256{}}, author.keys().device,
                             *author.key_ring().newest(space), Bytes(40, 0xff), {0}, fleet.random));
}

}  // namespace

TEST_CASE("so many undecodable change sets of a feed are kept, later ones refused, other feeds go on") {
    Fleet fleet(41);
    fleet.add("so-1", Role::province_officer, {"*"});
    fleet.add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
    fleet.sync_all();
    fleet["so-1"].quarantine_max = 5;
    fleet.reopen("so-1");
    sync::Replica& reader = fleet.replica("so-1");
    const SpaceId space = must(reader.find_space("kon-tum/ngoc-hoi")).id;
    must(reader.begin_session());
    Hash256 previous;
    for (std::uint64_t seq = 1; seq <= 5; ++seq) {
        const auto envelope = garbage(fleet, "post-a", space, seq, previous);
        previous = envelope.hash;
        CHECK(must(reader.accept(envelope.bytes)).acceptance == sync::Acceptance::stored);
    }
    const auto sixth = garbage(fleet, "post-a", space, 6, previous);
    const auto result = must(reader.accept(sixth.bytes));
    CHECK(result.acceptance == sync::Acceptance::refused);
    REQUIRE(result.reason);
    CHECK(result.reason->code == ErrorCode::limit_exceeded);
    must(reader.commit());
    fleet.reopen("so-1");
    CHECK(must(fleet.replica("so-1").accept(sixth.bytes)).acceptance == sync::Acceptance::refused);
    must(fleet.replica("so-1").commit());
    CHECK(must(fleet.replica("so-1").store().quarantined()).size() == 5);
    fleet.add_record("post-b", "delegation", {{"partner", "Attapeu"}});
    fleet.sync("post-b");
    fleet.sync("so-1");
    std::size_t records = 0;
    must(fleet.replica("so-1").store().list({}, [&](const core::RecordView&) {
        ++records;
        return true;
    }));
    CHECK(records == 1);
}
