// What looking back and settling conflicts cost: the history of a much edited record among many others, and
// a thousand conflicts settled at once.
#include "rows.hpp"

#include <algorithm>
#include <cstdio>

namespace cotmoc::bench {
namespace {

constexpr std::size_t feeds = 13;
constexpr std::size_t edits_per_record = 9;     // with its create ten ops
constexpr std::size_t records_at_a_time = 111;  // about a thousand ops a change set
constexpr std::size_t rounds_per_hot_edit = 10;
constexpr std::size_t conflicts = 1'000;

/// Fields whose plain text any edit may set.
std::vector<std::string> editable_fields(const Post& post, const std::string& kind_name) {
    std::vector<std::string> names;
    const core::Kind* kind = post.replica().catalogue()->find(kind_name);
    for (const core::Field& field : kind->fields) {
        if (field.shape == core::Shape::register_ && field.type == core::FieldType::text) {
            names.push_back(field.name);
        }
    }
    return names;
}

/// Thirteen posts of one space that write without knowing of each other; the last one then receives all.
class ManyFeeds {
public:
    static Result<std::unique_ptr<ManyFeeds>> make(const Bench& bench, const std::string& directory);
    Post& reader() { return *posts_.back(); }
    const RecordId& hot() const { return hot_; }
    std::uint64_t ops() const { return ops_; }

private:
    explicit ManyFeeds(const Bench& bench) : bench_(bench) {}
    Result<void> enrol_all(const std::string& directory);
    Result<void> write(Post& post, std::span<const BenchRecord> records);
    Result<void> edit(Post& post, const RecordId& id, std::size_t count);
    Result<void> hand_over(Post& from, Post& to);

    const Bench& bench_;
    system::SystemClock clock_;
    SeededRandom random_{7};
    std::unique_ptr<Post> office_;
    std::vector<std::unique_ptr<Post>> posts_;
    std::vector<std::string> fields_;
    RecordId hot_;
    std::uint64_t ops_ = 0;
    std::uint64_t written_ = 0;  // makes each value new
};

Result<void> ManyFeeds::enrol_all(const std::string& directory) {
    office_ = std::make_unique<Post>(directory + "/office.db", 1, sync::Authority::seeds(random_));
    COTMOC_TRY(begin_province(*office_, bench_.workload.catalogue, clock_, random_));
    for (std::size_t i = 0; i < feeds; ++i) {
        const std::string name = "post-" + std::to_string(i + 1);
        posts_.push_back(std::make_unique<Post>(directory + "/" + name + ".db", 100 + i));
        COTMOC_TRY(enrol_post(*office_, *posts_.back(), name, crypto::Role::border_post, clock_, random_));
    }
    for (const auto& post : posts_) {
        const std::uint64_t last = office_->replica().trust().position();
        for (std::uint64_t at = post->replica().trust().position() + 1; at <= last; ++at) {
            COTMOC_ASSIGN(const Bytes entry, office_->replica().trust_entry(at));
            COTMOC_TRY(post->replica().add_trust_entry(entry));
        }
        COTMOC_TRY(post->replica().commit());
    }
    return {};
}

Result<void> ManyFeeds::hand_over(Post& from, Post& to) {
    COTMOC_TRY(from.replica().seal());
    COTMOC_ASSIGN(const sync::SpaceInfo space, from.space());
    std::int64_t position = 0;
    for (;;) {
        COTMOC_ASSIGN(const auto envelope, from.replica().next_envelope(space.id, position));
        if (!envelope) {
            return to.replica().commit();
        }
        position = envelope->position;
        COTMOC_TRY(to.replica().accept(envelope->bytes));
    }
}

Result<void> ManyFeeds::edit(Post& post, const RecordId& id, std::size_t count) {
    std::vector<core::FieldEdit> edits;
    for (std::size_t i = 0; i < count; ++i) {
        ++written_;
        edits.push_back({core::FieldEdit::Kind::set, fields_[i % fields_.size()],
                         "kiểm tra cột mốc " + std::to_string(written_)});
    }
    ops_ += count;
    return post.replica().edit(id, edits);
}

Result<void> ManyFeeds::write(Post& post, std::span<const BenchRecord> records) {
    COTMOC_TRY(post.write(bench_.workload, records, records_at_a_time));
    ops_ += records.size();
    // Pending edits of one field travel as one op: each round is sealed before the next one begins.
    const std::size_t rounds_each = (edits_per_record + fields_.size() - 1) / fields_.size();
    std::size_t round = 0;
    for (std::size_t first = 0; first < records.size(); first += records_at_a_time) {
        const auto part = records.subspan(first, std::min(records_at_a_time, records.size() - first));
        std::size_t left = edits_per_record;
        for (std::size_t each = 0; each < rounds_each; ++each) {
            COTMOC_TRY(post.replica().seal());
            const std::size_t count = std::min(left, fields_.size());
            left -= count;
            const auto edit_part = [&]() -> Result<void> {
                for (const BenchRecord& record : part) {
                    COTMOC_TRY(edit(post, record.id, count));
                }
                return round++ % rounds_per_hot_edit == 0 ? edit(post, hot_, 1) : Result<void>();
            };
            COTMOC_TRY(post.replica().batch(edit_part));
        }
    }
    return post.replica().seal();
}

Result<std::unique_ptr<ManyFeeds>> ManyFeeds::make(const Bench& bench, const std::string& directory) {
    std::unique_ptr<ManyFeeds> made(new ManyFeeds(bench));
    COTMOC_TRY(made->enrol_all(directory));
    const std::span<const BenchRecord> records(bench.workload.records);
    Post& first = *made->posts_.front();
    made->fields_ = editable_fields(first, bench.workload.kind);
    if (made->fields_.empty()) {
        return fail(ErrorCode::bad_catalogue, "no text field");
    }
    made->hot_ = records.front().id;
    COTMOC_TRY(first.write(bench.workload, records.first(1), 1));
    for (std::size_t i = 1; i < feeds; ++i) {
        COTMOC_TRY(made->hand_over(first, *made->posts_[i]));
    }
    const std::size_t share = (records.size() + feeds - 1) / feeds;
    for (std::size_t i = 0; i < feeds; ++i) {
        const std::size_t begin = std::max<std::size_t>(1, std::min(i * share, records.size()));
        const std::size_t end = std::min((i + 1) * share, records.size());
        COTMOC_TRY(made->write(*made->posts_[i], records.subspan(begin, end > begin ? end - begin : 0)));
    }
    for (std::size_t i = 0; i + 1 < feeds; ++i) {
        COTMOC_TRY(made->hand_over(*made->posts_[i], made->reader()));
        made->posts_[i]->close();
    }
    for (int last = 0; last < 10; ++last) {
        // With all the others in sight.
        COTMOC_TRY(made->edit(made->reader(), made->hot_, 1));
        COTMOC_TRY(made->reader().replica().seal());
    }
    return made;
}

/// Two posts set a field of each record without knowing of each other, and both hear of it.
Result<void> make_conflicts(Province& province, std::span<const BenchRecord> records,
                            const std::string& field) {
    for (Post* post : {&province.writer(), &province.reader()}) {
        const std::string text = post == &province.writer() ? "một" : "hai";
        const auto edit_all = [&]() -> Result<void> {
            for (const BenchRecord& record : records) {
                const core::FieldEdit edit{core::FieldEdit::Kind::set, field, text};
                COTMOC_TRY(post->replica().edit(record.id, std::span(&edit, 1)));
            }
            return {};
        };
        COTMOC_TRY(post->replica().batch(edit_all));
    }
    for (Post* post : {&province.writer(), &province.reader(), &province.writer()}) {
        COTMOC_TRY(post->sync(province.port()));
    }
    return {};
}

struct Settling {
    double edits = 0;
    double resolves = 0;
};

Result<Settling> settle(const Bench& bench, bool edits_first) {
    COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("province"));
    COTMOC_ASSIGN(const auto province, Province::make(directory, bench.workload));
    const std::span<const BenchRecord> all(bench.workload.records);
    const auto records = all.first(std::min(conflicts, all.size()));
    COTMOC_TRY(province->writer().write(bench.workload, records, 100));
    for (Post* post : {&province->writer(), &province->reader()}) {
        COTMOC_TRY(post->sync(province->port()));
    }
    const auto fields = editable_fields(province->reader(), bench.workload.kind);
    if (fields.size() < 2) {
        return fail(ErrorCode::bad_catalogue, "two text fields are needed");
    }
    COTMOC_TRY(make_conflicts(*province, records, fields[0]));
    sync::Replica& replica = province->reader().replica();
    const auto edit_all = [&]() -> Result<void> {
        for (const BenchRecord& record : records) {
            const core::FieldEdit edit{core::FieldEdit::Kind::set, fields[1], std::string("ba")};
            COTMOC_TRY(replica.edit(record.id, std::span(&edit, 1)));
        }
        return {};
    };
    const auto resolve_all = [&]() -> Result<void> {
        for (const BenchRecord& record : records) {
            COTMOC_TRY(replica.resolve(record.id, fields[0], {1, std::nullopt}));
        }
        return {};
    };
    Settling settling;
    for (const bool edits : {edits_first, !edits_first}) {
        double& time = edits ? settling.edits : settling.resolves;
        COTMOC_ASSIGN(
            time, milliseconds([&] { return edits ? replica.batch(edit_all) : replica.batch(resolve_all); }));
        COTMOC_TRY(replica.seal());
    }
    return settling;
}

}  // namespace

