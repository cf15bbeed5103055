// Attaching, finding and opening files at a replica.
#include <cotmoc/core/import_files.hpp>
#include <cotmoc/sync/attachments.hpp>

#include "support/fleet.hpp"
#include "unit/sync/attachment_support.hpp"

using namespace cotmoc;
using namespace cotmoc::sync_test;
using test_support::Fleet;
using test_support::must;

namespace {

constexpr std::string_view catalogue = R"({"catalogue":"test","version":1,
"common":{"note":{"type":"text","merge":"latest"}},
"kinds":{"delegation":{"label":"Đoàn","fields":{
 "partner":{"type":"text","merge":"latest"},
 "papers":{"type":"attachments","merge":"set"},
 "scans":{"type":"attachments","merge":"set"}}}}})";

/// Two posts of a district with a record and a store of chunks each.
struct Offices : Fleet {
    Offices() : Fleet(1, catalogue) {
        add("post-a", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-b", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        record = add_record("post-a", "delegation", {{"partner", "Lào"}});
        sync_all();
    }
    Result<sync::Attached> attach(const std::string& device, const Bytes& file, const std::string& name,
                                  std::string_view field = "papers") {
        return sync::attach(replica(device), *stores.at(device), random, record, field, source(file, name));
    }
    static sync::AttachmentSource source(const Bytes& file, const std::string& name) {
        sync::AttachmentSource source{name, "text/plain", file.size(), {}};
        source.read = [&file](std::uint64_t offset, std::size_t size) -> Result<Bytes> {
            const auto from = file.begin() + static_cast<std::ptrdiff_t>(offset);
            return Bytes(from, from + static_cast<std::ptrdiff_t>(size));
        };
        return source;
    }
    Result<Bytes> read(const std::string& device, const core::AttachedFile& file) {
        Bytes octets;
        const Result<void> opened =
            sync::open_attachment(*stores.at(device), file, [&](BytesView chunk) -> Result<void> {
                octets.insert(octets.end(), chunk.begin(), chunk.end());
                return {};
            });
        return opened ? Result<Bytes>(octets) : Result<Bytes>(tl::unexpected(opened.error()));
    }
    std::size_t count(const std::string& device) {
        return must(sync::attachments_of(replica(device), record, "papers")).size();
    }

    RecordId record;
    std::map<std::string, std::unique_ptr<sync::AttachmentStore>> stores = [] {
        std::map<std::string, std::unique_ptr<sync::AttachmentStore>> made;
        made.emplace("post-a", open_store(":memory:"));
        made.emplace("post-b", open_store(":memory:"));
        return made;
    }();
};

}  // namespace

TEST_CASE("an attached file is named by the record and opens to the same octets") {
    Offices offices;
    const Bytes file = random_octets(600'000, 1);
    const sync::Attached attached = must(offices.attach("post-a", file, "biên bản.pdf"));
    CHECK_FALSE(attached.known);
    const core::Attachment found =
        must(sync::find_attachment(offices.replica("post-a"), offices.record, "papers", "biên bản.pdf"));
    CHECK(found == attached.attachment);
    CHECK(must(offices.read("post-a", found.file)) == file);
    offices.sync_all();
    const core::Attachment there =
        must(sync::find_attachment(offices.replica("post-b"), offices.record, "papers", ""));
    CHECK(there == found);
    CHECK(offices.read("post-b", there.file).error().code == ErrorCode::attachment_not_here);
    must(sync::follow_attachments(offices.replica("post-b"), *offices.stores.at("post-b")));
    const auto missing = must(offices.stores.at("post-b")->missing());
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].id == found.file.id);
}

