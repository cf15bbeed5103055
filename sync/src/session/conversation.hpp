// What both sides of a session do alike: the pipe, time, trust entries, envelopes, acknowledgements, the end.
#pragma once

#include "session/attachments.hpp"
#include "session/common_spaces.hpp"
#include "session/framing.hpp"
#include "session/incoming.hpp"
#include "session/outgoing.hpp"
#include "session/pace.hpp"
#include "session/parts.hpp"
#include "session/progress_watch.hpp"
#include "session/snapshot_exchange.hpp"

namespace cotmoc::sync {

class Conversation : public Session, private AttachmentExchange::Wire {
public:
    explicit Conversation(const SessionOptions& options);
    ~Conversation() override;
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    void start(std::int64_t now_ms) final;
    void on_bytes(BytesView bytes, std::int64_t now_ms) final;
    void on_tick(std::int64_t now_ms) final;
    void on_closed(std::int64_t now_ms) final;
    void on_writable(std::int64_t now_ms) final;
    void wind_down(std::int64_t now_ms) final;
    std::optional<std::int64_t> next_wakeup() const final;

    Bytes take_output() final;
    bool finished() const final { return finished_; }
    const std::optional<Error>& error() const final { return error_; }
    const SessionReport& report() const final { return report_; }
    const std::optional<DeviceId>& peer() const final { return peer_; }
    /// The other side holds its key: something that came under the session's keys was read.
    bool proven() const { return answered_; }

protected:
    // The two sides differ in these.
    virtual Result<void> begin() = 0;
    virtual Result<void> on_handshake(const Bytes& frame) = 0;
    /// Both sides hold the same trust feed now, by entries that arrived here.
    virtual Result<void> on_trust_level() = 0;
    virtual Result<void> on_list(BytesView body) = 0;  // frontiers or lacks, whichever this side awaits
    virtual Result<void> on_branches(BytesView body) = 0;
    virtual Result<void> on_all_received() = 0;  // the other side's done
    virtual Result<void> on_bye() = 0;
    /// The other side wants at most so many more octets of envelopes and files.
    virtual Result<void> on_limit(std::uint64_t octets) = 0;
    /// The first octets of what should be a handshake frame.
    virtual Result<void> look_at_answer(BytesView) const { return {}; }
    /// The budget is used, or somebody asked for the end.
    virtual void end_soon() {}
    /// Sends what follows when trust entries and envelopes are sent.
    virtual Result<void> advance() = 0;
    /// Nothing is open, so that an end of the pipe is not an error.
    virtual bool may_end() const { return false; }

    enum class Phase : std::uint8_t { handshake, trust, list, transfer };

    const crypto::TrustState& trust() const { return options_.store.trust(); }
    FeedStore& store() { return options_.store; }
    const crypto::TrustState::Device* own_device() const;
    const crypto::TrustState::Device* peer_device() const;
    /// Nothing may leave before it is durable here.
    Result<void> begin_store_session();
    /// Once a session: lets the store react to all it has received.
    Result<void> tell_received_all();
    void update_common();
    /// Takes up what earlier sessions left of an envelope of this peer.
    Result<void> load_partial();
    bool ending_soon() const { return ending_soon_; }
    bool all_sent() const { return outgoing_.all_sent() && !parts_.busy(); }
    /// The first octets after the first ones sent: how long the other side took tells what kind of line it
    /// is.
    void note_answer();
    /// Begins no envelope any more, and leaves the one that is under way.
    void stop_sending();
    void send(MessageType type, BytesView body = {});
    void send_done();
    /// Takes the other side's branches: plans what it lacks. True if some own feed is another one over there.
    Result<bool> take_branches(const BranchTable& theirs);
    void hand_over_trust(std::uint64_t first, std::uint64_t last);
    void await_trust(std::uint64_t first, std::uint64_t last);
    /// The records of both sides are over there; what follows are attachments.
    bool records_are_exchanged() const {
        return phase_ == Phase::transfer && done_sent_ && peer_done_ && outgoing_.all_acknowledged();
    }
    AttachmentParties attachment_parties() const;
    bool trust_is_sent() const { return trust_next_ > trust_last_; }
    /// The session is over; what can be kept is committed.
    void end(std::optional<Error> error);

