// Notes: one form, signed with the next change set, without any effect on records.
#include "replica/content.hpp"
#include "replica/notes.hpp"
#include "support/fleet.hpp"

#include <cotmoc/crypto/envelope.hpp>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::test_support;
using crypto::Role;
using sync::ExportedNote;
using sync::Note;

namespace {

SpaceId some_space() {
    SpaceId id;
    id.octets.fill(7);
    return id;
}

sync::ContentHead head_with(std::vector<Note> notes) {
    return {{1'700'000'000'000, 3}, 9, {{DeviceIndex{2}, 5}, {DeviceIndex{4}, 1}}, std::move(notes)};
}

Note exported(std::uint64_t records = 12) {
    return {
        1, {1'700'000'000'001, 0}, sync::encode_note_body(ExportedNote{some_space(), "log", "csv", records})};
}

struct Offices : Fleet {
    explicit Offices(std::uint64_t seed = 1) : Fleet(seed) {
        add("so-1", Role::province_officer, {"*"});
        add("post-a", Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-b", Role::border_post, {"kon-tum/ngoc-hoi"});
        sync_all();
    }
    SpaceId space(const std::string& device, std::string_view name) {
        return must(replica(device).find_space(name)).id;
    }
    /// The notes of each change set of a space, in order of arrival, as one device holds them.
    std::vector<std::vector<Note>> notes_held(const std::string& device, std::string_view name) {
        const SpaceId id = space(device, name);
        std::vector<std::vector<Note>> all;
        for (std::int64_t position = 0;;) {
            const auto row = must(replica(device).store().next_envelope(id, position));
            if (!row) {
                return all;
            }
            position = row->position;
            CHECK(row->status == core::EnvelopeStatus::applied);
            const auto header = must(crypto::parse_envelope(row->bytes));
            const Bytes content =
                must(crypto::open_envelope(row->bytes, *replica(device).key_ring().find(id, header.epoch)));
            all.push_back(must(sync::decode_content(content)).head.notes);
        }
    }
    std::uint64_t seq(const std::string& device, std::string_view name) {
        const auto held = replica(device).frontier(space(device, name));
        const auto own = std::ranges::find(held, replica(device).trust().find(replica(device).id())->index,
                                           &sync::FeedPosition::device);
        return own == held.end() ? 0 : own->seq;
    }
};

}  // namespace

TEST_CASE("a content without notes has the octets that it had before there were notes") {
    const Bytes without = sync::encode_content(head_with({}), {});
    const Bytes with = sync::encode_content(head_with({exported()}), {});
    const std::size_t change_set = core::encode(core::ChangeSet{}).size();
    CHECK(without.size() + 1 + 1 + 1 + 6 + 2 + 1 + exported().body.size() == with.size());
    CHECK(with[without.size() - change_set] == sync::notes_marker);
    CHECK(without[without.size() - change_set] == 1);  // the change set's version
    CHECK(must(sync::decode_content(without)).head.notes.empty());
    CHECK(must(sync::decode_content(with)).head.notes == std::vector{exported()});
}

TEST_CASE("the worked example of the encoding") {
    BinaryWriter writer;
    sync::write_notes(writer, {exported()});
    CHECK(to_hex(writer.bytes()) ==
          "ff01"
          "010168e5cf8b010000"
          "1907070707070707070707070707070707"
          "036c6f67"
          "03637376"
          "0c");
}

TEST_CASE("every other form of notes is refused") {
    const Bytes plain = sync::encode_content(head_with({}), {});
    const std::size_t at = plain.size() - core::encode(core::ChangeSet{}).size();
    const auto with = [&](const std::function<void(BinaryWriter&)>& write) {
        BinaryWriter writer;
        writer.raw(BytesView(plain).first(at));
        write(writer);
        writer.raw(BytesView(plain).subspan(at));
        const auto decoded = sync::decode_content(writer.take());
        return decoded ? ErrorCode{} : decoded.error().code;
    };
    const auto note = [](BinaryWriter& writer, std::size_t body) {
        writer.varint(1);
        writer.u48(1);
        writer.u16(0);
        writer.blob(Bytes(body, 1));
    };
    const auto list = [&](std::size_t count, std::size_t body) {
        return with([&](BinaryWriter& writer) {
            writer.u8(sync::notes_marker);
            writer.varint(count);
            for (std::size_t i = 0; i < count; ++i) {
                note(writer, body);
            }
        });
    };
    CHECK(list(1, 0) == ErrorCode{});
    CHECK(list(sync::notes_max, sync::note_bytes_max) == ErrorCode{});
    CHECK(list(0, 0) == ErrorCode::bad_encoding);
    CHECK(list(sync::notes_max + 1, 0) == ErrorCode::bad_encoding);
    CHECK(list(1, sync::note_bytes_max + 1) == ErrorCode::bad_encoding);
    CHECK(with([&](BinaryWriter& writer) {
              for (int twice = 0; twice < 2; ++twice) {
                  writer.u8(sync::notes_marker);
                  writer.varint(1);
                  note(writer, 3);
              }
          }) != ErrorCode{});
    CHECK(with([&](BinaryWriter& writer) {  // a varint that is longer than it need be
              writer.u8(sync::notes_marker);
              writer.u8(0x81);
              writer.u8(0);
              note(writer, 3);
          }) == ErrorCode::bad_encoding);
    const Bytes whole = sync::encode_content(head_with({exported()}), {});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK(!sync::decode_content(BytesView(whole).first(length)));
    }
}