TEST_CASE("a file that the space's records name and that is held is sealed once") {
    Offices offices;
    const Bytes file = random_octets(300'000, 2);
    const Hash256 id = must(offices.attach("post-a", file, "a.txt")).attachment.file.id;
    const sync::Attached again = must(offices.attach("post-a", file, "b.txt", "scans"));
    CHECK(again.known);
    CHECK(again.attachment.file.id == id);
    CHECK(again.attachment.name == "b.txt");
    CHECK(must(offices.attach("post-a", file, "a.txt")).known);
    CHECK(offices.count("post-a") == 1);
    // Who does not hold it cannot vouch for it.
    offices.sync_all();
    const sync::Attached other = must(offices.attach("post-b", file, "a.txt"));
    CHECK_FALSE(other.known);
    CHECK(other.attachment.file.id != id);
}

TEST_CASE("a record that claims the content of another file does not stand for it") {
    Offices offices;
    const Bytes shown = random_octets(300'000, 7);
    const Bytes meant = random_octets(300'000, 8);
    core::Attachment lie = must(offices.attach("post-a", shown, "shown.txt")).attachment;
    crypto::AttachmentContentHash content;
    content.take(BytesView(meant).first(crypto::attachment_chunk_size));
    content.take(BytesView(meant).subspan(crypto::attachment_chunk_size));
    lie.content = content.finish(meant.size());
    lie.name = "meant.txt";
    core::FieldEdit edit;
    edit.kind = core::FieldEdit::Kind::insert;
    edit.field = "scans";
    edit.value = core::attachment_text(lie);
    must(offices.replica("post-a").edit(offices.record, std::span(&edit, 1)));
    const sync::Attached attached = must(offices.attach("post-a", meant, "meant.txt"));
    CHECK_FALSE(attached.known);
    CHECK(must(offices.read("post-a", attached.attachment.file)) == meant);
}

TEST_CASE("a record's views, lists and history do not show the keys of its files") {
    Offices offices;
    sync::Replica& replica = offices.replica("post-a");
    const core::Attachment attachment = must(offices.attach("post-a", Bytes(9, 1), "a.txt")).attachment;
    const std::string key = to_base64url(attachment.file.key.view());
    const std::string id = to_base64url(attachment.file.id.view());
    std::string shown = must(replica.store().find(offices.record))->body;
    must(replica.store().sql("SELECT * FROM delegation",
                             [&](std::span<const std::string>, std::span<const std::string> values) {
                                 for (const std::string& value : values) {
                                     shown += value;
                                 }
                                 return true;
                             }));
    const auto mentions = [&](std::string_view what) {
        std::size_t count = 0;
        for (std::size_t at = shown.find(what); at != std::string::npos; at = shown.find(what, at + 1)) {
            ++count;
        }
        return count;
    };
    CHECK(mentions(id) == 2);
    CHECK(mentions("a.txt") == 2);
    CHECK(mentions(key) == 0);
    CHECK(must(sync::attachments_of(replica, offices.record, "papers")).at(0) == attachment);
}

TEST_CASE("a refused file changes neither the record nor the store") {
    Offices offices;
    const Bytes file = random_octets(300'000, 3);
    const auto refused = [&](const sync::AttachmentSource& source, std::string_view field = "papers") {
        const auto result = sync::attach(offices.replica("post-a"), *offices.stores.at("post-a"),
                                         offices.random, offices.record, field, source);
        return result ? "accepted" : std::string(error_name(result.error().code));
    };
    CHECK(refused(Offices::source(file, "a.txt"), "nothing") == "unknown_field");
    CHECK(refused(Offices::source(file, "a.txt"), "partner") == "wrong_shape");
    CHECK(refused(Offices::source(file, "a/b")) == "wrong_usage");
    sync::AttachmentSource large = Offices::source(file, "a.txt");
    large.size = crypto::attachment_size_max + 1;
    CHECK(refused(large) == "limit_exceeded");
    sync::AttachmentSource shorter = Offices::source(file, "a.txt");
    shorter.read = [](std::uint64_t, std::size_t) -> Result<Bytes> { return Bytes(5); };
    CHECK(refused(shorter) == "cannot_read_file");
    // It is read twice, and says something else the second time.
    sync::AttachmentSource changing = Offices::source(file, "a.txt");
    changing.read = [reads = 0](std::uint64_t, std::size_t size) mutable -> Result<Bytes> {
        return Bytes(size, static_cast<std::uint8_t>(reads++ / 2));
    };
    CHECK(refused(changing) == "cannot_read_file");
    must(offices.replica("post-a").remove(offices.record));
    CHECK(refused(Offices::source(file, "a.txt")) == "record_deleted");
    CHECK(must(offices.stores.at("post-a")->spaces()).empty());
}

TEST_CASE("with several files in a field the name or the id's first digits say which one is meant") {
    Offices offices;
    sync::Replica& replica = offices.replica("post-a");
    const Hash256 first = must(offices.attach("post-a", Bytes(1, 1), "a.txt")).attachment.file.id;
    must(offices.attach("post-a", Bytes(1, 2), "b.txt"));
    must(offices.attach("post-a", Bytes(1, 3), "b.txt"));
    const auto found = [&](std::string_view name) {
        return sync::find_attachment(replica, offices.record, "papers", name);
    };
    CHECK(found("a.txt")->file.id == first);
    CHECK(found(first.hex().substr(0, 12))->file.id == first);
    CHECK(found("b.txt").error().code == ErrorCode::wrong_usage);
    CHECK(found("").error().code == ErrorCode::wrong_usage);
    CHECK(found("c.txt").error().code == ErrorCode::unknown_attachment);
}

TEST_CASE("a damaged chunk is noticed when the file is opened, and fetched again") {
    Offices offices;
    const Bytes file = random_octets(300'000, 4);
    const core::AttachedFile named = must(offices.attach("post-a", file, "a.txt")).attachment.file;
    sync::AttachmentStore& store = *offices.stores.at("post-a");
    Bytes damaged = must(store.chunk(named.id, 1));
    damaged[9] ^= 1;
    must(store.drop_chunk(named.id, 1));
    must(store.keep_chunk(named.id, 1, damaged));
    CHECK(offices.read("post-a", named).error().code == ErrorCode::bad_attachment);
    CHECK(must(store.missing()).size() <= 1);
    CHECK_FALSE(must(store.find(named.id))->chunks.has(1));
    core::AttachedFile other = named;
    other.key.octets[0] ^= 1;
    must(store.keep_chunk(named.id, 1, damaged));
    CHECK(offices.read("post-a", other).error().code == ErrorCode::wrong_commitment);
}

TEST_CASE("a query does not show the keys of files in the store's own tables either") {
    Offices offices;
    sync::Replica& replica = offices.replica("post-a");
    const core::Attachment attachment = must(offices.attach("post-a", Bytes(9, 1), "a.txt")).attachment;
    const std::string key = to_base64url(attachment.file.key.view());
    const std::string id = to_base64url(attachment.file.id.view());
    for (const std::string_view query :
         {"SELECT body FROM _record", "SELECT CAST(body AS BLOB) FROM _record", "SELECT state FROM _record",
          "SELECT payload FROM _pending WHERE payload IS NOT NULL", "SELECT body || x'ff' FROM _record"}) {
        CAPTURE(query);
        std::string shown;
        must(replica.store().sql(query,
                                 [&](std::span<const std::string>, std::span<const std::string> values) {
                                     shown += values[0];
                                     return true;
                                 }));
        CHECK(shown.find(key) == std::string::npos);
        CHECK(shown.find(to_hex(as_bytes(key))) == std::string::npos);
        const bool whole =
            shown.find(id) != std::string::npos || shown.find(to_hex(as_bytes(id))) != std::string::npos;
        CHECK(whole);
    }
    // What is no item stays as it is.
    must(replica.store().sql("SELECT 'a1 b', 'a1 ' || '" + key + "', 'a a1'",
                             [&](std::span<const std::string>, std::span<const std::string> values) {
                                 CHECK(values[0] == "\"a1 b\"");
                                 CHECK(values[1] == "\"a1 " + key + "\"");
                                 CHECK(values[2] == "\"a a1\"");
                                 return true;
                             }));
}

TEST_CASE("an exported line with files is imported again where the record names them, and nowhere else") {
    Offices offices;
    sync::Replica& replica = offices.replica("post-a");
    const core::Attachment attachment = must(offices.attach("post-a", Bytes(9, 1), "ảnh 1.txt")).attachment;
    const std::string shown = core::without_key(core::attachment_text(attachment));
    const auto line_of = [&](const std::string& record, const std::string& item) {
        return R"({"id":")" + record + R"(","kind":"delegation","fields":{"papers":[")" + item +
               R"("],"partner":"Lào"}})";
    };
    const auto files = [&](const RecordId& id, const std::string& field) {
        return sync::attachments_of(replica, id, field);
    };
    const std::string record = to_uuid_text(offices.record);
    const auto read = [&](const std::string& line) {
        return core::parse_import_line(*replica.catalogue(), line, files);
    };
    CHECK(must(replica.import(must(read(line_of(record, shown))))) == sync::Replica::Imported::unchanged);
    CHECK(must(sync::attachments_of(replica, offices.record, "papers")).at(0) == attachment);
    const auto refused = [&](const std::string& line) { return read(line).error().code; };
    core::Attachment other = attachment;
    other.name = "b.txt";
    CHECK(refused(line_of(record, core::without_key(core::attachment_text(other)))) ==
          ErrorCode::unknown_attachment);
    const std::string nameless =
        R"({"kind":"delegation","fields":{"papers":[")" + shown + R"("],"partner":"Lào"}})";
    CHECK(refused(nameless) == ErrorCode::unknown_attachment);
    CHECK(core::parse_import_line(*replica.catalogue(), line_of(record, shown)).error().code ==
          ErrorCode::unknown_attachment);
    CHECK(refused(line_of(record, "photo.jpg")) == ErrorCode::wrong_type);
}

