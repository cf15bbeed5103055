#include "session/message.hpp"

#include "session/attachment_messages.hpp"
#include "session/snapshot_exchange.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/crypto/envelope.hpp>

#include <bit>
#include <limits>

namespace cotmoc::sync {

namespace {

Error malformed(const char* what) { return Error{ErrorCode::protocol_error, what}; }

/// Places are written as the distance from the one before, less one, so that no order but the ascending one
/// and no repeat can be written at all.
class PlaceWriter {
public:
    explicit PlaceWriter(BinaryWriter& writer) : writer_(writer) {}
    void write(std::uint64_t place) {
        writer_.varint(place - next_);
        next_ = place + 1;
    }

private:
    BinaryWriter& writer_;
    std::uint64_t next_ = 0;
};

class PlaceReader {
public:
    PlaceReader(BinaryReader& reader, std::uint64_t first, std::uint64_t last)
        : reader_(reader), next_(first), last_(last) {}
    std::uint64_t read() {
        const std::uint64_t distance = reader_.varint();
        if (next_ > last_ || distance > last_ - next_) {
            reader_.set_failed();
            return 0;
        }
        const std::uint64_t place = next_ + distance;
        next_ = place + 1;
        return place;
    }

private:
    BinaryReader& reader_;
    std::uint64_t next_;
    std::uint64_t last_;
};

constexpr std::uint64_t index_max = std::numeric_limits<std::uint32_t>::max();

void write_feeds(BinaryWriter& writer, const FeedTable& feeds) {
    writer.varint(feeds.size());
    PlaceWriter spaces(writer);
    for (const auto& [space, list] : feeds) {
        spaces.write(space);
        writer.varint(list.size());
        PlaceWriter devices(writer);
        for (const auto& [device, seq] : list) {
            devices.write(to_number(device));
            writer.varint(seq);
        }
    }
}

FeedTable read_feeds(BinaryReader& reader, std::uint64_t least_seq) {
    FeedTable feeds;
    const std::size_t space_count = reader.count(4);
    PlaceReader spaces(reader, 0, index_max);
    for (std::size_t i = 0; i < space_count && reader.ok(); ++i) {
        const auto space = static_cast<std::uint32_t>(spaces.read());
        const std::size_t feed_count = reader.count(2);
        if (feed_count == 0) {
            reader.set_failed();
            break;
        }
        FeedList list;
        list.reserve(feed_count);
        PlaceReader devices(reader, 0, index_max);
        for (std::size_t k = 0; k < feed_count && reader.ok(); ++k) {
            const auto device = static_cast<DeviceIndex>(devices.read());
            const std::uint64_t seq = reader.varint();
            if (seq < least_seq || seq > seq_max) {
                reader.set_failed();
            }
            list.emplace_back(device, seq);
        }
        feeds.emplace_hint(feeds.end(), space, std::move(list));
    }
    return feeds;
}

void write_tips(BinaryWriter& writer, const std::vector<BranchTip>& tips) {
    writer.varint(tips.size());
    for (const BranchTip& tip : tips) {
        writer.varint(tip.seq);
        for (const HashStart& hash : tip.hashes) {
            writer.id(hash);
        }
    }
}

std::vector<BranchTip> read_tips(BinaryReader& reader) {
    std::vector<BranchTip> tips;
    const std::size_t count = reader.count(17);
    if (count == 0 || count > branch_tips_max) {
        reader.set_failed();
    }
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        BranchTip tip{reader.varint(), {}};
        if (tip.seq == 0 || tip.seq > seq_max) {
            reader.set_failed();
        }
        for (auto left = static_cast<int>(std::bit_width(tip.seq)); left > 0 && reader.ok(); --left) {
            tip.hashes.push_back(reader.id<HashStart>());
        }
        if (!tips.empty() && tip <= tips.back()) {
            reader.set_failed();
        }
        tips.push_back(std::move(tip));
    }
    return tips;
}

void write_held(BinaryWriter& writer, const std::optional<HeldPart>& held) {
    if (held) {
        writer.varint(held->size);
        writer.u64(held->check);
    }
}

/// Absent where nothing follows.
std::optional<HeldPart> read_held(BinaryReader& reader) {
    if (!reader.ok() || reader.remaining() == 0) {
        return std::nullopt;
    }
    HeldPart held;
    held.size = reader.varint();
    held.check = reader.u64();
    if (held.size < held_part_min || held.size >= crypto::envelope_bytes_max) {
        reader.set_failed();
    }
    return held;
}

}  // namespace

