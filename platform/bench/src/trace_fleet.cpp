#include "trace_fleet.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

namespace cotmoc::bench {
namespace {

/// Three files each; opening one again means verifying the whole trust feed again.
constexpr std::size_t open_max = 256;
constexpr std::string_view catalogue =
    R"({"catalogue":"bench.trace","version":1,"common":{},"kinds":{"document":{"label":"Văn bản","fields":{
 "text":{"type":"richtext","merge":"text","label":"Nội dung"}}}}})";

/// The one row of a query, as JSON texts.
Result<std::vector<std::string>> one_row(sync::Replica& replica, std::string_view query) {
    std::vector<std::string> row;
    const auto read =
        replica.store().sql(query, [&](std::span<const std::string>, std::span<const std::string> json) {
            row.assign(json.begin(), json.end());
            return false;
        });
    COTMOC_TRY(read);
    return row;
}

std::uint64_t number_of(const std::string& json) {
    std::uint64_t number = 0;
    std::from_chars(json.data(), json.data() + json.size(), number);
    return number;
}

}  // namespace

Result<std::unique_ptr<TraceFleet>> TraceFleet::make(const std::string& directory, std::uint32_t replicas,
                                                     const std::string& start) {
    COTMOC_TRY(crypto::initialise());
    std::unique_ptr<TraceFleet> fleet(new TraceFleet());
    COTMOC_TRY(fleet->enrol(directory, replicas));
    COTMOC_TRY(fleet->add_record(start));
    return fleet;
}

Result<void> TraceFleet::enrol(const std::string& directory, std::uint32_t replicas) {
    office_ = std::make_unique<Post>(directory + "/office.db", 1, sync::Authority::seeds(random_));
    COTMOC_TRY(begin_province(*office_, catalogue, clock_, random_));
    std::vector<std::pair<DeviceId, std::unique_ptr<Post>>> made;
    for (std::uint32_t i = 0; i < replicas; ++i) {
        const std::string name = "post-" + std::to_string(i);
        auto post = std::make_unique<Post>(directory + "/" + name + ".db", 100 + i);
        COTMOC_TRY(enrol_post(*office_, *post, name, crypto::Role::border_post, clock_, random_));
        const DeviceId id = post->replica().id();
        if (i >= open_max) {
            post->close();
        }
        made.emplace_back(id, std::move(post));
    }
    std::ranges::sort(made, {}, [](const auto& entry) -> const DeviceId& { return entry.first; });
    for (auto& [id, post] : made) {
        if (post->is_open()) {
            open_.push_back(size());
        }
        posts_.push_back(std::move(post));
    }
    for (std::uint32_t i = 0; i < replicas; ++i) {
        // All know all before the first edit, so that no trust entry comes between two of them.
        COTMOC_ASSIGN(sync::Replica * post, replica(i));
        std::vector<Bytes> entries;
        for (std::uint64_t at = post->trust().position(); at < office_->replica().trust().position(); ++at) {
            COTMOC_ASSIGN(Bytes entry, office_->replica().trust_entry(at + 1));
            entries.push_back(std::move(entry));
        }
        COTMOC_TRY(post->take_trust(entries));
    }
    return {};
}

Result<void> TraceFleet::add_record(const std::string& start) {
    COTMOC_ASSIGN(sync::Replica * first, replica(0));
    COTMOC_ASSIGN(const sync::SpaceInfo space, first->default_space());
    space_ = space.id;
    std::vector<core::FieldValue> fields;
    if (!start.empty()) {
        fields.push_back({field, start});
    }
    COTMOC_ASSIGN(record_, first->add(space, "document", fields));
    COTMOC_TRY(first->seal());
    return {};
}

Result<sync::Replica*> TraceFleet::replica(std::uint32_t number) {
    Post& post = *posts_[number];
    const auto known = std::ranges::find(open_, number);
    if (known == open_.end()) {
        if (open_.size() == open_max) {
            posts_[open_.front()]->close();
            open_.erase(open_.begin());
        }
        COTMOC_TRY(post.open());
        open_.push_back(number);
    } else {
        std::rotate(known, known + 1, open_.end());
    }
    return &post.replica();
}