TEST_CASE(
    "a file's thumbnail is sealed with it, opens with a key of its own and is missing elsewhere first") {
    Offices offices;
    const Bytes photo = random_octets(300'000, 21);
    const Bytes small = random_octets(9'000, 22);
    sync::AttachmentSource source = Offices::source(photo, "a.jpg");
    int made = 0;
    source.thumbnail = [&]() -> Result<Bytes> {
        ++made;
        return small;
    };
    const auto attach = [&] {
        return must(sync::attach(offices.replica("post-a"), *offices.stores.at("post-a"), offices.random,
                                 offices.record, "papers", source));
    };
    const sync::Attached attached = attach();
    REQUIRE(attached.attachment.thumbnail);
    CHECK_FALSE(attached.no_thumbnail);
    const core::AttachedThumbnail thumbnail = *attached.attachment.thumbnail;
    const core::AttachedFile file{thumbnail.id, crypto::thumbnail_key(attached.attachment.file.key),
                                  thumbnail.size};
    CHECK(must(offices.read("post-a", file)) == small);
    // Another picture sealed under the same key would use it twice.
    const sync::Attached again = attach();
    CHECK(again.known);
    CHECK(again.attachment.thumbnail == attached.attachment.thumbnail);
    CHECK(made == 1);
    offices.sync_all();
    must(sync::follow_attachments(offices.replica("post-b"), *offices.stores.at("post-b")));
    const auto missing = must(offices.stores.at("post-b")->missing());
    REQUIRE(missing.size() == 2);
    CHECK(missing[0].id == thumbnail.id);
    CHECK(missing[0].thumbnail);
}

TEST_CASE("a photo without a thumbnail is attached all the same, and it is said why") {
    Offices offices;
    const Bytes photo = random_octets(1'000, 23);
    sync::AttachmentSource source = Offices::source(photo, "a.jpg");
    const auto attach = [&] {
        return must(sync::attach(offices.replica("post-a"), *offices.stores.at("post-a"), offices.random,
                                 offices.record, "papers", source));
    };
    SUBCASE("the picture is damaged") {
        source.thumbnail = [] { return Result<Bytes>(fail(ErrorCode::bad_encoding, "JPEG")); };
        const std::optional<Error> why = attach().no_thumbnail;
        REQUIRE(why);
        CHECK(why->code == ErrorCode::bad_encoding);
    }
    SUBCASE("the thumbnail is too large") {
        source.thumbnail = [] { return Result<Bytes>(Bytes(core::attachment_thumbnail_max + 1)); };
        const std::optional<Error> why = attach().no_thumbnail;
        REQUIRE(why);
        CHECK(why->code == ErrorCode::limit_exceeded);
    }
    SUBCASE("it is no picture") {
        source.thumbnail = [] { return Result<Bytes>(Bytes()); };
        CHECK_FALSE(attach().no_thumbnail);
    }
    const core::Attachment found =
        must(sync::find_attachment(offices.replica("post-a"), offices.record, "papers", ""));
    CHECK_FALSE(found.thumbnail);
    CHECK(must(offices.read("post-a", found.file)) == photo);
}

TEST_CASE("a file that is damaged here does not stand for the same file that is attached again") {
    Offices offices;
    const Bytes file = random_octets(300'000, 24);
    const Hash256 id = must(offices.attach("post-a", file, "a.txt")).attachment.file.id;
    sync::AttachmentStore& store = *offices.stores.at("post-a");
    Bytes damaged = must(store.chunk(id, 1));
    damaged[9] ^= 1;
    must(store.drop_chunk(id, 1));
    must(store.keep_chunk(id, 1, damaged));
    const sync::Attached again = must(offices.attach("post-a", file, "b.txt"));
    CHECK_FALSE(again.known);
    CHECK(again.attachment.file.id != id);
    CHECK(must(offices.read("post-a", again.attachment.file)) == file);
}

TEST_CASE("a thumbnail larger than any is not entered, and the largest is asked for") {
    Offices offices;
    core::Attachment large = must(offices.attach("post-a", Bytes(9, 1), "a.jpg")).attachment;
    large.thumbnail = core::AttachedThumbnail{large.content, core::attachment_thumbnail_max + 1};
    core::FieldEdit edit;
    edit.kind = core::FieldEdit::Kind::insert;
    edit.field = "papers";
    edit.value = core::attachment_text(large);
    // No device of this program enters such an item.
    const auto refused = offices.replica("post-a").edit(offices.record, std::span(&edit, 1));
    CHECK(refused.error().code == ErrorCode::wrong_type);
    large.thumbnail->size = core::attachment_thumbnail_max;
    edit.value = core::attachment_text(large);
    must(offices.replica("post-a").edit(offices.record, std::span(&edit, 1)));
    must(sync::follow_attachments(offices.replica("post-a"), *offices.stores.at("post-a")));
    CHECK(must(offices.stores.at("post-a")->missing()).size() == 1);
}
