#include "session/framing.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>

namespace cotmoc::sync {

namespace {

constexpr std::size_t frame_header_size = 2;
/// The type and a varint of at most four octets: more than message_size_max needs.
constexpr std::size_t message_header_max = 5;

}  // namespace

void Framing::Queue::append(BytesView bytes) {
    if (start_ == bytes_.size()) {
        bytes_.clear();
        start_ = 0;
    } else if (start_ > bytes_.size() / 2) {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(start_));
        start_ = 0;
    }
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::optional<Bytes> Framing::next_frame() {
    const BytesView bytes = input_.view();
    if (bytes.size() < frame_header_size) {
        return std::nullopt;
    }
    const std::size_t size = bytes[0] + std::size_t{256} * bytes[1];
    if (bytes.size() < frame_header_size + size) {
        return std::nullopt;
    }
    const BytesView frame = bytes.subspan(frame_header_size, size);
    Bytes copy(frame.begin(), frame.end());
    input_.drop(frame_header_size + size);
    return copy;
}

void Framing::write_frame(BytesView message) {
    COTMOC_CHECK(message.size() <= crypto::noise_message_max);
    output_.push_back(static_cast<std::uint8_t>(message.size()));
    output_.push_back(static_cast<std::uint8_t>(message.size() >> 8));
    output_.insert(output_.end(), message.begin(), message.end());
    produced_ += frame_header_size + message.size();
}

Result<std::optional<Message>> Framing::next_message() {
    while (true) {
        COTMOC_ASSIGN(std::optional<Message> message, take_message());
        if (message) {
            return message;
        }
        const std::optional<Bytes> frame = next_frame();
        if (!frame) {
            return std::nullopt;
        }
        // A frame without content says nothing, so that it has no business here.
        if (frame->size() <= crypto::noise_tag_size) {
            return fail(ErrorCode::protocol_error, "empty frame");
        }
        COTMOC_ASSIGN(const Bytes content, channel_->receive.decrypt(*frame));
        stream_.append(content);
    }
}

Result<std::optional<Message>> Framing::take_message() {
    const BytesView bytes = stream_.view();
    if (bytes.empty()) {
        return std::nullopt;
    }
    const std::optional<std::size_t> limit = body_size_max(bytes[0]);
    if (!limit) {
        return fail(ErrorCode::protocol_error, "unknown message type");
    }
    BinaryReader reader(bytes.subspan(0, std::min(bytes.size(), message_header_max)));
    reader.u8();
    const std::uint64_t size = reader.varint();
    if (!reader.ok()) {
        if (bytes.size() >= message_header_max) {
            return fail(ErrorCode::protocol_error, "message length");
        }
        return std::nullopt;
    }
    if (size > *limit) {
        return fail(ErrorCode::protocol_error, "message too long");
    }
    const std::size_t header = reader.position();
    if (bytes.size() - header < size) {
        return std::nullopt;
    }
    const BytesView body = bytes.subspan(header, static_cast<std::size_t>(size));
    Message message{static_cast<MessageType>(bytes[0]), Bytes(body.begin(), body.end())};
    stream_.drop(header + body.size());
    return message;
}

void Framing::send(MessageType type, BytesView body) {
    BinaryWriter header;
    header.u8(static_cast<std::uint8_t>(type));
    header.varint(body.size());
    unsealed_.insert(unsealed_.end(), header.bytes().begin(), header.bytes().end());
    unsealed_.insert(unsealed_.end(), body.begin(), body.end());
    std::size_t sealed = 0;
    while (unsealed_.size() - sealed >= crypto::noise_payload_max) {
        write_frame(channel_->send.encrypt(BytesView(unsealed_).subspan(sealed, crypto::noise_payload_max)));
        sealed += crypto::noise_payload_max;
    }
    unsealed_.erase(unsealed_.begin(), unsealed_.begin() + static_cast<std::ptrdiff_t>(sealed));
}

void Framing::flush() {
    if (!unsealed_.empty()) {
        write_frame(channel_->send.encrypt(unsealed_));
        unsealed_.clear();
    }
}

}  // namespace cotmoc::sync
