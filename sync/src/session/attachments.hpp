// The last part of a session: attachments, after all records. The calling side asks, sends what it made and
// gets what its records name, one attachment at a time; the answering side answers (docs/spec/attachment.md).
#pragma once

#include "session/attachment_incoming.hpp"
#include "session/attachment_outgoing.hpp"

#include <cotmoc/crypto/trust_state.hpp>

#include <functional>
#include <set>

namespace cotmoc::sync {

/// Who is speaking. What they may do is looked up each time: it may change while a session goes on.
struct AttachmentParties {
    const crypto::TrustState& trust;
    DeviceId own;
    DeviceId peer;

    /// Whether both carry the space now.
    bool share(const SpaceId& space) const;
};

/// Of what comes: wanted here because a record names it, or brought by the peer.
enum class AttachmentOrigin : std::uint8_t { named, brought };
/// bad_signature, unknown_author; wrong_space unless both carry it; not_allowed if the author may not write
/// the space. That it once could is enough for what a record names, and for what another device brings that
/// may write itself.
Result<void> check_attachment(const crypto::AttachmentManifest& manifest, const AttachmentParties& parties,
                              AttachmentOrigin origin);
/// What an answering side says to a manifest that it does not take; any other error ends the session.
bool is_attachment_refusal(ErrorCode code);

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
    Result<bool> finish(const AttachmentRule& rule, const AttachmentParties& parties, SessionReport& report);
    /// Begins nothing any more; finish() returns true when what is under way has come to its end.
    void stop(SessionReport& report);
    /// The other side was told to send no more than so much: a file that ends early means the end of all.
    void expect_limit() { limited_ = true; }
    /// What the other side sends has to be stopped there.
    bool awaits_parts() const { return waiting_ == Waiting::parts; }

    // Both sides.
    Result<void> handle(const Message& message, const AttachmentParties& parties, SessionReport& report);
    /// Answers, and sends parts while the window has room.
    Result<void> produce(const AttachmentParties& parties, SessionReport& report);
    /// Keeps what has come and acknowledges what is durable. `due`: the session ends.
    Result<void> commit(std::int64_t now_ms, bool due);
    std::size_t bytes_in_flight() const;
    std::uint64_t octets_kept() const;

private:
    /// What a record says of a file that it names.
    struct Claim {
        SpaceId space;
        std::uint64_t size = 0;
    };
    struct Job {
        Hash256 id;
        bool upload = false;
        std::vector<Claim> claims;  // of a download; one of them may be true
        bool fits(const SpaceId& space, std::uint64_t size) const;
        bool fits_count(std::size_t chunks) const;
    };
    enum class Waiting : std::uint8_t { nothing, states, admission, stored, parts };
    /// What there is to do; with `recheck` also what the other side confirmed long ago.
    Result<std::vector<Job>> plan(const AttachmentRule& rule, const AttachmentParties& parties, bool recheck);
    Result<void> plan_uploads(const AttachmentParties& parties, const std::vector<Hash256>& ids,
                              std::vector<Job>& jobs);
    void add_job(std::vector<Job>& jobs, const Job& job) const;
    Result<void> next_job(const AttachmentParties& parties, SessionReport& report);
    Result<void> begin_job(const AttachmentParties& parties);
    Result<void> upload(const Job& job, const AttachmentState& there, const AttachmentParties& parties);
    Result<void> download(const Job& job, const AttachmentState& there);
    Result<void> on_states(BytesView body, const AttachmentParties& parties, SessionReport& report);
    Result<void> on_stored(BytesView body, const AttachmentParties& parties, SessionReport& report);
    Result<void> on_end(const AttachmentParties& parties, SessionReport& report);
    Result<void> on_part(BytesView body, const AttachmentParties& parties, SessionReport& report);
    Result<void> on_wanted_manifest(BytesView body, const AttachmentParties& parties, SessionReport& report);
    /// Counts what is whole now; only a receiver that leads knows that the other side holds it too.
    Result<void> count_received(const AttachmentParties& parties, SessionReport& report);
    // The answering side's (attachments_answering.cpp).
    Result<void> take_request(const Message& message);
    Result<void> answer(const Message& request, const AttachmentParties& parties);
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
    bool limited_ = false;
    bool stopped_ = false;  // likewise: before all was exchanged, perhaps
    Waiting waiting_ = Waiting::nothing;
    std::vector<Hash256> asked_;                // of the present batch, rising
    std::vector<Job> jobs_;                     // of it, the last is the next
    std::map<Hash256, AttachmentState> there_;  // as the other side answered
    std::set<Hash256> seen_;                    // not asked for twice in a session
    std::optional<Job> job_;
    bool manifest_due_ = false;         // of the file that was asked for, before its parts
    std::optional<Hash256> receiving_;  // counted once it is whole
    // As the answering side.
    std::optional<Message> request_;  // not answered yet: there is one at most
    std::set<Hash256> got_;           // each file is given, and taken, once in a session
    std::set<Hash256> put_;
    bool sending_end_ = false;  // an end follows the last part
};

}  // namespace cotmoc::sync