Bytes encode_greeting(const Greeting& greeting) {
    BinaryWriter writer;
    writer.u8(session_version);
    writer.varint(greeting.trust_position);
    writer.id(greeting.hello);
    return writer.take();
}

Result<Greeting> decode_greeting(BytesView payload) {
    BinaryReader reader(payload);
    if (reader.u8() != session_version) {
        return fail(ErrorCode::unsupported_version, "session");
    }
    Greeting greeting;
    greeting.trust_position = reader.varint();
    greeting.hello = reader.id<Hash256>();
    if (!reader.finished() || greeting.trust_position == 0 || greeting.trust_position > seq_max) {
        return tl::unexpected(malformed("message 1"));
    }
    return greeting;
}

Bytes encode_reply(const Reply& reply) {
    BinaryWriter writer;
    writer.u8(static_cast<std::uint8_t>(reply.status));
    writer.u48(reply.wall_ms);
    if (reply.status == Reply::Status::equal) {
        return writer.take();
    }
    writer.varint(reply.trust_position);
    if (reply.status == Reply::Status::unknown_device) {
        return writer.take();
    }
    writer.id(reply.trust_head);
    if (reply.status == Reply::Status::differs) {
        write_feeds(writer, reply.feeds);
        writer.u64(reply.own_check);
        write_held(writer, reply.held);
    }
    return writer.take();
}

Result<Reply> decode_reply(BytesView payload) {
    BinaryReader reader(payload);
    const std::uint8_t status = reader.u8();
    if (status > static_cast<std::uint8_t>(Reply::Status::list_follows)) {
        return tl::unexpected(malformed("status"));
    }
    Reply reply;
    reply.status = static_cast<Reply::Status>(status);
    reply.wall_ms = reader.u48();
    if (reply.status != Reply::Status::equal) {
        reply.trust_position = reader.varint();
        if (reply.trust_position == 0 || reply.trust_position > seq_max) {
            reader.set_failed();
        }
    }
    if (reply.status == Reply::Status::differs || reply.status == Reply::Status::list_follows) {
        reply.trust_head = reader.id<Hash256>();
    }
    if (reply.status == Reply::Status::differs) {
        reply.feeds = read_feeds(reader, 1);
        reply.own_check = reader.u64();
        reply.held = read_held(reader);
    }
    if (!reader.finished()) {
        return tl::unexpected(malformed("message 2"));
    }
    return reply;
}

std::optional<std::size_t> body_size_max(std::uint8_t type) {
    switch (static_cast<MessageType>(type)) {
        case MessageType::trust:
        case MessageType::frontiers:
        case MessageType::lacks:
        case MessageType::branches:
            return message_size_max;
        case MessageType::envelope:
        case MessageType::ack:
            return crypto::envelope_bytes_max;
        case MessageType::part:
            return part_size_max + 6;
        case MessageType::limit:
            return 9;
        case MessageType::error:
        case MessageType::refusal:
            return 2;
        case MessageType::done:
        case MessageType::bye:
        case MessageType::alive:
            return 0;
        case MessageType::snapshot_ask:
        case MessageType::snapshot_manifest:
        case MessageType::snapshot_end:
            return snapshot_body_size_max(static_cast<MessageType>(type));
        default:
            return attachment_body_size_max(static_cast<MessageType>(type));
    }
}

Bytes encode_trust(const TrustBatch& batch) {
    BinaryWriter writer;
    writer.varint(batch.first);
    writer.varint(batch.entries.size());
    for (const Bytes& entry : batch.entries) {
        writer.blob(entry);
    }
    return writer.take();
}

Result<TrustBatch> decode_trust(BytesView body) {
    BinaryReader reader(body);
    TrustBatch batch;
    batch.first = reader.varint();
    const std::size_t count = reader.count();
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        const BytesView entry = reader.blob();
        batch.entries.emplace_back(entry.begin(), entry.end());
    }
    if (!reader.finished() || count == 0) {
        return tl::unexpected(malformed("trust"));
    }
    return batch;
}

