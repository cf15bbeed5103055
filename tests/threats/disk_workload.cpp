#include "threats/disk_workload.hpp"

namespace cotmoc::threats {

using namespace core;
using namespace core::store_test;

namespace {

RecordId record(std::uint8_t number) {
    RecordId id;
    id.octets.fill(number);
    id.octets[0] = 0;
    return id;
}

Result<void> add(TestStore& device, std::uint8_t number, const std::string& title, std::size_t story) {
    const std::vector<FieldValue> fields{{"story", std::string(story, 'k')}, {"title", title}};
    COTMOC_TRY(device->add(device.space, device.kind("thing"), fields, record(number)));
    return {};
}

Result<void> edit(TestStore& device, std::uint8_t number, FieldEdit::Kind kind, std::string field,
                  Value value) {
    const FieldEdit change{kind, std::move(field), std::move(value)};
    COTMOC_TRY(device->edit(record(number), std::span(&change, 1)));
    return {};
}

/// Closes what is pending into a change set, as a sync does before it receives.
Result<void> seal(TestStore& device) {
    return device->write([&]() -> Result<void> {
        COTMOC_ASSIGN(auto pending, device->next_pending(device.space));
        if (!pending) {
            return {};
        }
        EnvelopeRow envelope;
        envelope.space = device.space;
        envelope.author = device.self;
        envelope.seq = pending->seq;
        envelope.hash.octets.fill(static_cast<std::uint8_t>(pending->seq));
        envelope.ops = pending->ops_made;
        envelope.bytes = encode(pending->ops);
        std::vector<std::uint64_t> seen;
        COTMOC_ASSIGN(const auto feeds, device->frontier(device.space));
        for (const FeedState& feed : feeds) {
            seen.resize(std::max(seen.size(), to_number(feed.device) + std::size_t{1}));
            seen[to_number(feed.device)] = feed.seq;
        }
        return device->store_sealed(*pending, envelope, seen, device.trust_position);
    });
}

Result<void> receive(TestStore& device, const TestStore::Sent& sent) {
    COTMOC_ASSIGN(const ChangeSet ops, decode_change_set(encode(sent.pending.ops)));
    const IncomingChangeSet incoming{device.space,        sent.author,  sent.pending.seq,
                                     sent.pending.newest, &ops,         sent.seen,
                                     sent.trust_position, std::nullopt, sent.role};
    return device->write([&]() -> Result<void> {
        COTMOC_TRY(device->apply(incoming, sent.envelope));
        return {};
    });
}

}  // namespace

DiskWorkload::DiskWorkload() {
    make_received();
    make_steps();
    store_.emplace();
    close();
    beginning_ = disk_.files;
    must(open());
    states_.push_back(state());
    for (std::size_t step = 0; step < steps(); ++step) {
        must(run(step));
        store_->clock.wall += 1000;
        states_.push_back(state());
    }
}

/// Two change sets of another device.
void DiskWorkload::make_received() {
    TestStore other(1);
    for (int i = 0; i < 2; ++i) {
        other.add("thing", {{"title", "received " + std::to_string(i)}, {"story", std::string(2'000, 'r')}});
        received_.push_back(other.seal());
    }
    other.store.reset();
    disk_.files.clear();
}

void DiskWorkload::make_steps() {
    const auto step = [this](std::function<Result<void>(TestStore&)> work) {
        steps_.push_back([work](TestStore& device) { return device->write([&] { return work(device); }); });
    };
    step([](TestStore& device) { return add(device, 1, "one", 10); });
    step(
        [](TestStore& device) { return edit(device, 1, FieldEdit::Kind::set, "title", std::string("1st")); });
    step([](TestStore& device) -> Result<void> {
        for (std::uint8_t number = 2; number < 12; ++number) {
            COTMOC_TRY(add(device, number, "title " + std::to_string(number), 1'500));
        }
        return {};
    });
    steps_.push_back(seal);
    steps_.push_back([this](TestStore& device) { return receive(device, received_[0]); });
    step([](TestStore& device) -> Result<void> {
        COTMOC_TRY(edit(device, 1, FieldEdit::Kind::add, "visits", std::int64_t{3}));
        return edit(device, 2, FieldEdit::Kind::insert, "tags", std::string("đỏ"));
    });
    step([](TestStore& device) {
        return edit(device, 3, FieldEdit::Kind::set, "story", std::string(9'000, 'm'));
    });
    step([](TestStore& device) { return device->remove(record(4)); });
    steps_.push_back(seal);
    steps_.push_back([this](TestStore& device) { return receive(device, received_[1]); });
    step([](TestStore& device) { return add(device, 12, "last", 100); });
}

std::string DiskWorkload::state() {
    // Stamps of a step that was tried twice differ, and with them the digest; its sum must be right all the
    // same.
    const auto digests = (*store_)->check_digests();
    std::string text = digests ? "digests right" : describe(digests.error());
    ListQuery query = all_of("thing");
    query.deleted = true;
    const auto listed = (*store_)->list(query, [&](const RecordView& view) {
        text += "\n" + view.id.hex() + (view.deleted ? " deleted " : " ") + std::to_string(view.body.size()) +
                view.body.substr(0, 80);
        return true;
    });
    if (!listed) {
        return describe(listed.error());
    }
    const auto feeds = (*store_)->frontier(store_->space);
    for (const FeedState& feed : feeds ? *feeds : std::vector<FeedState>{}) {
        text += "\nfeed " + std::to_string(to_number(feed.device)) + " " + std::to_string(feed.seq);
    }
    const auto pending = (*store_)->next_pending(store_->space);
    if (pending && *pending) {
        text +=
            "\npending " + std::to_string((*pending)->seq) + " of " + std::to_string((*pending)->ops_made);
    }
    return text;
}

Result<void> DiskWorkload::open() {
    store_->store.reset();
    auto opened = Store::open({store_->path(), test_key(), "chacha20", store_->clock, store_->hasher});
    if (!opened) {
        return tl::unexpected(opened.error());
    }
    COTMOC_TRY((*opened)->check_integrity());
    opened->reset();
    store_->open();
    return {};
}

void DiskWorkload::restart() {
    close();
    test_support::SeededRandom random(1);
    disk_.reboot(Loss::none, random);
    disk_.files = beginning_;
    store_->clock.wall = TestClock().wall;
    must(open());
}

}  // namespace cotmoc::threats
