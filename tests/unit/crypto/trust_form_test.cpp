// Which bytes are a trust entry: header, one accepted encoding, limits, signature.
#include "trust_form.hpp"
#include "support/environment_number.hpp"

namespace {

using namespace cotmoc;
using namespace cotmoc::crypto;
using namespace cotmoc::crypto::test;
using test_support::shortened;
using test_support::times_shorter;

}  // namespace

TEST_CASE("what was signed is what is read") {
    const TestProvince province = province_of_all_types();
    for (const Bytes& bytes : province.entries) {
        const Result<ParsedTrustEntry> parsed = parse_trust_entry(bytes);
        REQUIRE(parsed);
        const bool is_root = bytes[5] == root_type;
        const SigningKey& signer = is_root ? province.root_key : province.issuer_key;
        CHECK(parsed->signer == (is_root ? SigningPublicKey() : signer.public_key()));
        CHECK(parsed->signers.size() == (is_root ? 1 : 0));
        const SignedTrustEntry again = sign_trust_entry(parsed->entry, signer);
        CHECK(again.bytes == bytes);
        CHECK(again.hash == parsed->hash);
        CHECK(again.hash == hash("trust", {BytesView(bytes).first(bytes.size() - trailer_size(bytes))}));
    }
}

TEST_CASE("an altered, cut or lengthened entry is refused, at every byte") {
    const TestProvince province = province_of_all_types();
    TrustState state;
    for (const Bytes& good : province.entries) {
        Bytes bad = good;
        for (std::size_t i = 0; i < good.size(); i += times_shorter()) {
            CAPTURE(i);
            for (const std::uint8_t change : std::initializer_list<std::uint8_t>{0x01, 0x80, 0xff}) {
                bad[i] = static_cast<std::uint8_t>(good[i] ^ change);
                CHECK(parse_error(bad).has_value());
            }
            CHECK(!state.apply(bad));
            bad[i] = good[i];
            CHECK(parse_error(BytesView(good).first(i)) == ErrorCode::bad_trust_entry);
        }
        bad.push_back(0);
        CHECK(parse_error(bad) == ErrorCode::bad_trust_entry);
        REQUIRE(state.apply(good));
    }
}

TEST_CASE("no second encoding: what an insider alters and signs again is refused or means what it says") {
    const TestProvince province = province_of_all_types();
    std::size_t accepted = 0;
    for (const Bytes& good : province.entries) {
        for (std::size_t i = 0; i < good.size() - trailer_size(good); i += times_shorter()) {
            for (const std::uint8_t change :
                 std::initializer_list<std::uint8_t>{0x01, 0x02, 0x40, 0x80, 0xff}) {
                Bytes bad = good;
                bad[i] = static_cast<std::uint8_t>(bad[i] ^ change);
                bad = sign_again(std::move(bad), province.issuer_key);
                const Result<ParsedTrustEntry> parsed = parse_trust_entry(bad);
                if (parsed) {
                    ++accepted;
                    CAPTURE(i);
                    REQUIRE(sign_trust_entry(parsed->entry, province.issuer_key).bytes == bad);
                }
            }
        }
    }
    CHECK(accepted > shortened(1000));  // ids, keys and sealed texts may hold anything
}

