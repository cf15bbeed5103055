#include <cotmoc/crypto/remote_enrolment.hpp>

#include "labels.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/base/check.hpp>
#include <cotmoc/base/test_switch.hpp>
#include <cotmoc/crypto/hash.hpp>

#include <algorithm>

namespace cotmoc::crypto {
namespace {

constexpr std::string_view prefix = "cotmoc-offer-1 ";
constexpr std::size_t text_max = 1024;
constexpr std::size_t random_size = 32;
constexpr std::size_t payload_max = 512;
constexpr std::uint64_t code_limit = 1'000'000'000;
constexpr std::string_view white_space = " \t\r\n";

enum class Step : std::uint8_t { commit = 1, reveal = 2 };

using Side = RemoteEnrolment::Side;

tl::unexpected<Error> bad_offer(std::string_view what) {
    return fail(ErrorCode::bad_offer, std::string(what));
}

Hash256 commitment(Side side, BytesView said) {
    const std::uint8_t octet[] = {static_cast<std::uint8_t>(side)};
    return hash(label::channel_commit, {BytesView(octet), said});
}

std::string message(Side side, Step step, BytesView content) {
    BinaryWriter writer;
    writer.u8(static_cast<std::uint8_t>(side));
    writer.u8(static_cast<std::uint8_t>(step));
    writer.blob(content);
    return std::string(prefix) + to_base64url(writer.bytes());
}

struct Message {
    Side side{};
    Step step{};
    Bytes content;
};

Result<Message> parse_message(std::string_view text) {
    const std::size_t first = std::min(text.find_first_not_of(white_space), text.size());
    text.remove_prefix(first);
    text = text.substr(0, text.find_last_not_of(white_space) + 1);
    if (text.size() > text_max || !text.starts_with(prefix)) {
        return bad_offer("first word or length");
    }
    const std::optional<Bytes> bytes = from_base64url(text.substr(prefix.size()));
    if (!bytes) {
        return bad_offer("base64url");
    }
    BinaryReader reader(*bytes);
    const std::uint8_t side = reader.u8();
    const std::uint8_t step = reader.u8();
    const BytesView content = reader.blob();
    const bool known = side >= 1 && side <= 2 && step >= 1 && step <= 2;
    if (!reader.finished() || !known) {
        return bad_offer("form");
    }
    return Message{static_cast<Side>(side), static_cast<Step>(step), Bytes(content.begin(), content.end())};
}

bool is_said(BytesView said) { return said.size() > random_size && said.size() <= random_size + payload_max; }

Bytes with_random(BytesView payload, Random& random) {
    COTMOC_CHECK(!payload.empty() && payload.size() <= payload_max);
    Bytes said(random_size);
    random.fill(said);
    said.insert(said.end(), payload.begin(), payload.end());
    return said;
}

std::string in_groups(std::uint64_t code) {
    std::string digits = std::to_string(code);
    digits.insert(0, 9 - digits.size(), '0');
    return digits.substr(0, 3) + " " + digits.substr(3, 3) + " " + digits.substr(6, 3);
}

}  // namespace

RemoteEnrolment::RemoteEnrolment(Side side, Bytes said) : side_(side), said_(std::move(said)) {}

RemoteEnrolment RemoteEnrolment::of_device(std::string_view request, Random& random) {
    return {Side::device, with_random(as_bytes(request), random)};
}

RemoteEnrolment RemoteEnrolment::of_authority(const Hash256& root_fingerprint, Random& random) {
    return {Side::authority, with_random(root_fingerprint.view(), random)};
}

std::string RemoteEnrolment::commit() const {
    return message(side_, Step::commit, commitment(side_, said_).view());
}

Result<std::string> RemoteEnrolment::reveal() const {
    if (!commit_) {
        return bad_offer("the other side has not committed itself yet");
    }
    return message(side_, Step::reveal, said_);
}

Result<void> RemoteEnrolment::take(std::string_view text) {
    COTMOC_ASSIGN(Message message, parse_message(text));
    if (message.side != other()) {
        return bad_offer("a message of this side");
    }
    if (message.step == Step::commit) {
        const std::optional<Hash256> commit = Hash256::from(message.content);
        if (!commit || (commit_ && *commit_ != *commit)) {
            return bad_offer("another commit");
        }
        commit_ = commit;
        return {};
    }
    if (!commit_ || !is_said(message.content)) {
        return bad_offer("out of turn");
    }
    if (commitment(message.side, message.content) != *commit_ && !switched_off("commit-first")) {
        return bad_offer("not what was committed to");
    }
    if (revealed_ && *revealed_ != message.content) {
        return bad_offer("said twice");
    }
    revealed_ = std::move(message.content);
    return {};
}

std::uint64_t channel_code(BytesView device_said, BytesView authority_said, std::uint64_t limit) {
    const Hash256 digest = hash(label::channel, {device_said, authority_said});
    return BinaryReader(digest.view()).u64() % limit;
}

Result<std::string> RemoteEnrolment::code() const {
    if (!revealed_) {
        return bad_offer("the other side has not spoken yet");
    }
    const bool device = side_ == Side::device;
    return in_groups(channel_code(device ? said_ : *revealed_, device ? *revealed_ : said_, code_limit));
}

Result<void> RemoteEnrolment::check_code(std::string_view typed) const {
    std::string digits;
    std::ranges::copy_if(typed, std::back_inserter(digits), [](char c) { return c != ' ' && c != '-'; });
    COTMOC_ASSIGN(std::string own, code());
    std::erase(own, ' ');
    return digits == own ? Result<void>() : fail(ErrorCode::code_differs);
}

Result<std::string> RemoteEnrolment::request() const {
    if (side_ != Side::authority || !revealed_) {
        return bad_offer("no request yet");
    }
    std::string text(as_text(BytesView(*revealed_).subspan(random_size)));
    COTMOC_TRY(parse_request(text));
    return text;
}

Result<Hash256> RemoteEnrolment::root_fingerprint() const {
    if (side_ != Side::device || !revealed_) {
        return bad_offer("no fingerprint yet");
    }
    const auto fingerprint = Hash256::from(BytesView(*revealed_).subspan(random_size));
    return fingerprint ? Result<Hash256>(*fingerprint) : bad_offer("fingerprint");
}

Bytes RemoteEnrolment::save() const {
    BinaryWriter writer;
    writer.raw(as_bytes(prefix));
    writer.u8(static_cast<std::uint8_t>(side_));
    writer.blob(said_);
    writer.blob(commit_ ? commit_->view() : BytesView());
    writer.blob(revealed_ ? BytesView(*revealed_) : BytesView());
    return writer.take();
}

Result<RemoteEnrolment> RemoteEnrolment::load(BytesView bytes) {
    BinaryReader reader(bytes);
    const bool named = as_text(reader.raw(prefix.size())) == prefix;
    const std::uint8_t side = reader.u8();
    const BytesView said = reader.blob();
    const BytesView commit = reader.blob();
    const BytesView revealed = reader.blob();
    if (!reader.finished() || !named || side < 1 || side > 2 || !is_said(said)) {
        return bad_offer("what was kept of it");
    }
    RemoteEnrolment result(static_cast<Side>(side), Bytes(said.begin(), said.end()));
    result.commit_ = Hash256::from(commit);
    if (!revealed.empty()) {
        result.revealed_ = Bytes(revealed.begin(), revealed.end());
    }
    if (result.commit_.has_value() == commit.empty() || (result.revealed_ && !result.commit_)) {
        return bad_offer("what was kept of it");
    }
    return result;
}

}  // namespace cotmoc::crypto
