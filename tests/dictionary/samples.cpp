// Writes the contents of small change sets, as posts make them, into files: what a dictionary is trained on
// (crypto/dictionaries/README.md). Usage: cotmoc-dictionary-samples CATALOGUE RECORDS.jsonl… FOLDER
#include "replica/content.hpp"

#include "support/fleet.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

using namespace cotmoc;
using test_support::must;

namespace {

std::string read(const char* path) {
    std::ifstream file(path, std::ios::binary);
    COTMOC_CHECK(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

class Samples {
public:
    Samples(const char* catalogue, std::filesystem::path folder)
        : fleet_(1, read(catalogue)), folder_(std::move(folder)) {
        fleet_.add("post", crypto::Role::district_officer, {"kon-tum/ngoc-hoi"});
        space_ = must(fleet_.replica("post").find_space("kon-tum/ngoc-hoi")).id;
    }

    /// Change sets of one to eight new records; after every other one an edit of one text.
    void take(const std::string& lines) {
        std::istringstream text(lines);
        std::string line;
        for (std::size_t left = next_size(); std::getline(text, line);) {
            add(line);
            if (--left == 0) {
                keep();
                left = next_size();
                edit();
            }
        }
        keep();
    }

private:
    sync::Replica& replica() { return fleet_.replica("post"); }

    std::size_t next_size() {
        constexpr std::size_t sizes[] = {1, 1, 2, 1, 4, 1, 8, 3};
        return sizes[turn_++ % std::size(sizes)];
    }

    void add(const std::string& line) {
        core::ImportLine import = must(core::parse_import_line(*replica().catalogue(), line));
        import.space = "kon-tum/ngoc-hoi";
        must(replica().import(import));
        for (const core::FieldValue& field : import.fields) {
            if (std::holds_alternative<std::string>(field.value)) {
                edited_ = {*import.id, field};
            }
        }
    }

    void edit() {
        if (turn_ % 2 == 0) {
            fleet_.advance(60'000);
            // A field of choices takes no free text: then there is one sample less.
            const std::vector<core::FieldEdit> edits = {
                {core::FieldEdit::Kind::set, edited_.second.field,
                 std::get<std::string>(edited_.second.value) + ", bổ sung", false}};
            (void)replica().edit(edited_.first, edits);
            keep();
        }
    }

    void keep() {
        const auto pending = must(replica().store().next_pending(space_));
        if (!pending) {
            return;
        }
        const Bytes content =
            sync::encode_content({pending->newest, replica().trust().position(), {}}, pending->ops);
        std::ofstream file(folder_ / std::to_string(count_++), std::ios::binary);
        file << as_text(content);
        COTMOC_CHECK(file.good());
        must(replica().seal());
        fleet_.advance(3'600'000);
    }

    test_support::Fleet fleet_;
    std::filesystem::path folder_;
    SpaceId space_;
    std::size_t turn_ = 0;
    std::size_t count_ = 0;
    std::pair<RecordId, core::FieldValue> edited_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) {
        std::cerr << "usage: cotmoc-dictionary-samples CATALOGUE RECORDS.jsonl... FOLDER\n";
        return 2;
    }
    Samples samples(arguments[1], arguments[count - 1]);
    for (int i = 2; i + 1 < count; ++i) {
        samples.take(read(arguments[i]));
    }
    return 0;
}