TEST_CASE("header fields that are not known are refused by name") {
    const TestProvince province = province_of_all_types();
    const Bytes good = province.entries.back();
    const auto with = [&](std::size_t at, std::initializer_list<std::uint8_t> octets) {
        Bytes bytes = good;
        std::ranges::copy(octets, bytes.begin() + static_cast<std::ptrdiff_t>(at));
        return parse_error(sign_again(std::move(bytes), province.issuer_key));
    };
    CHECK(with(0, {'C', 'M', 'T', '1'}) == std::nullopt);
    CHECK(with(0, {'C', 'M', 'C', '1'}) == ErrorCode::bad_trust_entry);
    for (const std::uint8_t value : std::initializer_list<std::uint8_t>{0, 2, 255}) {
        CHECK(with(4, {value}) == ErrorCode::unsupported_version);
    }
    for (const std::uint8_t value : std::initializer_list<std::uint8_t>{0, 7, 8, 255}) {
        CHECK(with(5, {value}) == ErrorCode::unsupported_version);
    }
    for (unsigned suite = 0; suite <= 0xffff; suite += suite < 16 ? 1 : 251) {
        const auto low = static_cast<std::uint8_t>(suite);
        const auto high = static_cast<std::uint8_t>(suite >> 8);
        CHECK(with(6, {low, high}) ==
              (suite == 1 ? std::nullopt : std::optional(ErrorCode::unsupported_version)));
    }
    for (std::size_t bit = 0; bit < 32; ++bit) {
        CHECK(with(8 + bit / 8, {static_cast<std::uint8_t>(1u << bit % 8)}) ==
              ErrorCode::unsupported_version);
    }
    CHECK(with(12, {0, 0, 0, 0, 0, 0, 0, 0}) == ErrorCode::bad_trust_entry);
    CHECK(with(12, {1, 0, 0, 0, 0, 0, 0, 0}) == ErrorCode::bad_trust_entry);  // with a previous hash
    const std::uint8_t length = good[body_length_at];
    CHECK(with(body_length_at, {static_cast<std::uint8_t>(length + 1)}) == ErrorCode::bad_trust_entry);
    CHECK(with(body_length_at, {static_cast<std::uint8_t>(length - 1)}) == ErrorCode::bad_trust_entry);
    TrustEntry entry = parse_trust_entry(good)->entry;
    entry.previous = {};
    CHECK(parse_error(sign_trust_entry(entry, province.issuer_key).bytes) == ErrorCode::bad_trust_entry);
}

TEST_CASE("a signature of another key, message or purpose is refused") {
    const TestProvince province = province_of_all_types();
    const Bytes good = province.entries.back();
    CHECK(parse_error(sign_again(good, province.root_key)) == ErrorCode::bad_signature);
    const auto signed_with_label = [&](std::string_view label) {
        Bytes bytes = good;
        const BytesView signed_part = BytesView(bytes).first(bytes.size() - Signature::size);
        const Signature signature = province.issuer_key.sign(hash(label, {signed_part}));
        std::ranges::copy(signature.octets, bytes.end() - static_cast<std::ptrdiff_t>(Signature::size));
        return parse_error(bytes);
    };
    CHECK(signed_with_label("trust") == std::nullopt);
    CHECK(signed_with_label("entry") == ErrorCode::bad_signature);
    CHECK(signed_with_label("root") == ErrorCode::bad_signature);
}

