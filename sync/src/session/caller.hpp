// The calling side of a session.
#pragma once

#include "session/conversation.hpp"

namespace cotmoc::sync {

class Caller final : public Conversation {
public:
    Caller(const SessionOptions& options, const crypto::AgreementPublicKey& responder)
        : Conversation(options), responder_(responder) {
        awaited_list_ = MessageType::frontiers;
    }

protected:
    Result<void> begin() override;
    Result<void> on_handshake(const Bytes& frame) override;
    Result<void> on_trust_level() override;
    Result<void> on_list(BytesView body) override;
    Result<void> on_all_received() override;
    Result<void> on_bye() override { return fail(ErrorCode::protocol_error, "bye from the answering side"); }
    Result<void> on_limit(std::uint64_t) override {
        return fail(ErrorCode::protocol_error, "limit from the answering side");
    }
    Result<void> look_at_answer(BytesView octets) const override;
    void end_soon() override;
    Result<void> advance() override;

private:
    /// Divides what is left of the budget between the two ways.
    void divide_budget();
    std::uint64_t budget_left() const;
    void set_limit(std::uint64_t octets);
    void choose_beginnings(const FeedTable& list);
    Result<bool> exchange_snapshots();
    Result<void> tell_beginnings();
    Result<void> note_snapshots_held();
    /// Of what the records left, each way gets half for files.
    Result<void> divide_rest();
    /// True when no files are left to exchange.
    Result<bool> exchange_attachments();
    /// Whether something of the list has not come.
    bool still_lacks() const;
    Result<void> on_reply(Reply reply);
    Result<void> tell_trust(const Reply& reply);
    Result<void> tell_lists(const FeedTable& list);
    Result<void> on_equal();
    Result<void> on_branches(BytesView body) override;
    Result<void> take_list(const Frontiers& list);
    Result<void> start_transfer(const FeedTable& list, std::optional<std::uint64_t> own_check);
    /// Whether the own feeds are other ones over there, or longer: then nothing of them is sent.
    Result<void> compare_own(const FeedTable& list, std::uint64_t own_check);
    FeedTable compare(const FeedTable& list);
    Result<void> plan_new();
    Result<void> plan_hand_over();

    crypto::AgreementPublicKey responder_;
    std::optional<crypto::NoiseInitiator> handshake_;
    std::uint64_t trust_position_ = 0;  // as message 1 said
    FeedTable own_list_;                // as message 1 said
    std::optional<Frontiers> list_;     // of message 2, until the trust feeds are level
    bool branches_taken_ = false;
    bool lacks_nothing_ = false;
    bool attachments_followed_ = false;
    bool bodies_known_ = false;
    FeedTable listed_;      // what the other side holds, as it said
    bool limited_ = false;  // the other side was told to send less than that
    std::map<SpaceId, std::map<DeviceIndex, std::uint64_t>> planned_;
};

}  // namespace cotmoc::sync