TEST_CASE("a note of an unknown type, or with more in it than this program knows, is kept as it is") {
    Note later = exported();
    later.body.push_back(1);
    const std::vector<Note> notes{{77, {1, 2}, {1, 2, 3}}, later};
    CHECK(must(sync::decode_content(sync::encode_content(head_with(notes), {}))).head.notes == notes);
    CHECK(!sync::read_exported(later));
    CHECK(!sync::read_exported(notes.front()));
    CHECK(sync::read_exported(exported())->records == 12);
    CHECK(!sync::read_purged(exported()));
}

TEST_CASE("a note survives a stop and goes out with the next change set, which everybody applies") {
    Offices offices;
    const SpaceId space = offices.space("post-a", "kon-tum/ngoc-hoi");
    const std::uint64_t before = offices.seq("post-a", "kon-tum/ngoc-hoi");
    const ExportedNote note{space, "log", "jsonl", 3};
    must(offices.replica("post-a").note_exported(std::span(&note, 1)));
    offices.reopen("post-a");
    CHECK(must(offices.replica("post-a").unsigned_notes()).size() == 1);
    offices.add_record("post-a", "log", {{"line", "a"}});
    offices.sync_all();
    CHECK(must(offices.replica("post-a").unsigned_notes()).empty());
    CHECK(offices.seq("post-a", "kon-tum/ngoc-hoi") == before + 1);  // one change set for both
    for (const char* device : {"so-1", "post-a", "post-b"}) {
        std::vector<Note> all;
        for (const auto& notes : offices.notes_held(device, "kon-tum/ngoc-hoi")) {
            all.insert(all.end(), notes.begin(), notes.end());
        }
        REQUIRE(all.size() == 1);
        CHECK(sync::read_exported(all.front()) == note);
    }
}

TEST_CASE("a change set with notes only is confirmed once and changes no digest") {
    Offices offices;
    offices.add_record("post-a", "log", {{"line", "a"}});
    offices.sync_all();
    const Hash256 digest = offices.digest("so-1", "kon-tum/ngoc-hoi");
    const auto count = [&] { return offices.notes_held("so-1", "kon-tum/ngoc-hoi").size(); };
    const std::size_t before = count();
    const ExportedNote note{offices.space("post-a", "kon-tum/ngoc-hoi"), "", "csv", 1};
    must(offices.replica("post-a").note_exported(std::span(&note, 1)));
    offices.sync_all();
    CHECK(count() == before + 2);  // it, and the province's confirmation of it
    offices.sync_all();
    CHECK(count() == before + 2);
    const ExportedNote own{note.space, "", "csv", 1};
    must(offices.replica("so-1").note_exported(std::span(&own, 1)));
    offices.sync_all();
    CHECK(count() == before + 3);  // nobody confirms what the province itself says
    for (const char* device : {"so-1", "post-a", "post-b"}) {
        CHECK(offices.digest(device, "kon-tum/ngoc-hoi") == digest);
    }
}

TEST_CASE("more notes than one change set takes go out in several, and a large one beside ops") {
    Offices offices;
    const SpaceId space = offices.space("post-a", "kon-tum/ngoc-hoi");
    const std::vector<ExportedNote> many(150, {space, std::string(3000, 'k'), "csv", 1});
    must(offices.replica("post-a").note_exported(many));
    offices.add_record("post-a", "log", {{"line", "a"}});
    offices.sync_all();
    std::vector<std::size_t> counts;
    for (const auto& notes : offices.notes_held("so-1", "kon-tum/ngoc-hoi")) {
        if (!notes.empty()) {
            counts.push_back(notes.size());
        }
    }
    CHECK(counts == std::vector<std::size_t>{10, 64, 64, 12});
    const ExportedNote large{space, std::string(5000, 'k'), "csv", 1};
    const auto refused = offices.replica("post-a").note_exported(std::span(&large, 1));
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::limit_exceeded);
}

TEST_CASE("a note about a space that the device may not write is signed in one that it may, or stays") {
    Offices offices;
    const ExportedNote note{offices.space("post-a", "kon-tum"), "", "csv", 4};
    must(offices.replica("post-a").note_exported(std::span(&note, 1)));
    must(offices.replica("authority").note_exported(std::span(&note, 1)));
    offices.sync_all();
    CHECK(offices.seq("post-a", "kon-tum") == 0);
    CHECK(offices.seq("post-a", "kon-tum/ngoc-hoi") == 1);
    CHECK(must(offices.replica("post-a").unsigned_notes()).empty());
    CHECK(must(offices.replica("authority").unsigned_notes()).size() == 1);
    CHECK(offices.seq("authority", "kon-tum") == 0);
}

TEST_CASE("a note that is made with something else is undone with it") {
    Offices offices;
    sync::Replica& post = offices.replica("post-a");
    const sync::SpaceInfo space = must(post.find_space("kon-tum/ngoc-hoi"));
    const auto failed = post.batch([&]() -> Result<void> {
        COTMOC_TRY(post.note_purged(space, some_space(), 5));
        return fail(ErrorCode::disk_full);
    });
    CHECK(!failed);
    CHECK(must(post.unsigned_notes()).empty());
    must(post.batch([&] { return post.note_purged(space, some_space(), 5); }));
    const auto notes = must(post.unsigned_notes());
    REQUIRE(notes.size() == 1);
    CHECK(sync::read_purged(notes.front()) == sync::PurgedNote{some_space(), 5});
}
