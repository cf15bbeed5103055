// T9: who may what, against a model of it in the plainest form.
#include "threats/threat.hpp"

#include "support/test_province.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace cotmoc;
using namespace cotmoc::test_support;
using namespace cotmoc::threats;
using crypto::Role;

namespace {

/// S13 and S16 as sentences: what was said last of a device holds; a cut's terms come before it.
struct Model {
    struct Word {
        bool revoked = false;
        Role role{};
        bool all_spaces = false;
        std::set<std::size_t> spaces;
        std::map<std::size_t, std::vector<std::pair<std::uint64_t, std::optional<Role>>>> terms;
    };
    std::vector<std::uint8_t> writer_roles;  // of each space
    std::map<std::string, Word> said;

    bool reads(const Word& word, std::size_t space) const {
        if (word.revoked || word.role == Role::hub) {
            return false;
        }
        if (word.role == Role::authority) {
            return true;
        }
        return space == 0 || word.all_spaces || word.spaces.contains(space);
    }
    std::optional<Role> right(const std::string& device, std::size_t space, std::uint64_t seq) const {
        const Word& word = said.at(device);
        if (word.terms.contains(space)) {
            for (const auto& [through, role] : word.terms.at(space)) {
                if (seq <= through) {
                    return role;
                }
            }
        }
        const bool officer_of_data = word.role != Role::hub && word.role != Role::authority;
        const bool named =
            writer_roles[space] == 0 || (writer_roles[space] & (1 << static_cast<int>(word.role))) != 0;
        return officer_of_data && reads(word, space) && named ? std::optional(word.role) : std::nullopt;
    }
};

/// A province with random policies and what is said of its devices, told to the model and to the program.
class History {
public:
    explicit History(std::uint64_t seed)
        : random_(seed),
          names_({"kon-tum", "kon-tum/ngoc-hoi", "kon-tum/dak-glei", "kon-tum/sa-thay"}),
          first_writers_(static_cast<std::uint8_t>(random_.below(16) & 0b1110)),
          province_(seed, names_, first_writers_) {
        model_.writer_roles = {first_writers_, 0, 0, 0};
        model_.said["authority"] = {false, Role::authority, true, {}, {}};
        for (int i = 0; i < 4; ++i) {
            enrol("device-" + std::to_string(i));
        }
    }

    void say_something() {
        const auto place = static_cast<std::size_t>(1 + random_.below(province_.members.size() - 1));
        const auto& member = province_.members[place];
        Model::Word word = random_word();
        crypto::RightsEntry entry;
        entry.device = member.id;
        entry.role = word.role;
        entry.not_after_ms = TestProvince::start_ms + TestProvince::year_ms;
        entry.reason = crypto::RightsReason::changed;
        if (random_.below(4) == 0) {
            entry.reason = crypto::RightsReason::lost;
            word.revoked = entry.revoked = true;
            word.spaces.clear();
            word.all_spaces = false;
        }
        entry.all_spaces = word.all_spaces;
        entry.spaces = ids(word.all_spaces ? std::set<std::size_t>{0, 1, 2, 3} : word.spaces);
        add_terms(entry, word);
        province_.append(std::move(entry));
        model_.said[member.name] = std::move(word);
    }

    /// Every device, space and place in a feed; how many were asked.
    std::uint64_t compare() const {
        std::uint64_t asked = 0;
        for (const auto& [name, word] : model_.said) {
            const crypto::TrustState::Device& device = *province_.trust.find(province_.member(name).id);
            for (std::size_t space = 0; space < names_.size(); ++space) {
                const SpaceId id = province_.space(names_[space]);
                const auto readable = province_.trust.readable(device);
                REQUIRE((std::ranges::count(readable, id) == 1) == model_.reads(word, space));
                for (std::uint64_t seq = 1; seq <= 12; ++seq) {
                    REQUIRE(province_.trust.right_at(device, id, seq) == model_.right(name, space, seq));
                    ++asked;
                }
            }
        }
        return asked;
    }

private:
    Model::Word random_word() {
        static constexpr std::array roles = {Role::border_post, Role::district_officer,
                                             Role::province_officer};
        Model::Word word;
        word.role = roles[static_cast<std::size_t>(random_.below(3))];
        word.all_spaces = random_.below(5) == 0;
        for (std::size_t space = 0; space < names_.size(); ++space) {
            if (random_.below(3) == 0) {
                word.spaces.insert(space);
            }
        }
        return word;
    }
    void enrol(const std::string& name) {
        Model::Word word = random_word();
        std::vector<std::string> spaces;
        for (const std::size_t space : word.spaces) {
            spaces.push_back(names_[space]);
        }
        province_.enrol(name, word.role, spaces, word.all_spaces);
        model_.said[name] = std::move(word);
    }
    std::vector<SpaceId> ids(const std::set<std::size_t>& spaces) const {
        std::vector<SpaceId> result;
        for (const std::size_t space : spaces) {
            result.push_back(province_.space(names_[space]));
        }
        std::ranges::sort(result);
        return result;
    }
    void add_terms(crypto::RightsEntry& entry, Model::Word& word) {
        for (std::size_t space = 0; space < names_.size(); ++space) {
            if (random_.below(2) == 0) {
                continue;
            }
            crypto::RightsEntry::Feed feed{province_.space(names_[space]), {}};
            std::uint64_t through = 0;
            for (std::uint64_t count = 1 + random_.below(3); count > 0; --count) {
                through += 1 + random_.below(4);
                std::optional<Role> role;
                if (random_.below(3) != 0) {
                    role = static_cast<Role>(1 + random_.below(3));
                }
                feed.terms.push_back({through, Hash256{{9}}, role});
                word.terms[space].emplace_back(through, role);
            }
            entry.feeds.push_back(std::move(feed));
        }
        std::ranges::sort(entry.feeds, {}, &crypto::RightsEntry::Feed::space);
    }

    SeededRandom random_;
    std::vector<std::string> names_;
    std::uint8_t first_writers_;
    TestProvince province_;
    Model model_;
};

}  // namespace

TEST_CASE(
    "T9: rights at every place of every feed are what a plain model says, after every word of the "
    "authority") {
    std::uint64_t asked = 0;
    const std::uint64_t histories = scaled(80);
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        CAPTURE(seed);
        History history(seed);
        asked += history.compare();
        for (int words = 0; words < 6; ++words) {
            history.say_something();
            asked += history.compare();
        }
    }
    tell("T9", std::to_string(asked) + " rights in " + std::to_string(histories) +
                   " histories agree with the model");
}
