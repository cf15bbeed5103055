// T1 and T4 of attached files: their content and names on a device's disk and at a hub.
#include <cotmoc/sync/attachments.hpp>

#include "threats/canaries.hpp"
#include "threats/threat.hpp"

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;
using crypto::Role;

namespace {

constexpr std::string_view catalogue = R"({"catalogue":"test","version":1,
"common":{"note":{"type":"text","merge":"latest"}},
"kinds":{"delegation":{"label":"Đoàn","fields":{
 "papers":{"type":"attachments","merge":"set"}}}}})";

/// A post with a file of canaries attached to a record, under a name that is one.
struct Desk : Fleet {
    Desk() : Fleet(3, catalogue) {
        add("canary-post-1", Role::border_post, {"kon-tum/ngoc-hoi"});
        record = add_record("canary-post-1", "delegation", {{"note", canary(1)}});
        while (content.size() < 600'000) {
            content += canary(content.size());
        }
        core::Database::Options options;
        options.path = directory.file("attachments.db");
        const crypto::Secret key =
            crypto::attachment_database_key(replica("canary-post-1").keys().database_key);
        options.key = key.view(crypto::SecretAccess{});
        options.cipher = core::preferred_cipher();
        store = must(sync::AttachmentStore::open(options));
        sync::AttachmentSource source{canary(2) + ".txt", "text/plain", content.size(), {}};
        source.read = [this](std::uint64_t offset, std::size_t size) -> Result<Bytes> {
            const BytesView octets = as_bytes(content).subspan(static_cast<std::size_t>(offset), size);
            return Bytes(octets.begin(), octets.end());
        };
        file = must(sync::attach(replica("canary-post-1"), *store, random, record, "papers", source))
                   .attachment.file;
        must(sync::follow_attachments(replica("canary-post-1"), *store));
    }
    RecordId record;
    std::string content;
    std::unique_ptr<sync::AttachmentStore> store;
    core::AttachedFile file;
};

}  // namespace

TEST_CASE("attached files: no canary of content or name in any file of a device; the scan finds one") {
    Desk desk;
    const std::string files = all_files(desk.directory.path());
    CHECK(files.size() > 600'000);
    CHECK(all_hits(files) == 0);
    CHECK(hits(files, as_text(desk.file.key.view())) == 0);
    CHECK(hits(files, as_text(desk.file.id.view())) == 0);
    CHECK(all_hits(desk.content) > 10'000);
}

TEST_CASE("attached files: no canary of content or name, and no key, at the hub; the scan finds one") {
    Desk desk;
    const std::string path = desk.directory.file("hub-attachments.db");
    core::Database::Options options;
    options.path = path;
    const auto hub = must(sync::AttachmentStore::open(options));
    const crypto::AttachmentManifest manifest = must(desk.store->manifest(desk.file.id));
    must(hub->add(manifest, manifest.author));
    for (std::size_t number = 0; number < manifest.chunks.size(); ++number) {
        must(hub->keep_chunk(desk.file.id, number, must(desk.store->chunk(desk.file.id, number))));
    }
    const std::string files = octets_of(path) + octets_of(path + "-wal");
    CHECK(files.size() > 600'000);
    CHECK(all_hits(files) == 0);
    CHECK(hits(files, as_text(desk.file.key.view())) == 0);
    // What a hub has to know, and the scan itself.
    CHECK(hits(files, as_text(desk.file.id.view())) > 0);
}
