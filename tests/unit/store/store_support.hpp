// A store in a temporary folder, and change sets from one store to another without any sealing.
#pragma once

#include <cotmoc/base/check.hpp>
#include <cotmoc/core/store.hpp>
#include <cotmoc/crypto/hash.hpp>

#include "support/seeded_random.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cotmoc::core::store_test {

class TestClock final : public Clock {
public:
    std::int64_t wall = 1'704'067'200'000;
    std::int64_t wall_ms() override { return wall; }
    std::int64_t steady_ms() override { return wall; }
};

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "cotmoc-store-XXXXXX").string();
        COTMOC_CHECK(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string file(std::string_view name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// Aborts the run with the error's words; for what must work.
template <class T>
T must(Result<T> result) {
    if (!result) {
        check_failed(describe(result.error()), "test set-up", 0);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE(!result);
    return result.error().code;
}

inline Bytes read_octets(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_octets(const std::string& path, BytesView bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline ListQuery all_of(std::string kind) {
    ListQuery query;
    query.kind = std::move(kind);
    return query;
}

inline Bytes test_key(std::uint8_t octet = 7) { return Bytes(32, octet); }

inline constexpr std::string_view all_types_catalogue = R"({"catalogue":"test","version":1,
"common":{"note":{"type":"text","merge":"latest"}},
"kinds":{"thing":{"label":"Vật","fields":{
 "flag":{"type":"boolean","merge":"latest"},
 "size":{"type":"integer","merge":"review","indexed":true},
 "ratio":{"type":"real","merge":"latest"},
 "price":{"type":"decimal","merge":"latest","scale":2},
 "title":{"type":"text","merge":"review","searchable":true,"indexed":true},
 "story":{"type":"richtext","merge":"text","searchable":true},
 "day":{"type":"date","merge":"latest"},
 "instant":{"type":"datetime","merge":"latest"},
 "state_of":{"type":"enum","merge":"worst","values":["intact","worn","gone"]},
 "step":{"type":"workflow","merge":"workflow","states":["open","done"]},
 "visits":{"type":"counter","merge":"counter"},
 "tags":{"type":"set","merge":"set","searchable":true},
 "other":{"type":"reference","merge":"latest"}}},
"log":{"label":"Nhật ký","history":"full","fields":{
 "line":{"type":"text","merge":"latest"},"times":{"type":"counter","merge":"counter"}}},
"strict":{"label":"Bắt buộc","fields":{"name":{"type":"text","merge":"latest","required":true}}}}})";

/// A device with its store. All devices know each other by index; none is of the province unless said.
class TestStore {
public:
    explicit TestStore(std::uint32_t device = 0, std::vector<std::uint32_t> province = {},
                       std::string_view catalogue = all_types_catalogue)
        : self{device}, catalogue_(catalogue), province_(std::move(province)) {
        open();
    }

    void open() {
        store.reset();
        store = must(Store::open({path(), test_key(), "chacha20", clock, hasher}));
        std::vector<DeviceId> ids(4);
        std::vector<DeviceIndex> province;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            ids[i].octets.fill(static_cast<std::uint8_t>(9 - i));
        }
        for (const std::uint32_t index : province_) {
            province.push_back(DeviceIndex{index});
        }
        store->set_devices(ids, self, province);
        store->set_role(role);
        must(store->set_catalogues({{0, must(Catalogue::parse(catalogue_))}}));
        must(store->set_space_name(space, "kon-tum/ngoc-hoi"));
    }
    std::string path() const { return folder.file("replica.db"); }
    Store* operator->() { return store.get(); }
    const Kind& kind(std::string_view name) const { return *store->catalogue()->find(name); }

    RecordId add(std::string_view kind_name, std::vector<FieldValue> fields, std::uint8_t id_octet = 0) {
        RecordId id;
        id.octets.fill(id_octet != 0 ? id_octet : ++last_id_);
        id.octets[0] = static_cast<std::uint8_t>(to_number(self));
        must(store->write([&]() -> Result<void> {
            COTMOC_TRY(store->add(space, kind(kind_name), fields, id));
            return {};
        }));
        return id;
    }
    Result<bool> edit(const RecordId& id, std::vector<FieldEdit> edits) {
        bool changed = false;
        COTMOC_TRY(store->write([&]() -> Result<void> {
            COTMOC_ASSIGN(changed, store->edit(id, edits));
            return {};
        }));
        return changed;
    }
    void set(const RecordId& id, std::string field, Value value) {
        must(edit(id, {{FieldEdit::Kind::set, std::move(field), std::move(value)}}));
    }
    std::string body(const RecordId& id) {
        const auto view = must(store->find(id));
        return view ? view->body : std::string();
    }
    std::vector<RecordId> ids(const ListQuery& query) {
        std::vector<RecordId> found;
        must(store->list(query, [&](const RecordView& view) {
            found.push_back(view.id);
            return true;
        }));
        return found;
    }
    std::vector<std::vector<std::string>> sql(std::string_view statement) {
        std::vector<std::vector<std::string>> rows;
        must(store->sql(statement, [&](std::span<const std::string>, std::span<const std::string> json) {
            rows.emplace_back(json.begin(), json.end());
            return true;
        }));
        return rows;
    }

    /// What a sealed change set would carry.
    struct Sent {
        PendingChangeSet pending;
        EnvelopeRow envelope;
        std::vector<std::uint64_t> seen;
        DeviceIndex author{};
        std::string role = "border_post";
        std::uint64_t trust_position = 0;
    };
    /// Seals the oldest pending change set, in name only.
    Sent seal() {
        Sent sent{*must(store->next_pending(space)), {}, {}, self, role, trust_position};
        for (const FeedState& feed : must(store->frontier(space))) {
            sent.seen.resize(to_number(feed.device) + std::size_t{1});
            sent.seen.back() = feed.seq;
        }
        sent.envelope.space = space;
        sent.envelope.author = self;
        sent.envelope.seq = sent.pending.seq;
        sent.envelope.hash.octets.fill(static_cast<std::uint8_t>(to_number(self) * 50 + sent.pending.seq));
        sent.envelope.ops = sent.pending.ops_made;
        must(store->write(
            [&] { return store->store_sealed(sent.pending, sent.envelope, sent.seen, trust_position); }));
        return sent;
    }
    ApplyOutcome receive(const Sent& sent, bool may_write = true) {
        // Through the bytes, as over a wire.
        const ChangeSet ops = must(decode_change_set(encode(sent.pending.ops)));
        IncomingChangeSet incoming{space,    sent.author, sent.pending.seq,    sent.pending.newest,
                                   &ops,     sent.seen,   sent.trust_position,
                                   may_write ? std::optional<ErrorCode>() : ErrorCode::not_allowed,
                                   sent.role};
        ApplyOutcome outcome;
        must(store->write([&]() -> Result<void> {
            COTMOC_ASSIGN(outcome, store->apply(incoming, sent.envelope));
            return {};
        }));
        return outcome;
    }
    Hash256 digest() { return must(store->digest(space)); }

    Folder folder;
    TestClock clock;
    crypto::Blake2bHasher hasher;
    SpaceId space{{1, 2, 3}};
    DeviceIndex self;
    std::string role = "border_post";
    std::uint64_t trust_position = 0;  // what the device knows of the authority when it seals
    std::unique_ptr<Store> store;

private:
    std::string catalogue_;
    std::vector<std::uint32_t> province_;
    std::uint8_t last_id_ = 0;
};

}  // namespace cotmoc::core::store_test