TEST_CASE("sizes and counts at their limits pass, one more is refused as such") {
    TestProvince province;
    const auto parsed = [&](TrustBody body) { return parse_error(province.sign(std::move(body)).bytes); };
    const auto limit = std::optional(ErrorCode::limit_exceeded);
    const SpaceId space = province.space("kon-tum");

    CHECK(parsed(CatalogueEntry{1, Bytes(2 * 1024 * 1024)}) == std::nullopt);
    CHECK(parsed(CatalogueEntry{1, Bytes(2 * 1024 * 1024 + 1)}) == limit);

    const auto spaces = [](std::size_t count, std::size_t name_size) {
        SpacesEntry entry;
        for (std::size_t i = 0; i < count; ++i) {
            SpacesEntry::Space item;
            item.id.octets[0] = static_cast<std::uint8_t>(i);
            item.id.octets[1] = static_cast<std::uint8_t>(i >> 8);
            item.sealed_name = Bytes(name_size);
            entry.spaces.push_back(item);
        }
        return entry;
    };
    CHECK(parsed(spaces(1024, 1)) == std::nullopt);
    CHECK(parsed(spaces(1025, 1)) == limit);
    CHECK(parsed(spaces(1, 64 * 1024)) == std::nullopt);
    CHECK(parsed(spaces(1, 64 * 1024 + 1)) == limit);
    CHECK(parsed(spaces(63, 64 * 1024)) == std::nullopt);
    CHECK(parsed(spaces(64, 64 * 1024)) == limit);  // each is fine, the entry is over 4 MiB

    const auto epoch = [&](std::size_t wraps, std::size_t previous_size) {
        EpochEntry entry{space, 2, {}, Bytes(previous_size), {}};
        for (std::size_t i = 0; i < wraps; ++i) {
            EpochEntry::Wrap wrap;
            wrap.device.octets[0] = static_cast<std::uint8_t>(i >> 8);
            wrap.device.octets[1] = static_cast<std::uint8_t>(i);
            entry.wraps.push_back(wrap);
        }
        return entry;
    };
    CHECK(parsed(epoch(4096, 1)) == std::nullopt);
    CHECK(parsed(epoch(4097, 1)) == limit);
    CHECK(parsed(epoch(0, 64 * 1024)) == std::nullopt);
    CHECK(parsed(epoch(0, 64 * 1024 + 1)) == limit);

    const auto enrol = [&](std::size_t space_count, std::size_t wrap_count, std::size_t name_size) {
        EnrolEntry entry;
        entry.role = Role::border_post;
        entry.sealed_name = Bytes(name_size);
        SpaceId id;
        for (std::size_t i = 0; i < std::max(space_count, wrap_count); ++i) {
            id.octets[0] = static_cast<std::uint8_t>(i >> 8);
            id.octets[1] = static_cast<std::uint8_t>(i);
            if (i < space_count) {
                entry.spaces.push_back(id);
            }
            if (i < wrap_count) {
                entry.wraps.push_back({id, 1, {}});
            }
        }
        return entry;
    };
    CHECK(parsed(enrol(1024, 4096, 64 * 1024)) == std::nullopt);
    CHECK(parsed(enrol(1025, 0, 1)) == limit);
    CHECK(parsed(enrol(0, 4097, 1)) == limit);
    CHECK(parsed(enrol(0, 0, 64 * 1024 + 1)) == limit);

    const auto root = [](std::size_t root_keys, std::size_t issuer_keys, std::size_t suites) {
        RootEntry entry;
        for (std::size_t i = 0; i < root_keys; ++i) {
            entry.root_keys.emplace_back().octets[0] = static_cast<std::uint8_t>(i);
        }
        for (std::size_t i = 0; i < issuer_keys; ++i) {
            SigningPublicKey& key = entry.issuers.emplace_back().key;
            key.octets[0] = static_cast<std::uint8_t>(i);
            key.octets[1] = static_cast<std::uint8_t>(i >> 8);
        }
        entry.suites.resize(suites, 1);
        return entry;
    };
    CHECK(parsed(root(16, 256, 1)) == std::nullopt);
    CHECK(parsed(root(17, 1, 1)) == limit);
    CHECK(parsed(root(1, 257, 1)) == limit);
    CHECK(parsed(root(1, 1, 17)) == limit);

    const auto rights = [](std::size_t space_count, std::size_t feeds, std::size_t terms, std::size_t wraps) {
        RightsEntry entry;
        entry.role = Role::border_post;
        SpaceId id;
        for (std::size_t i = 0; i < std::max({space_count, feeds, wraps}); ++i) {
            id.octets[0] = static_cast<std::uint8_t>(i >> 8);
            id.octets[1] = static_cast<std::uint8_t>(i);
            if (i < space_count) {
                entry.spaces.push_back(id);
            }
            if (i < feeds) {
                entry.feeds.push_back({id, {}});
            }
            if (i < wraps) {
                entry.wraps.push_back({id, 1, {}});
            }
        }
        for (std::uint64_t seq = 1; seq <= terms; ++seq) {
            entry.feeds.front().terms.push_back({seq, {}, Role::border_post});
        }
        return entry;
    };
    CHECK(parsed(rights(1024, 1024, 1024, 4096)) == std::nullopt);
    CHECK(parsed(rights(1025, 1, 1, 1)) == limit);
    CHECK(parsed(rights(1, 1025, 1, 1)) == limit);
    CHECK(parsed(rights(1, 1, 1025, 1)) == limit);
    CHECK(parsed(rights(1, 1, 1, 4097)) == limit);
}

TEST_CASE("a count that the bytes cannot hold allocates nothing and is refused") {
    const TestProvince province;
    const std::pair<trust::EntryType, std::size_t> lists[] = {
        {trust::EntryType::spaces, 0},  {trust::EntryType::epoch, 53},  {trust::EntryType::enrol, 83},
        {trust::EntryType::rights, 44}, {trust::EntryType::rights, 45}, {trust::EntryType::rights, 46}};
    for (const auto& [type, before] : lists) {
        Bytes body(before);
        if (type == trust::EntryType::epoch) {
            body[16] = 1;  // epoch 1, no previous key
        }
        body.insert(body.end(), {0xff, 0x07});  // 1,023 items, none of which follows
        CHECK(parse_error(with_body(province, type, body)) == ErrorCode::bad_trust_entry);
        body.resize(body.size() - 2);
        body.insert(body.end(), {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01});
        CHECK(parse_error(with_body(province, type, body)) == ErrorCode::limit_exceeded);
    }
}
