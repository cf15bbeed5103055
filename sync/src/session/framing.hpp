// Bytes of the pipe: frames (u16 length and a Noise message), and once the channel is open the messages in
// them.
#pragma once

#include "session/message.hpp"

#include <cotmoc/crypto/noise.hpp>

namespace cotmoc::sync {

class Framing {
public:
    /// Output that may wait before a producer should pause.
    static constexpr std::size_t output_limit = 256 * 1024;

    void append(BytesView bytes) { input_.append(bytes); }
    /// The next whole frame, for the handshake; empty frames are possible.
    std::optional<Bytes> next_frame();
    void write_frame(BytesView message);

    /// From here on frames carry the stream of messages.
    void open(crypto::NoiseChannel channel) { channel_ = std::move(channel); }
    bool is_open() const { return channel_.has_value(); }
    /// The next whole message. protocol_error or cannot_decrypt ends the session.
    Result<std::optional<Message>> next_message();
    /// Small messages share a frame: nothing leaves before flush() or a full frame.
    void send(MessageType type, BytesView body);
    void flush();

    bool may_produce(std::size_t limit = output_limit) const {
        return output_.size() + unsealed_.size() < limit;
    }
    /// What came and was not taken by next_frame(), to see what an answer that is no frame looks like.
    BytesView unread() const { return input_.view(); }
    /// All octets ever put into the output.
    std::uint64_t produced() const { return produced_; }
    Bytes take_output() { return std::exchange(output_, {}); }

private:
    /// Bytes that are taken from the front without moving the rest each time.
    class Queue {
    public:
        void append(BytesView bytes);
        BytesView view() const { return BytesView(bytes_).subspan(start_); }
        void drop(std::size_t size) { start_ += size; }

    private:
        Bytes bytes_;
        std::size_t start_ = 0;
    };

    Result<std::optional<Message>> take_message();

    Queue input_;
    Queue stream_;
    Bytes unsealed_;
    Bytes output_;
    std::uint64_t produced_ = 0;
    std::optional<crypto::NoiseChannel> channel_;
};

}  // namespace cotmoc::sync
