// The handshake and what goes over the channel: altered on the way by anybody, or said by a member on
// purpose.
#include "threats/mutate/subjects.hpp"

#include "session/conversation.hpp"
#include "session/message.hpp"

#include "support/memory_feed_store.hpp"

#include <cotmoc/sync/hub.hpp>

#include <algorithm>

namespace cotmoc::threats {
namespace {

using test_support::MemoryFeedStore;
using test_support::SeededRandom;
using test_support::TestProvince;

constexpr std::size_t handshakes_kept = 6;

/// Handshakes repeat from their seeds, so each mutant meets a receiver in the right state.
class Handshakes final : public Subject {
public:
    explicit Handshakes(std::uint64_t seed) : province_(seed), seed_(seed) {
        for (const char* name : {"hub", "caller"}) {
            province_.enrol(name,
                            name == std::string_view("hub") ? crypto::Role::hub : crypto::Role::border_post,
                            name == std::string_view("hub") ? std::vector<std::string>{}
                                                            : std::vector<std::string>{"kon-tum/ngoc-hoi"});
        }
        for (std::size_t i = 0; i < handshakes_kept; ++i) {
            SeededRandom random(seed_ + i);
            auto caller = make_caller(random);
            auto responder = make_responder(random);
            first_.push_back(caller.write_message_1(payload(i)));
            COTMOC_CHECK(responder.read_message_1(first_.back()).has_value());
            second_.push_back(responder.write_message_2(payload(i + 1)).message);
        }
    }
    std::string name() const override { return "handshake"; }

    Outcome try_one(Mutator& mutator) override {
        const auto place = static_cast<std::size_t>(mutator.below(handshakes_kept));
        const bool to_hub = mutator.one_in(2);
        const std::vector<Bytes>& originals = to_hub ? first_ : second_;
        const std::vector<Bytes>& others = mutator.one_in(4) ? (to_hub ? second_ : first_) : originals;
        Outcome outcome{true, std::nullopt, mutator.mutate(originals[place], others)};
        // Message 1 may be played again: the session records nothing on it. Message 2 belongs to one call.
        outcome.counts = to_hub ? std::ranges::find(first_, outcome.mutant) == first_.end()
                                : outcome.mutant != second_[place];
        if (!outcome.counts) {
            return outcome;
        }
        SeededRandom random(seed_ + place);
        auto caller = make_caller(random);
        if (to_hub) {
            if (make_responder(random).read_message_1(outcome.mutant)) {
                outcome.wrong = "the hub took message 1";
            }
            return outcome;
        }
        (void)caller.write_message_1(payload(place));
        if (caller.read_message_2(outcome.mutant)) {
            outcome.wrong = "the caller took message 2";
        }
        return outcome;
    }

private:
    static Bytes payload(std::size_t number) {
        return Bytes(34 + 9 * number, static_cast<std::uint8_t>(number));
    }
    crypto::NoiseInitiator make_caller(SeededRandom& random) const {
        return {province_.member("caller").keys.agreement,
                province_.member("hub").keys.agreement.public_key(),
                sync::session_prologue(province_.trust.root_fingerprint()), random};
    }
    crypto::NoiseResponder make_responder(SeededRandom& random) const {
        return {province_.member("hub").keys.agreement,
                sync::session_prologue(province_.trust.root_fingerprint()), random};
    }

