// Random histories of several replicas, delivered in random causal orders.
#include "merge/text_sequence.hpp"
#include "support/environment_number.hpp"
#include "text_model.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace cotmoc;
using namespace cotmoc::core;
using test_support::shortened;

namespace {

const test::Devices devices;

struct Op {
    Dot dot;
    TextEdit edit;
    std::vector<std::size_t> needs;  // how many ops of each replica lie in its past
};

struct Replica {
    TextSequence text;
    std::vector<std::size_t> seen;
    std::vector<TextElement> elements;  // all it knows, deleted ones too
};

struct Options {
    std::size_t replicas = 3;
    std::size_t edits = 12;
    bool with_diff = false;
    bool reload = false;  // store and load before some edits
    bool raw = false;     // edits that hang anything anywhere, as no honest author would
};

class History {
public:
    History(std::uint64_t seed, const Options& options) : random_(seed), options_(options) {
        replicas_.resize(options.replicas);
        ops_.resize(options.replicas);
        TextSequence base;
        if (pick(3) > 0) {
            base_dot_ = Dot{DeviceIndex{9}, 1, 0};
            base_text_ = random_text(1 + pick(8));
            base = TextSequence::from_text(*base_dot_, base_text_);
        }
        base_ = base;
        for (Replica& replica : replicas_) {
            replica = {base, std::vector<std::size_t>(options.replicas), {}};
            if (base_dot_) {
                note(replica, *base_dot_, base_text_);
            }
        }
    }

    void run() {
        for (std::size_t i = 0; i < options_.edits; ++i) {
            const std::size_t who = pick(options_.replicas);
            for (std::size_t k = pick(4); k > 0; --k) {
                deliver_one(who);
            }
            edit(who);
        }
        for (std::size_t who = 0; who < options_.replicas; ++who) {
            while (deliver_one(who)) {
            }
        }
    }

    const std::vector<Replica>& replicas() const { return replicas_; }

    /// All ops once more, in another causal order, on a new replica and on the model.
    std::pair<TextSequence, test::TextModel> replay() {
        replicas_.push_back({base_, std::vector<std::size_t>(options_.replicas), {}});
        test::TextModel model(devices);
        if (base_dot_) {
            model.apply(*base_dot_, {{{std::nullopt, Side::right, base_text_}}, {}});
        }
        while (const Op* op = deliver_one(replicas_.size() - 1)) {
            model.apply(op->dot, op->edit);
        }
        return {replicas_.back().text, model};
    }

private:
    std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }

    std::string random_text(std::size_t length) {
        static const std::vector<std::string> pieces{"a", "b", "c", "Đ", "ế", "\u0301", "🌊", " "};
        std::string text;
        for (std::size_t i = 0; i < length; ++i) {
            text += pieces[pick(pieces.size())];
        }
        return text;
    }

    static void note(Replica& replica, const Dot& dot, std::string_view text) {
        for (std::uint32_t i = 0; i < test::decode(text).size(); ++i) {
            replica.elements.push_back({dot, i});
        }
    }

    void apply(Replica& replica, std::size_t author, const Op& op) {
        REQUIRE(replica.text.apply(op.dot, op.edit, devices));
        ++replica.seen[author];
        std::string inserted;
        for (const TextInsert& insert : op.edit.inserts) {
            inserted += insert.text;
        }
        note(replica, op.dot, inserted);
    }

    /// Applies one op that is ready; null if there is none.
    const Op* deliver_one(std::size_t who) {
        Replica& replica = replicas_[who];
        const std::size_t from = pick(options_.replicas);
        for (std::size_t k = 0; k < options_.replicas; ++k) {
            const std::size_t author = (from + k) % options_.replicas;
            const std::size_t next = replica.seen[author];
            if (next == ops_[author].size()) {
                continue;
            }
            const Op& op = ops_[author][next];
            if (std::ranges::equal(op.needs, replica.seen, std::ranges::less_equal{})) {
                apply(replica, author, op);
                return &op;
            }
        }
        return nullptr;
    }