Bytes encode_frontiers(const Frontiers& frontiers) {
    BinaryWriter writer;
    write_feeds(writer, frontiers.feeds);
    writer.u64(frontiers.own_check);
    write_held(writer, frontiers.held);
    return writer.take();
}

Result<Frontiers> decode_frontiers(BytesView body) {
    BinaryReader reader(body);
    Frontiers frontiers;
    frontiers.feeds = read_feeds(reader, 1);
    frontiers.own_check = reader.u64();
    frontiers.held = read_held(reader);
    if (!reader.finished()) {
        return tl::unexpected(malformed("frontiers"));
    }
    return frontiers;
}

Bytes encode_lacks(const Lacks& lacks) {
    BinaryWriter writer;
    write_feeds(writer, lacks.feeds);
    writer.u64(lacks.check);
    if (lacks.forks != 0 || lacks.held) {
        writer.u64(lacks.forks);
    }
    write_held(writer, lacks.held);
    return writer.take();
}

Result<Lacks> decode_lacks(BytesView body) {
    BinaryReader reader(body);
    Lacks lacks;
    lacks.feeds = read_feeds(reader, 0);
    lacks.check = reader.u64();
    if (reader.ok() && reader.remaining() > 0) {
        lacks.forks = reader.u64();
        lacks.held = read_held(reader);
        if (lacks.forks == 0 && !lacks.held) {
            reader.set_failed();
        }
    }
    if (!reader.finished()) {
        return tl::unexpected(malformed("lacks"));
    }
    return lacks;
}

Bytes encode_branches(const BranchTable& branches) {
    BinaryWriter writer;
    writer.varint(branches.size());
    PlaceWriter spaces(writer);
    for (const auto& [space, feeds] : branches) {
        spaces.write(space);
        writer.varint(feeds.size());
        PlaceWriter devices(writer);
        for (const auto& [device, tips] : feeds) {
            devices.write(to_number(device));
            write_tips(writer, tips);
        }
    }
    return writer.take();
}

Result<BranchTable> decode_branches(BytesView body) {
    BinaryReader reader(body);
    BranchTable branches;
    const std::size_t space_count = reader.count(12);
    PlaceReader spaces(reader, 0, index_max);
    for (std::size_t i = 0; i < space_count && reader.ok(); ++i) {
        auto& feeds = branches[static_cast<std::uint32_t>(spaces.read())];
        const std::size_t feed_count = reader.count(11);
        if (feed_count == 0) {
            reader.set_failed();
        }
        PlaceReader devices(reader, 0, index_max);
        for (std::size_t k = 0; k < feed_count && reader.ok(); ++k) {
            const auto device = static_cast<DeviceIndex>(devices.read());
            feeds[device] = read_tips(reader);
        }
    }
    if (!reader.finished()) {
        return tl::unexpected(malformed("branches"));
    }
    return branches;
}

Bytes encode_ack(const Ack& ack) {
    BinaryWriter writer;
    writer.varint(ack.handled);
    writer.varint(ack.not_held.size());
    PlaceWriter numbers(writer);
    for (const std::uint64_t number : ack.not_held) {
        numbers.write(number);
    }
    return writer.take();
}

Result<Ack> decode_ack(BytesView body, std::uint64_t before) {
    BinaryReader reader(body);
    Ack ack;
    ack.handled = reader.varint();
    const std::size_t count = reader.count();
    PlaceReader numbers(reader, 0, ack.handled);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        ack.not_held.push_back(numbers.read());
    }
    if (!reader.finished() || ack.handled <= before ||
        (!ack.not_held.empty() && ack.not_held.front() <= before)) {
        return tl::unexpected(malformed("ack"));
    }
    return ack;
}

Bytes encode_error(ErrorCode code) {
    BinaryWriter writer;
    writer.u16(static_cast<std::uint16_t>(code));
    return writer.take();
}

Result<Error> decode_error(BytesView body) {
    BinaryReader reader(body);
    const auto code = static_cast<ErrorCode>(reader.u16());
    if (!reader.finished()) {
        return tl::unexpected(malformed("error"));
    }
    switch (code) {
#define COTMOC_ERROR(number, name, retry, what, advice) case ErrorCode::name:
#include <cotmoc/base/errors.inc>
#undef COTMOC_ERROR
        return Error{code, "reported by the other side"};
    }
    return Error{ErrorCode::protocol_error, "the other side reported an unknown error"};
}

}  // namespace cotmoc::sync
