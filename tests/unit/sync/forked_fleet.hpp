// A fleet with a device that forks its feed (S17).
#pragma once

#include "support/fleet.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace cotmoc::test_support {

inline constexpr std::string_view space_name = "kon-tum/ngoc-hoi";

/// A post that forks its feed: `evil` and `twin` have the same keys and know nothing of each other.
struct Forked : Fleet {
    explicit Forked(std::uint64_t seed = 1) : Fleet(seed) {
        add("so-1", crypto::Role::province_officer, {"*"});
        add("post-a", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        add("post-b", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        add("evil", crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        std::erase(names, "evil");  // it syncs with nobody: what it says is handed out below
        for (const std::string& name : names) {
            sync(name);
        }
    }
    SpaceId space() { return must(replica("so-1").find_space(space_name)).id; }
    DeviceIndex evil() { return replica("so-1").trust().find(replica("evil").id())->index; }

    RecordId write(const std::string& device, const std::string& word) {
        const RecordId id = add_record(device, "log", {{"line", word}}, space_name);
        must(replica(device).seal());
        return id;
    }
    /// One change set in common, then as many on either branch as are asked for.
    void fork(int of_evil, int of_twin) {
        write("evil", "chung");
        copy("evil", "twin");
        for (int i = 0; i < std::max(of_evil, of_twin); ++i) {
            if (i < of_evil) {
                write("evil", "một " + std::to_string(i));
            }
            if (i < of_twin) {
                write("twin", "hai " + std::to_string(i));
            }
        }
    }
    /// The own feed of `evil` or its twin.
    std::vector<Bytes> feed(const std::string& device) {
        std::vector<Bytes> all;
        for (std::uint64_t seq = 1;; ++seq) {
            const auto row = must(replica(device).store().envelope(space(), evil(), seq));
            if (!row) {
                return all;
            }
            all.push_back(row->bytes);
        }
    }
    void give(sync::FeedStore& store, std::span<const Bytes> envelopes) {
        for (const Bytes& envelope : envelopes) {
            CHECK(must(store.accept(envelope)).acceptance != sync::Acceptance::refused);
        }
        must(store.commit());
    }
    void give(const std::string& to, const std::string& branch) { give(replica(to), feed(branch)); }

    bool shows(const std::string& device, const RecordId& id) {
        return must(replica(device).store().find(id)).has_value();
    }
    std::vector<std::string> void_ops(const std::string& device) {
        std::vector<std::string> all;
        for (const core::Store::VoidOp& op : must(replica(device).store().void_ops())) {
            all.push_back(std::to_string(to_number(op.dot.device)) + ":" + std::to_string(op.dot.seq) + ":" +
                          std::to_string(op.dot.index) + " " + op.reason);
        }
        return all;
    }
    void check_agreement() {
        for (const std::string& name : names) {
            CAPTURE(name);
            CHECK(digest(name, space_name) == digest("so-1", space_name));
            CHECK(void_ops(name) == void_ops("so-1"));
            CHECK(must(replica(name).branches(space())) == must(hub().branches(space())));
            for (const Error& wrong : must(replica(name).verify())) {
                FAIL_CHECK(describe(wrong));
            }
        }
    }
    std::string hash_of(const Bytes& envelope) { return crypto::envelope_hash(envelope).hex(); }
};

}  // namespace cotmoc::test_support