    TestProvince province_;
    std::uint64_t seed_;
    std::vector<Bytes> first_;
    std::vector<Bytes> second_;
};

/// A member whose device says anything that it likes to a hub, over a channel of its own.
class BadMember {
public:
    BadMember(const TestProvince& province, sync::Session& responder, SeededRandom& random)
        : responder_(responder) {
        crypto::NoiseInitiator noise(province.member("caller").keys.agreement,
                                     province.member("hub").keys.agreement.public_key(),
                                     sync::session_prologue(province.trust.root_fingerprint()), random);
        responder_.start(0);
        framing_.write_frame(
            noise.write_message_1(sync::encode_greeting({province.trust.position(), Hash256{}})));
        responder_.on_bytes(framing_.take_output(), 0);
        framing_.append(responder_.take_output());
        auto answer = noise.read_message_2(*framing_.next_frame());
        COTMOC_CHECK(answer.has_value());
        framing_.open(std::move(answer->channel));
    }
    void say(sync::MessageType type, BytesView body) {
        framing_.send(type, body);
        framing_.flush();
        responder_.on_bytes(framing_.take_output(), 0);
    }

private:
    sync::Session& responder_;
    sync::Framing framing_;
};

class SessionMessages final : public Subject {
public:
    explicit SessionMessages(std::uint64_t seed)
        : province_(seed), random_(seed), key_(Bytes(32, static_cast<std::uint8_t>(seed))) {
        province_.enrol("hub", crypto::Role::hub);
        for (const char* name : {"caller", "other"}) {
            province_.enrol(name, crypto::Role::border_post, {"kon-tum/ngoc-hoi"});
        }
        space_ = province_.space("kon-tum/ngoc-hoi");
        make_messages();
        store_ = must(sync::open_sqlite_hub_store(":memory:"));
        hub_ = must(sync::Hub::open(*store_));
        for (const Bytes& entry : province_.entries) {
            must(hub_->add_trust_entry(entry));
        }
        must(hub_->accept(envelope_));
        must(hub_->commit());
        frontier_ = hub_->frontier(space_);
    }
    std::string name() const override { return "session message"; }

    Outcome try_one(Mutator& mutator) override {
        switch (mutator.below(20)) {
            case 0:
                return try_session(mutator);
            case 1:
            case 2:
            case 3:
            case 4:
            case 5:
            case 6:
                return try_body(mutator);
            default:
                return try_sealed(mutator);
        }
    }

private:
    template <class T>
    static T must(Result<T> result) {
        COTMOC_CHECK(result.has_value());
        if constexpr (!std::is_void_v<T>) {
            return std::move(*result);
        }
    }

    void make_messages() {
        using namespace sync;
        MemoryFeedStore caller(province_, "caller");
        envelope_ = caller.write(space_, 50);
        const FeedTable table{{0, {{DeviceIndex{1}, 5}, {DeviceIndex{3}, 300}}}, {1, {{DeviceIndex{2}, 1}}}};
        bodies_ = {
            {MessageType::trust, encode_trust({3, {province_.entries[2], province_.entries[3]}})},
            {MessageType::frontiers, encode_frontiers({table, 7})},
            {MessageType::lacks, encode_lacks({table, 7, 9})},
            {MessageType::lacks, encode_lacks({})},
            {MessageType::branches, encode_branches({{0, {{DeviceIndex{1}, {{1, {HashStart{{7}}}}}}}}})},
            {MessageType::envelope, envelope_},
            {MessageType::ack, encode_ack({5, {2, 4}})},
            {MessageType::done, {}},
            {MessageType::bye, {}},
            {MessageType::error, encode_error(ErrorCode::disk_full)},
            {MessageType::alive, {}}};
        for (const Message& message : bodies_) {
            octets_.push_back(message.body);
        }
        octets_.push_back(encode_greeting({9, Hash256{}}));
        octets_.push_back(encode_reply({Reply::Status::differs, 77, 9, Hash256{}, table}));
        crypto::NoiseCipher cipher(crypto::Secret::copy_of(key_));
        for (const Bytes& body : octets_) {
            sealed_.push_back(cipher.encrypt(body));
        }
    }