    void edit(std::size_t who) {
        Replica& replica = replicas_[who];
        const std::size_t past = replica.seen[who];
        if (options_.reload && pick(3) == 0) {
            reload(replica);
        }
        // Several ops of one change set share a seq.
        const Dot dot{DeviceIndex{static_cast<std::uint32_t>(who)}, 1 + past / 3,
                      static_cast<std::uint32_t>(past % 3)};
        ops_[who].push_back({dot, make(dot, replica), replica.seen});
        apply(replica, who, ops_[who].back());
    }

    TextEdit make(const Dot& dot, const Replica& replica) {
        if (options_.raw && pick(4) > 0) {
            return raw(dot, replica.elements);
        }
        return options_.with_diff && pick(2) == 0 ? rewrite(dot, replica.text) : change(dot, replica.text);
    }

    TextEdit raw(const Dot& dot, std::vector<TextElement> elements) {
        TextEdit edit;
        for (std::size_t k = pick(3); k > 0 && !elements.empty(); --k) {
            edit.deletes.push_back({elements[pick(elements.size())], 1});
        }
        std::uint32_t numbered = 0;
        for (std::size_t k = pick(4); k > 0; --k) {
            TextInsert insert{std::nullopt, Side::right, random_text(1 + pick(3))};
            if (!elements.empty() && pick(6) > 0) {
                const std::size_t recent = std::min<std::size_t>(elements.size(), 8);
                insert.parent = elements[elements.size() - 1 - pick(recent)];
                insert.side = static_cast<Side>(pick(2));
            }
            for (std::size_t i = test::decode(insert.text).size(); i > 0; --i) {
                elements.push_back({dot, numbered++});
            }
            edit.inserts.push_back(insert);
        }
        return edit;
    }

    TextEdit change(const Dot& dot, const TextSequence& text) {
        const std::size_t length = text.length();
        // Few places, so that edits meet.
        const std::size_t position = pick(2) == 0 ? std::min(length, cursor_) : pick(length + 1);
        const std::size_t deleted = pick(2) == 0 ? 0 : std::min(length - position, pick(4));
        const std::string insert = random_text(pick(4));
        cursor_ = pick(2) == 0 ? position : position + 1;
        return text.make_edit(dot, position, deleted, insert);
    }

    TextEdit rewrite(const Dot& dot, const TextSequence& text) {
        std::u32string target = test::decode(text.text());
        for (std::size_t k = 1 + pick(3); k > 0; --k) {
            const std::size_t position = pick(target.size() + 1);
            target.replace(position, pick(3), std::u32string(pick(3), U'x' + static_cast<char32_t>(pick(3))));
        }
        std::string utf8;
        for (const char32_t value : target) {
            utf8 += test::encode(value);
        }
        const TextEdit edit = text.diff_to(dot, utf8);
        TextSequence copy = text;
        REQUIRE(copy.apply(dot, edit, devices));
        REQUIRE(copy.text() == utf8);
        return edit;
    }

    static void reload(Replica& replica) {
        BinaryWriter writer;
        replica.text.save(writer);
        BinaryReader reader(writer.bytes());
        auto loaded = TextSequence::load(reader, replica.text.text());
        REQUIRE(loaded);
        REQUIRE(reader.finished());
        replica.text = std::move(*loaded);
    }

    std::mt19937_64 random_;
    Options options_;
    std::optional<Dot> base_dot_;
    std::string base_text_;
    TextSequence base_;
    std::vector<Replica> replicas_;
    std::vector<std::vector<Op>> ops_;
    std::size_t cursor_ = 0;
};

Bytes canonical(const TextSequence& text) {
    Bytes bytes;
    text.append_canonical(bytes, devices);
    return bytes;
}

Bytes saved(const TextSequence& text) {
    BinaryWriter writer;
    text.save(writer);
    return writer.take();
}

