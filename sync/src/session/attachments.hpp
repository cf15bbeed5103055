// The last part of a session: attachments, after all records. The calling side asks, sends what it made and
// gets what its records name, one attachment at a time; the answering side answers (docs/spec/attachment.md).
#pragma once

#include "session/attachment_incoming.hpp"
#include "session/attachment_outgoing.hpp"

#include <cotmoc/crypto/trust_state.hpp>

#include <functional>
#include <set>

namespace cotmoc::sync {

/// Who is speaking, as the session knows it by now.
struct AttachmentParties {
    const crypto::TrustState& trust;
    const std::vector<SpaceId>& common;  // sorted
    DeviceId own;
    DeviceId peer;
};

/// bad_signature, unknown_author; wrong_space outside `common`; not_allowed if the author may not write the
/// space, or, of what records name, never could.
Result<void> check_attachment(const crypto::AttachmentManifest& manifest, const AttachmentParties& parties,
                              bool named_by_record);

class AttachmentExchange {
public:
    /// What it needs of the session's pipe.
    class Wire {
    public:
        virtual ~Wire() = default;
        virtual void send_message(MessageType type, BytesView body) = 0;
        virtual void flush_messages() = 0;
        virtual bool may_produce() const = 0;
        /// Octets of a chunk that the line and the budget bear at once.
        virtual std::size_t piece_max() const = 0;
        /// So many octets of a chunk were sent.
        virtual void spend(std::size_t octets) = 0;
    };
    /// A store of null: what is asked is unknown, what is sent is refused.
    AttachmentExchange(AttachmentStore* store, std::size_t window_bytes, Wire& wire);
    ~AttachmentExchange();

    // The calling side.
    /// Whether there is anything to ask for.
    Result<bool> has_work(const AttachmentRule& rule, const AttachmentParties& parties);
    /// Called until it returns true: begins, then asks for more until nothing is left.
    Result<bool> finish(const AttachmentRule& rule, const AttachmentParties& parties);
    /// Begins nothing any more; finish() returns true when what is under way has come to its end.
    void stop();
    /// What the other side sends has to be stopped there.
    bool awaits_parts() const { return waiting_ == Waiting::parts; }

    // Both sides.
    Result<void> handle(const Message& message, const AttachmentParties& parties, SessionReport& report);
    /// Sends parts while the window has room.
    Result<void> produce(SessionReport& report);
    /// Keeps what has come and acknowledges what is durable. `due`: the session ends.
    Result<void> commit(std::int64_t now_ms, bool due);
    std::size_t bytes_in_flight() const;
    std::uint64_t octets_kept() const;

private:
    struct Job {
        Hash256 id;
        SpaceId space;
        bool upload = false;
        std::optional<std::size_t> chunks;  // as records say
    };
    enum class Waiting : std::uint8_t { nothing, states, admission, stored, parts };
    Result<std::vector<Job>> plan(const AttachmentRule& rule, const AttachmentParties& parties);
    Result<void> next_job(const AttachmentParties& parties);
    Result<void> upload(const Job& job, const AttachmentState& there);
    Result<void> download(const Job& job, const AttachmentState& there);
    Result<void> on_states(BytesView body, const AttachmentParties& parties, SessionReport& report);
    Result<void> on_stored(BytesView body, const AttachmentParties& parties, SessionReport& report);
    Result<void> on_end(const AttachmentParties& parties, SessionReport& report);
    Result<void> count_received(SessionReport& report);
    // The answering side's.
    Result<void> on_ask(BytesView body, const AttachmentParties& parties);
    Result<void> on_manifest(BytesView body, const AttachmentParties& parties);
    Result<void> on_get(BytesView body, const AttachmentParties& parties);
    Result<void> on_put(BytesView body, const AttachmentParties& parties);
    Result<AttachmentState> state_for(const Hash256& id, const AttachmentParties& parties);
    void acknowledge();

    AttachmentStore* store_;
    Wire& wire_;
    std::unique_ptr<AttachmentOutgoing> outgoing_;
    std::unique_ptr<AttachmentIncoming> incoming_;
    bool begun_ = false;    // as the calling side
    bool stopped_ = false;  // likewise: before all was exchanged, perhaps
    Waiting waiting_ = Waiting::nothing;
    std::vector<Hash256> asked_;                // of the present batch, rising
    std::vector<Job> jobs_;                     // of it, the last is the next
    std::map<Hash256, AttachmentState> there_;  // as the other side answered
    std::set<Hash256> seen_;                    // not asked for twice in a session
    std::optional<Job> job_;
    std::optional<Hash256> receiving_;  // counted once it is whole
    bool sending_end_ = false;          // an end follows the last part
};

}  // namespace cotmoc::sync