    SessionOptions options_;
    Framing framing_;
    Holdings holdings_;
    Outgoing outgoing_;
    Incoming incoming_;
    AttachmentExchange attachments_;
    SnapshotExchange snapshots_;
    PartSender parts_;
    Pace pace_;
    /// Octets of envelopes and files that may still be sent; nothing: no limit.
    std::optional<std::uint64_t> allowance_;
    SessionReport report_;
    std::optional<DeviceId> peer_;
    std::vector<SpaceId> common_;
    std::vector<SpaceId> handed_over_;  // sorted: of these the peer may send its own feed, and gets nothing
    MessageType awaited_list_ = MessageType::frontiers;
    Phase phase_ = Phase::handshake;
    bool awaiting_answer_ = false;
    bool done_sent_ = false;
    bool peer_done_ = false;
    bool done_is_void_ = false;   // what the other side said to be done was so before it knew of branches
    bool keep_own_back_ = false;  // the own feeds are other ones over there

private:
    // AttachmentExchange::Wire.
    void send_message(MessageType type, BytesView body) override { send(type, body); }
    void flush_messages() override { framing_.flush(); }
    bool may_produce() const override { return framing_.may_produce(pace_.ahead()); }
    std::size_t piece_max() const override;
    void spend(std::size_t octets) override;

    bool exchanges_attachments() const { return phase_ == Phase::transfer && records_are_exchanged(); }
    Result<void> consume();
    Result<void> handle(const Message& message);
    Result<void> handle_trust(BytesView body);
    Result<void> handle_error(BytesView body);
    Result<void> handle_refusal(BytesView body);
    /// Lets the peer in through the gate once what it sent shows that it is not a recording of it.
    Result<void> admit();
    void leave_gate();
    void tell_refusal();
    Result<void> commit_and_acknowledge();
    Result<void> pump();
    Result<void> send_trust();
    Result<void> send_envelopes();
    void send_piece(std::size_t size);
    Result<void> save_partial();
    void watch_budget();
    std::optional<std::int64_t> budget_end() const;
    /// What has come, records first: the chunks have a database of their own, which may fail.
    Result<void> keep();
    Result<void> keep_records();
    std::size_t bytes_in_flight() const {
        return outgoing_.bytes_in_flight() + attachments_.bytes_in_flight();
    }
    void finish_turn(Result<void> outcome);

    std::optional<Error> error_;
    bool finished_ = false;
    bool received_all_told_ = false;
    std::uint64_t trust_next_ = 1;  // to send: this position up to the last
    std::uint64_t trust_last_ = 0;
    std::uint64_t trust_expected_ = 1;  // to receive: this position up to the target
    std::uint64_t trust_target_ = 0;
    std::int64_t now_ = 0;
    std::int64_t started_at_ = 0;
    std::int64_t partial_saved_at_ = 0;
    bool ending_soon_ = false;
    bool answered_ = false;  // by the first message or frame
    std::int64_t received_at_ = 0;
    std::int64_t sent_at_ = 0;
    std::uint64_t produced_ = 0;
    bool owes_sign_ = false;  // the other side sent, and heard nothing since
    bool heard_only_alive_ = false;
    ProgressWatch progress_;
    std::optional<DeviceId> inside_;  // through the gate
    bool refusal_told_ = false;
};

/// BinaryWriter: string "cotmoc/v1", root fingerprint, u16 suite, u16 protocol version
/// (docs/spec/handshake.md).
Bytes session_prologue(const Hash256& root_fingerprint);

}  // namespace cotmoc::sync