    /// Altered, cut, swapped or played again on the way.
    Outcome try_sealed(Mutator& mutator) {
        const auto place = static_cast<std::size_t>(mutator.below(sealed_.size()));
        Outcome outcome{true, std::nullopt, mutator.mutate(sealed_[place], sealed_)};
        if (mutator.one_in(8)) {
            outcome.mutant = sealed_[static_cast<std::size_t>(mutator.below(sealed_.size()))];
        }
        outcome.counts = outcome.mutant != sealed_[place];
        crypto::NoiseCipher cipher(crypto::Secret::copy_of(key_));
        for (std::size_t i = 0; i < place; ++i) {
            COTMOC_CHECK(cipher.decrypt(sealed_[i]).has_value());
        }
        if (outcome.counts && cipher.decrypt(outcome.mutant)) {
            outcome.wrong = "the channel let it through";
        }
        return outcome;
    }

    /// Said by a member: read to the one thing that it says, or refused.
    Outcome try_body(Mutator& mutator) {
        using namespace sync;
        const Bytes& original = octets_[static_cast<std::size_t>(mutator.below(octets_.size()))];
        Outcome outcome{true, std::nullopt, mutator.mutate(original, octets_)};
        const Bytes& mutant = outcome.mutant;
        const auto check = [&](const char* what, bool same) {
            if (!same) {
                outcome.wrong = std::string("read in another than its one form as ") + what;
            }
        };
        if (const auto read = decode_greeting(mutant)) {
            check("greeting", encode_greeting(*read) == mutant);
        }
        if (const auto read = decode_reply(mutant)) {
            check("reply", encode_reply(*read) == mutant);
        }
        if (const auto read = decode_frontiers(mutant)) {
            check("frontiers", encode_frontiers(*read) == mutant);
        }
        if (const auto read = decode_lacks(mutant)) {
            check("lacks", encode_lacks(*read) == mutant);
        }
        if (const auto read = decode_branches(mutant)) {
            check("branches", encode_branches(*read) == mutant);
        }
        if (const auto read = decode_trust(mutant)) {
            check("trust", encode_trust(*read) == mutant);
        }
        if (const auto read = decode_ack(mutant, 0)) {
            check("ack", encode_ack(*read) == mutant);
        }
        (void)decode_error(mutant);
        return outcome;
    }

    /// The same to a whole hub: it may end the session, and keeps nothing that its author did not sign.
    Outcome try_session(Mutator& mutator) {
        const auto place = static_cast<std::size_t>(mutator.below(bodies_.size()));
        Outcome outcome{true, std::nullopt, mutator.mutate(bodies_[place].body, octets_)};
        const auto responder = sync::Session::answer({*hub_, province_.member("hub").keys, random_});
        BadMember member(province_, *responder, random_);
        if (mutator.one_in(2)) {
            member.say(sync::MessageType::lacks, sync::encode_lacks({}));
        }
        const auto type =
            mutator.one_in(8) ? static_cast<sync::MessageType>(mutator.below(256)) : bodies_[place].type;
        outcome.counts = outcome.mutant != envelope_;
        member.say(type, outcome.mutant);
        responder->on_closed(1);
        if (outcome.counts && hub_->frontier(space_) != frontier_) {
            outcome.wrong = "the hub holds what nobody signed";
        }
        if (hub_->trust().position() != province_.trust.position()) {
            outcome.wrong = "the hub's trust feed moved";
        }
        return outcome;
    }

    TestProvince province_;
    SeededRandom random_;
    Bytes key_;
    SpaceId space_;
    Bytes envelope_;
    std::vector<sync::Message> bodies_;
    std::vector<Bytes> octets_;  // the bodies and the handshake's payloads
    std::vector<Bytes> sealed_;
    std::unique_ptr<sync::HubStore> store_;
    std::unique_ptr<sync::Hub> hub_;
    sync::Frontier frontier_;
};

}  // namespace

std::unique_ptr<Subject> make_handshakes(std::uint64_t seed) { return std::make_unique<Handshakes>(seed); }
std::unique_ptr<Subject> make_session_messages(std::uint64_t seed) {
    return std::make_unique<SessionMessages>(seed);
}

}  // namespace cotmoc::threats