Result<Row> measure_history(const Bench& bench) {
    COTMOC_ASSIGN(const std::string directory, bench.directory.fresh("feeds"));
    COTMOC_ASSIGN(const auto made, ManyFeeds::make(bench, directory));
    made->reader().close();
    COTMOC_TRY(made->reader().open());
    std::size_t changes = 0;
    const auto tell = [&]() -> Result<void> {
        COTMOC_ASSIGN(const auto entries, made->reader().replica().history(made->hot()));
        changes = entries.size();
        return {};
    };
    COTMOC_ASSIGN(const double first, milliseconds(tell));
    std::vector<double> times;
    for (std::size_t run = 0; run < bench.runs; ++run) {
        COTMOC_ASSIGN(const double time, milliseconds(tell));
        times.push_back(time);
    }
    char note[160];
    std::snprintf(note, sizeof note,
                  "%zu changes of one of %zu records, %llu ops, %zu feeds; first call %.1f ms", changes,
                  bench.workload.records.size(), static_cast<unsigned long long>(made->ops()), feeds, first);
    return Row{"history", "ms", median(times), {}, {}, 50, Goal::at_most, note};
}

Result<Row> measure_resolve(const Bench& bench) {
    std::vector<double> edits;
    std::vector<double> resolves;
    std::vector<double> ratios;
    for (std::size_t run = 0; run < bench.runs; ++run) {
        COTMOC_ASSIGN(const Settling settling, settle(bench, run % 2 == 0));
        edits.push_back(settling.edits);
        resolves.push_back(settling.resolves);
        ratios.push_back(settling.resolves / settling.edits);
    }
    const std::size_t count = std::min(conflicts, bench.workload.records.size());
    Row row{"resolve", "ms", {}, {}, {}, 2, Goal::at_most, std::to_string(count) + " in one transaction"};
    row.with(median(resolves), median(edits));
    row.ratio = median(ratios);
    return row;
}

}  // namespace cotmoc::bench
