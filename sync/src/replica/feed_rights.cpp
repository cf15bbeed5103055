#include "replica/feed_rights.hpp"

#include <cotmoc/base/binary.hpp>

#include <algorithm>

namespace cotmoc::sync {
namespace {

using Term = crypto::RightsEntry::Term;
constexpr std::uint8_t no_role = 0xff;

void write_role(BinaryWriter& writer, const std::optional<crypto::Role>& role) {
    writer.u8(role ? static_cast<std::uint8_t>(*role) : no_role);
}

std::optional<crypto::Role> read_role(BinaryReader& reader) {
    const std::uint8_t role = reader.u8();
    return role == no_role ? std::nullopt : std::optional(static_cast<crypto::Role>(role));
}

const FeedRights& rights_of(const SpaceRights& rights, DeviceIndex device) {
    static const FeedRights none;
    const auto found = rights.feeds.find(device);
    return found == rights.feeds.end() ? none : found->second;
}

std::optional<crypto::Role> role_at(const FeedRights& rights, std::uint64_t seq) {
    const auto term = std::ranges::lower_bound(rights.terms, seq, {}, &Term::through_seq);
    return term == rights.terms.end() ? rights.after : term->role;
}

}  // namespace

SpaceRights rights_in(const crypto::TrustState& trust, const SpaceId& space, const crypto::KeyRing& keys) {
    SpaceRights rights;
    for (const crypto::TrustState::Device& device : trust.devices()) {
        const auto terms = device.terms.find(space);
        FeedRights feed{terms == device.terms.end() ? std::vector<Term>() : terms->second,
                        trust.may_write(device, space) ? std::optional(device.role) : std::nullopt};
        if (!feed.terms.empty() || feed.after) {
            rights.feeds.emplace(device.index, std::move(feed));
        }
    }
    for (const crypto::TrustState::Epoch& epoch : trust.epochs()) {
        rights.keys += epoch.space == space && keys.find(space, epoch.epoch) != nullptr ? 1 : 0;
    }
    return rights;
}

Bytes encode_rights(const SpaceRights& rights) {
    BinaryWriter writer;
    writer.varint(rights.keys);
    writer.varint(rights.feeds.size());
    for (const auto& [device, feed] : rights.feeds) {
        writer.varint(to_number(device));
        write_role(writer, feed.after);
        writer.varint(feed.terms.size());
        for (const Term& term : feed.terms) {
            writer.varint(term.through_seq);
            writer.id(term.through_hash);
            write_role(writer, term.role);
        }
    }
    return writer.take();
}

SpaceRights decode_rights(BytesView bytes) {
    BinaryReader reader(bytes);
    SpaceRights rights;
    rights.keys = reader.varint();
    for (std::size_t feeds = reader.count(3); feeds > 0; --feeds) {
        const auto device = static_cast<DeviceIndex>(reader.varint());
        FeedRights feed;
        feed.after = read_role(reader);
        for (std::size_t terms = reader.count(34); terms > 0; --terms) {
            Term term;
            term.through_seq = reader.varint();
            term.through_hash = reader.id<Hash256>();
            term.role = read_role(reader);
            feed.terms.push_back(term);
        }
        rights.feeds.emplace(device, std::move(feed));
    }
    return rights;
}

bool differ(const SpaceRights& one, const SpaceRights& other, DeviceIndex device, std::uint64_t seq) {
    const FeedRights& first = rights_of(one, device);
    const FeedRights& second = rights_of(other, device);
    // Between two places where a term of either ends, both say the same of every change set.
    std::vector<std::uint64_t> places{1};
    for (const FeedRights* rights : {&first, &second}) {
        for (const Term& term : rights->terms) {
            places.push_back(term.through_seq + 1);
        }
    }
    return std::ranges::any_of(places, [&](std::uint64_t place) {
        return place <= seq && role_at(first, place) != role_at(second, place);
    });
}

}  // namespace cotmoc::sync