/// One check a history, so that tens of thousands of them stay quick.
bool converges(std::uint64_t seed, const Options& options) {
    History history(seed, options);
    history.run();
    const auto replicas = history.replicas();
    auto [replayed, model] = history.replay();
    const Bytes form = canonical(replayed);
    const Bytes state = saved(replayed);
    const std::string text = replayed.text();
    bool same = test::decode(text) == model.text() && replayed.length() == model.text().size();
    for (const Replica& replica : replicas) {
        same = same && replica.text.text() == text;
        same = same && canonical(replica.text) == form && saved(replica.text) == state;
    }
    const Dot next{DeviceIndex{8}, 1, 0};
    for (std::size_t position = 0; position <= replayed.length(); ++position) {
        const TextEdit edit = replayed.make_edit(next, position, 0, "!");
        same = same && std::pair(edit.inserts[0].parent, edit.inserts[0].side) == model.place(position);
    }
    return same;
}

void check_histories(std::uint64_t first_seed, std::uint64_t count, const Options& options) {
    std::uint64_t failed = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + shortened(count); ++seed) {
        if (!converges(seed, options)) {
            MESSAGE("seed ", seed);
            ++failed;
        }
    }
    CHECK(failed == 0);
}

}  // namespace

TEST_CASE("text histories: three replicas converge and agree with the model") {
    check_histories(1, 10000, {.replicas = 3, .edits = 10});
}

TEST_CASE("text histories: five replicas with rewrites converge and agree with the model") {
    check_histories(100001, 6000, {.replicas = 5, .edits = 12, .with_diff = true});
}

TEST_CASE("text histories: storing and loading at any moment changes nothing") {
    check_histories(200001, 6000, {.replicas = 4, .edits = 10, .with_diff = true, .reload = true});
}

TEST_CASE("text histories: edits that hang anything anywhere converge as well") {
    check_histories(250001, 6000, {.replicas = 3, .edits = 8, .reload = true, .raw = true});
}

TEST_CASE("text histories: long ones converge too") {
    check_histories(300001, 40, {.replicas = 3, .edits = 300, .with_diff = true, .reload = true});
}

TEST_CASE("text histories: what each replica types at one place stays together") {
    std::mt19937_64 random(7);
    std::uint64_t failed = 0;
    for (std::uint64_t round = 0; round < shortened(2000); ++round) {
        const TextSequence base = TextSequence::from_text({DeviceIndex{9}, 1, 0}, "<>");
        std::vector<std::vector<std::pair<Dot, TextEdit>>> typed(4);
        for (std::uint32_t who = 0; who < 4; ++who) {
            TextSequence own = base;
            // Each types only next to or within what it typed itself: forwards, backwards, in the middle.
            for (std::uint32_t i = 0; i < 6; ++i) {
                const Dot dot{DeviceIndex{who}, 1, i};
                const std::string letter(1, static_cast<char>('a' + who));
                const TextEdit edit = own.make_edit(dot, 1 + random() % (i + 1), 0, letter);
                REQUIRE(own.apply(dot, edit, devices));
                typed[who].emplace_back(dot, edit);
            }
        }
        TextSequence all = base;
        std::vector<std::size_t> done(4);
        for (std::size_t left = 24; left > 0;) {
            const std::size_t who = random() % 4;
            if (done[who] < 6) {
                const auto& [dot, edit] = typed[who][done[who]++];
                REQUIRE(all.apply(dot, edit, devices));
                --left;
            }
        }
        // Ids of indexes 0 to 3 start with 3, 0, 7, 4.
        failed += all.text() == "<bbbbbbaaaaaaddddddcccccc>" ? 0 : 1;
    }
    CHECK(failed == 0);
}

TEST_CASE("text histories: damaged states are refused or stay usable") {
    std::mt19937_64 random(11);
    for (std::uint64_t seed = 400001; seed < 400001 + shortened(300); ++seed) {
        History history(seed, {.replicas = 3, .edits = 15, .with_diff = true});
        history.run();
        const TextSequence& text = history.replicas()[0].text;
        for (int k = 0; k < 20; ++k) {
            Bytes state = saved(text);
            state[random() % state.size()] = static_cast<std::uint8_t>(random());
            BinaryReader reader(state);
            auto loaded = TextSequence::load(reader, text.text());
            if (loaded && loaded->length() > 0) {
                const Dot dot{DeviceIndex{9}, 77, 0};
                const TextEdit edit = loaded->make_edit(dot, loaded->length() / 2, 1, "z");
                CHECK(loaded->apply(dot, edit, devices));
            }
        }
    }
}
