// The messages of a session and their one encoding (docs/spec/session.md). Nothing else reads or writes these
// bytes.
#pragma once

#include <cotmoc/base/ids.hpp>
#include <cotmoc/base/result.hpp>
#include <cotmoc/sync/held_part.hpp>

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace cotmoc::sync {

inline constexpr std::uint8_t session_version = 1;
inline constexpr std::size_t message_size_max = 5 * 1024 * 1024;
/// A seq above this is nobody's honest one; the bound keeps sums of ranges from overflowing.
inline constexpr std::uint64_t seq_max = std::uint64_t{1} << 48;

/// Per feed of one space a seq, sorted by device.
using FeedList = std::vector<std::pair<DeviceIndex, std::uint64_t>>;
/// By place of the space in the trust feed. Spaces without an entry are absent.
using FeedTable = std::map<std::uint32_t, FeedList>;

/// The payload of handshake message 1.
struct Greeting {
    std::uint64_t trust_position = 0;
    Hash256 hello;
};
Bytes encode_greeting(const Greeting& greeting);
Result<Greeting> decode_greeting(BytesView payload);

/// The check of a held part.
std::uint64_t part_check(BytesView octets);

/// The payload of handshake message 2.
struct Reply {
    enum class Status : std::uint8_t { equal = 0, differs = 1, unknown_device = 2, list_follows = 3 };
    Status status{};
    std::uint64_t wall_ms = 0;          // what the answering side's clock says; 0: it does not tell
    std::uint64_t trust_position = 0;   // not with `equal`
    Hash256 trust_head;                 // with `differs` and `list_follows`
    FeedTable feeds;                    // with `differs`
    std::uint64_t own_check = 0;        // with `differs`: own_feeds_check() of the caller's feeds
    std::optional<HeldPart> held = {};  // with `differs`
};
Bytes encode_reply(const Reply& reply);
Result<Reply> decode_reply(BytesView payload);

enum class MessageType : std::uint8_t {
    trust = 1,
    frontiers = 2,
    lacks = 3,
    envelope = 4,
    ack = 5,
    done = 6,
    bye = 7,
    error = 8,
    alive = 9,
    refusal = 10,
    branches = 11,
    // Attachments (attachment_messages.hpp).
    ask = 12,
    states = 13,
    manifest = 14,
    get = 15,
    put = 16,
    chunk_part = 17,
    stored = 18,
    file_end = 19,
    part = 20,
    limit = 21,
    // Snapshots (snapshot_exchange.hpp).
    snapshot_ask = 22,
    snapshot_manifest = 23,
    snapshot_end = 24,
};

struct Message {
    MessageType type{};
    Bytes body;
};

/// The longest body that a message of this type may have; nothing if there is no such type.
std::optional<std::size_t> body_size_max(std::uint8_t type);

/// Entries of the trust feed from position `first` on. At least one.
struct TrustBatch {
    std::uint64_t first = 0;
    std::vector<Bytes> entries;
};
Bytes encode_trust(const TrustBatch& batch);
Result<TrustBatch> decode_trust(BytesView body);

/// What the answering side holds: each seq at least 1.
struct Frontiers {
    FeedTable feeds;
    std::uint64_t own_check = 0;  // as in Reply
    std::optional<HeldPart> held = {};
    friend bool operator==(const Frontiers&, const Frontiers&) = default;
};
Bytes encode_frontiers(const Frontiers& frontiers);
Result<Frontiers> decode_frontiers(BytesView body);
/// Of which of these feeds the calling side holds less, and up to where it holds them: 0 is nothing.
struct Lacks {
    FeedTable feeds;
    std::uint64_t check = 0;  // feeds_check(): what both hold of the listed feeds
    std::uint64_t forks = 0;  // forks_check(): the branches that the caller holds; 0: none
    std::optional<HeldPart> held = {};
    friend bool operator==(const Lacks&, const Lacks&) = default;
};
Bytes encode_lacks(const Lacks& lacks);
Result<Lacks> decode_lacks(BytesView body);

/// 16 octets: of 8, an author could find two of its own with the same ones.
using HashStart = FixedBytes<16, struct HashStartTag>;
/// Where a branch of a feed ends, and the first octets of the hashes of seq, seq - 1, seq - 3, seq - 7 … on
/// it: as many as seq has binary digits.
struct BranchTip {
    std::uint64_t seq = 0;
    std::vector<HashStart> hashes;
    friend auto operator<=>(const BranchTip&, const BranchTip&) = default;
};
/// Rising, at least one a feed and at most branch_tips_max.
using BranchTable = std::map<std::uint32_t, std::map<DeviceIndex, std::vector<BranchTip>>>;
inline constexpr std::size_t branch_tips_max = 32;
Bytes encode_branches(const BranchTable& branches);
Result<BranchTable> decode_branches(BytesView body);

/// So many envelopes of the receiver of this message were dealt with, counted from the session's first. All
/// of them are durably held, but those whose number is listed (counted from 1, ascending, above the last
/// ack's total).
struct Ack {
    std::uint64_t handled = 0;
    std::vector<std::uint64_t> not_held;
};
Bytes encode_ack(const Ack& ack);
/// `before` is the total of the last ack.
Result<Ack> decode_ack(BytesView body, std::uint64_t before);

inline constexpr std::size_t part_size_max = 60'000;
/// Octets of an envelope from `offset` on; `left` more follow in later parts. At least one octet.
struct Part {
    std::uint64_t offset = 0;
    std::uint64_t left = 0;
    BytesView octets;
};
Bytes encode_part(const Part& part);
/// The octets are those of `body`.
Result<Part> decode_part(BytesView body);

/// The largest number that `limit` may say, which lifts an earlier limit: no store holds as much.
inline constexpr std::uint64_t limit_max = seq_max;
/// The receiver of this message sends at most so many more octets of envelopes.
Bytes encode_limit(std::uint64_t octets);
Result<std::uint64_t> decode_limit(BytesView body);

Bytes encode_error(ErrorCode code);
/// The error that the other side reported; protocol_error for a number this version does not know.
Result<Error> decode_error(BytesView body);

}  // namespace cotmoc::sync