Result<void> TraceFleet::edit(std::uint32_t number, std::span<const core::FieldEdit> edits) {
    COTMOC_ASSIGN(sync::Replica * post, replica(number));
    return post->edit(record_, edits);
}

Result<std::uint64_t> TraceFleet::edit_and_seal(std::uint32_t number,
                                                std::span<const core::FieldEdit> edits) {
    COTMOC_ASSIGN(sync::Replica * post, replica(number));
    const auto work = [&]() -> Result<void> {
        if (!edits.empty()) {
            COTMOC_TRY(post->edit(record_, edits));
        }
        return post->seal();
    };
    COTMOC_TRY(post->batch(work));
    for (const sync::FeedPosition& feed : post->frontier(space_)) {
        if (post->device_id(feed.device) == post->id()) {
            return feed.seq;
        }
    }
    return 0;
}

Result<void> TraceFleet::deliver(std::uint32_t author, std::uint64_t seq, std::uint32_t to) {
    COTMOC_ASSIGN(sync::Replica * from, replica(author));
    COTMOC_ASSIGN(sync::Replica * receiver, replica(to));
    const crypto::TrustState::Device* device = from->trust().find(from->id());
    COTMOC_ASSIGN(const std::int64_t before, from->position_before(space_, device->index, seq));
    COTMOC_ASSIGN(const auto envelope, from->next_envelope(space_, before));
    if (!envelope || envelope->author != device->index || envelope->seq != seq) {
        return fail(ErrorCode::internal, "the envelope to deliver is not there");
    }
    COTMOC_ASSIGN(const sync::AcceptResult accepted, receiver->accept(envelope->bytes));
    if (accepted.acceptance != sync::Acceptance::stored || accepted.reason) {
        return fail(ErrorCode::internal, "an envelope was not accepted");
    }
    return {};
}

Result<sync::SessionReport> TraceFleet::sync(std::uint32_t caller, std::uint32_t responder) {
    COTMOC_ASSIGN(sync::Replica * calls, replica(caller));
    COTMOC_ASSIGN(sync::Replica * answers, replica(responder));
    const auto call = sync::Session::call({*calls, calls->keys().device, posts_[caller]->random()},
                                          answers->keys().device.agreement.public_key());
    const auto answer =
        sync::Session::answer({*answers, answers->keys().device, posts_[responder]->random()});
    call->start(0);
    answer->start(0);
    for (bool moved = true; moved;) {
        moved = false;
        for (auto [from, to] : {std::pair(call.get(), answer.get()), std::pair(answer.get(), call.get())}) {
            const Bytes bytes = from->take_output();
            if (!bytes.empty()) {
                moved = true;
                to->on_bytes(bytes, 0);
                from->on_writable(0);
            }
        }
    }
    if (call->error() || !call->report().complete) {
        return call->error() ? Result<sync::SessionReport>(tl::unexpected(*call->error()))
                             : fail(ErrorCode::internal, "a session ended early");
    }
    return call->report();
}

Result<std::string> TraceFleet::text(std::uint32_t number) {
    COTMOC_ASSIGN(sync::Replica * post, replica(number));
    COTMOC_ASSIGN(const auto view, post->store().find(record_));
    if (!view) {
        return fail(ErrorCode::unknown_record, "replica " + std::to_string(number));
    }
    const auto body = nlohmann::json::parse(view->body);
    return body.contains(field) ? body.at(field).get<std::string>() : std::string();
}

Result<Hash256> TraceFleet::digest(std::uint32_t number) {
    COTMOC_ASSIGN(sync::Replica * post, replica(number));
    return post->store().digest(space_);
}

Result<StoredSizes> TraceFleet::stored(std::uint32_t number) {
    COTMOC_ASSIGN(sync::Replica * post, replica(number));
    COTMOC_ASSIGN(const auto row, one_row(*post,
                                          "SELECT sum(length(CAST(body AS BLOB)) + length(state)) "
                                          "FROM _record"));
    COTMOC_ASSIGN(const auto envelopes, one_row(*post, "SELECT sum(length(bytes)), count(*) FROM _envelope"));
    return StoredSizes{number_of(row.at(0)), number_of(envelopes.at(0)), number_of(envelopes.at(1))};
}

}  // namespace cotmoc::bench
