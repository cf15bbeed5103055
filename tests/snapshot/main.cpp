// cotmoc-snapshot-size: how large the snapshot of a much edited space is beside `zstd -19` of its visible
// JSON, and how much memory it takes to make it and to begin with it. Not part of CTest: it takes minutes.
//   cotmoc-snapshot-size make DIR [RECORDS] [OPS] [EACH]  writes the space, EACH edits a transaction (50)
//   cotmoc-snapshot-size measure DIR                      its snapshot, and its visible JSON; by part
//   cotmoc-snapshot-size install DIR                      begins with it
// Each is a process of its own, so that each has a peak of memory of its own.
#include "support/seeded_random.hpp"

#include <cotmoc/base/binary.hpp>
#include <cotmoc/core/snapshot.hpp>
#include <cotmoc/crypto/hash.hpp>
#include <cotmoc/crypto/snapshot.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>

#include <sys/resource.h>
#include <zstd.h>

namespace cotmoc::core {
namespace {

constexpr std::size_t devices = 13;
constexpr std::size_t records_each = 100;  // of a change set that creates
constexpr std::size_t edits_each = 50;     // of one that edits
constexpr std::string_view catalogue_json = R"({"catalogue":"size","version":1,"common":{},
"kinds":{"delegation":{"label":"Đoàn","fields":{
 "direction":{"type":"enum","merge":"latest","values":["outgoing","incoming"]},
 "partner":{"type":"text","merge":"latest"},"head":{"type":"text","merge":"review"},
 "unit":{"type":"text","merge":"latest"},"people":{"type":"integer","merge":"review"},
 "start_date":{"type":"date","merge":"latest"},"end_date":{"type":"date","merge":"latest"},
 "place":{"type":"text","merge":"latest"},"purpose":{"type":"text","merge":"latest"},
 "phone":{"type":"text","merge":"latest"}}}}})";

class SteppedClock final : public Clock {
public:
    std::int64_t wall = 1'704'067'200'000;
    std::int64_t wall_ms() override { return wall; }
    std::int64_t steady_ms() override { return wall; }
};

double peak_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

class Stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }
    static double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

class Writer {
public:
    Writer(const std::string& directory, std::size_t records, std::size_t ops, std::size_t each)
        : directory_(directory), records_(records), ops_(ops), edits_each_transaction_(each) {}

    Result<void> make() {
        std::filesystem::remove(directory_ + "/source.db");
        COTMOC_ASSIGN(store_, open(directory_ + "/source.db"));
        for (std::size_t made = 0; made < records_; made += records_each) {
            const auto work = [&](std::size_t count) { return create(count); };
            COTMOC_TRY(change_set(std::min(records_each, records_ - made), records_each, work));
        }
        for (std::size_t made = records_; made < ops_; made += edits_each) {
            const auto work = [&](std::size_t count) { return edit(count); };
            COTMOC_TRY(change_set(std::min(edits_each, ops_ - made), edits_each_transaction_, work));
            if (made % 50'000 < edits_each) {
                std::fprintf(stderr, "%zu ops, %.0f s of processor time\n", made,
                             Stopwatch::processor_seconds());
            }
        }
        std::ofstream(directory_ + "/ops.txt") << ops_ << "\n";
        std::printf("written in %.1f s of processor time\n", Stopwatch::processor_seconds());
        return {};
    }

    Result<void> install() {
        std::filesystem::remove(directory_ + "/installed.db");
        COTMOC_ASSIGN(store_, open(directory_ + "/installed.db"));
        std::ifstream head(directory_ + "/octets.txt");
        std::uint64_t octets = 0;
        std::string digest;
        head >> octets >> digest;
        std::ifstream body(directory_ + "/body", std::ios::binary);
        const Stopwatch watch;
        SnapshotContents contents;
        const Result<void> installed = store_->write([&]() -> Result<void> {
            auto installation = StoreSnapshots(*store_).install(space_);
            crypto::SnapshotUnpacker unpacker(octets, snapshot_block_max,
                                              [&](BytesView block) { return installation.take(block); });
            Bytes chunk(256 * 1024);
            while (
                body.read(reinterpret_cast<char*>(chunk.data()), static_cast<std::streamsize>(chunk.size())),
                body.gcount() > 0) {
                COTMOC_TRY(unpacker.add(BytesView(chunk).first(static_cast<std::size_t>(body.gcount()))));
            }
            COTMOC_TRY(unpacker.finish());
            COTMOC_ASSIGN(contents, installation.finish());
            return {};
        });
        COTMOC_TRY(installed);
        std::printf("installed %llu records in %.1f s (%.1f s of processor time), peak %.1f MiB, digest %s\n",
                    static_cast<unsigned long long>(contents.records), watch.seconds(),
                    Stopwatch::processor_seconds(), peak_mib(),
                    contents.digest.hex() == digest ? "equal" : "DIFFERENT");
        return contents.digest.hex() == digest ? Result<void>() : fail(ErrorCode::diverged);
    }

private:
    Result<std::unique_ptr<Store>> open(const std::string& path) {
        const Bytes key(32, 7);
        COTMOC_ASSIGN(std::unique_ptr<Store> store, Store::open({path, key, "chacha20", clock_, hasher_}));
        for (std::size_t i = 0; i < devices; ++i) {
            DeviceId id;
            random_.fill(id.octets);
            ids_.push_back(id);
        }
        store->set_devices(ids_, std::nullopt, {});
        COTMOC_ASSIGN(Catalogue catalogue, Catalogue::parse(catalogue_json));
        std::vector<CatalogueInForce> in_force;
        in_force.push_back({0, std::move(catalogue)});
        COTMOC_TRY(store->set_catalogues(std::move(in_force)));
        return store;
    }

    std::string name() {
        static const char* const family[] = {"Nguyễn", "Trần", "Lê", "Phạm", "A", "Y", "Siu", "Rơ Châm"};
        static const char* const middle[] = {"Văn", "Thị", "Đức", "Minh", "Ngọc", "Quang", "Thu", "Hữu"};
        static const char* const given[] = {"Hùng", "Lan",  "Dũng", "Hoa", "Khánh", "Sơn",  "Thảo", "Phúc",
                                            "Blih", "Nhật", "An",   "Hà",  "Tuấn",  "Linh", "Đạt",  "Vy"};
        return std::string(family[random_.below(8)]) + " " + middle[random_.below(8)] + " " +
               given[random_.below(16)];
    }
    std::string phone() { return "09" + std::to_string(10'000'000 + random_.below(89'999'999)); }
    std::string text() {
        static const char* const words[] = {
            "tuần tra", "chung",    "cột mốc", "trao đổi", "hàng hóa",  "thăm",     "hội đàm", "ký kết",
            "biên bản", "phối hợp", "y tế",    "cứu hộ",   "kiểm dịch", "cửa khẩu", "đường",   "bảo vệ"};
        std::string all;
        for (std::size_t left = 4 + random_.below(5); left > 0; --left) {
            all += std::string(all.empty() ? "" : " ") + words[random_.below(16)];
        }
        return all + " " + std::to_string(random_.below(1000));
    }
    Value value_of(std::size_t field) {
        switch (field) {
            case 0:
                return name();
            case 1:
                return text();
            case 2:
                return std::int64_t(1 + random_.below(40));
            case 3:
                return phone();
            case 4:
                return Date{static_cast<std::int32_t>(19'000 + random_.below(1500))};
            default:
                return "mốc " + std::to_string(random_.below(900));
        }
    }

    Result<void> create(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            RecordId id;
            random_.fill(id.octets);
            id.octets[6] = static_cast<std::uint8_t>((id.octets[6] & 0x0f) | 0x40);
            id.octets[8] = static_cast<std::uint8_t>((id.octets[8] & 0x3f) | 0x80);
            std::vector<FieldValue> fields{
                {"direction", std::string(random_.below(2) == 0 ? "outgoing" : "incoming")},
                {"end_date", value_of(4)},
                {"head", name()},
                {"partner", std::string(random_.below(2) == 0 ? "Attapeu" : "Ratanakiri")},
                {"people", value_of(2)},
                {"phone", phone()},
                {"place", value_of(5)},
                {"purpose", text()},
                {"start_date", value_of(4)},
                {"unit", "đồn " + std::to_string(random_.below(30))}};
            COTMOC_TRY(store_->add(space_, *store_->catalogue()->find("delegation"), fields, id));
            made_.push_back(id);
        }
        return {};
    }
    Result<void> edit(std::size_t count) {
        static const char* const fields[] = {"head", "purpose", "people", "phone", "start_date", "place"};
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t field = random_.below(6);
            const FieldEdit edit{FieldEdit::Kind::set, fields[field], value_of(field)};
            COTMOC_TRY(store_->edit(made_[random_.below(made_.size())], std::span(&edit, 1)));
        }
        return {};
    }

    /// A day's work of one device, so many ops a transaction, which has one stamp; sealed in name only.
    Result<void> change_set(std::size_t ops, std::size_t each,
                            const std::function<Result<void>(std::size_t count)>& work) {
        const DeviceIndex self{static_cast<std::uint32_t>(random_.below(devices))};
        store_->set_devices(ids_, self, {});
        clock_.wall += static_cast<std::int64_t>(random_.below(3'600'000));
        for (std::size_t done = 0; done < ops; done += each) {
            COTMOC_TRY(store_->write([&] { return work(std::min(each, ops - done)); }));
            clock_.wall += done + each < ops ? static_cast<std::int64_t>(random_.below(240'000)) : 0;
        }
        COTMOC_ASSIGN(const auto pending, store_->next_pending(space_));
        COTMOC_ASSIGN(const std::vector<FeedState> held, store_->frontier(space_));
        std::vector<std::uint64_t> seen;
        for (const FeedState& feed : held) {
            seen.resize(to_number(feed.device) + std::size_t{1});
            seen.back() = feed.seq;
        }
        EnvelopeRow envelope;
        envelope.space = space_;
        envelope.author = self;
        envelope.seq = pending->seq;
        random_.fill(envelope.hash.octets);
        return store_->write([&] { return store_->store_sealed(*pending, envelope, seen, 0); });
    }

public:
    Result<void> measure() {
        COTMOC_ASSIGN(store_, open(directory_ + "/source.db"));
        const Stopwatch watch;
        std::ofstream body(directory_ + "/body", std::ios::binary | std::ios::trunc);
        std::uint64_t size = 0;
        crypto::SnapshotPacker packer(19, [&](BytesView piece) {
            size += piece.size();
            body.write(reinterpret_cast<const char*>(piece.data()),
                       static_cast<std::streamsize>(piece.size()));
            return Result<void>();
        });
        const auto add = [&](BytesView block, const SnapshotParts& parts) {
            return packer.add(block, parts.ends);
        };
        COTMOC_ASSIGN(const SnapshotContents contents, StoreSnapshots(*store_).write(space_, add));
        COTMOC_ASSIGN(const std::uint64_t octets, packer.finish());
        body.close();
        std::ofstream(directory_ + "/octets.txt") << octets << " " << contents.digest.hex() << "\n";
        std::printf("made in %.1f s (%.1f s of processor time), peak %.1f MiB\n", watch.seconds(),
                    Stopwatch::processor_seconds(), peak_mib());
        COTMOC_ASSIGN(const std::uint64_t json, json_size());
        report(contents, size, octets, json);
        return report_parts(json);
    }

private:
    /// What `zstd -19` makes of it, with the tables and the window of that level.
    static std::uint64_t packed_size(BytesView octets) {
        Bytes packed(ZSTD_compressBound(octets.size()));
        const std::size_t size =
            ZSTD_compress(packed.data(), packed.size(), octets.data(), octets.size(), 19);
        return ZSTD_isError(size) ? 0 : size;
    }

    /// Of the visible records as JSON Lines.
    Result<std::uint64_t> json_size() {
        std::string lines;
        COTMOC_TRY(store_->list({}, [&](const RecordView& view) {
            lines += "{\"id\":\"" + to_uuid_text(view.id) + "\",\"kind\":\"" + view.kind +
                     "\",\"fields\":" + view.body + "}\n";
            return true;
        }));
        return packed_size(as_bytes(lines));
    }

    void report(const SnapshotContents& contents, std::uint64_t size, std::uint64_t octets,
                std::uint64_t json) {
        std::uint64_t change_sets = 0;
        for (const FeedState& feed : contents.feeds) {
            change_sets += feed.seq;
        }
        std::size_t ops = 0;
        std::ifstream(directory_ + "/ops.txt") >> ops;
        std::printf(
            "%llu records, %zu ops, %llu change sets: snapshot %llu octets (%llu before compression), "
            "zstd -19 of the JSON %llu, ratio %.3f\n",
            static_cast<unsigned long long>(contents.records), ops,
            static_cast<unsigned long long>(change_sets), static_cast<unsigned long long>(size),
            static_cast<unsigned long long>(octets), static_cast<unsigned long long>(json),
            static_cast<double>(size) / static_cast<double>(json));
    }

    /// What each kind of column costs: all of them one after the other, compressed apart from the others.
    Result<void> report_parts(std::uint64_t json) {
        std::map<std::string, std::vector<Bytes>> columns;
        COTMOC_TRY(StoreSnapshots(*store_).write(space_, [&](BytesView block, const SnapshotParts& parts) {
            std::size_t from = 0;
            for (std::size_t i = 0; i < parts.ends.size(); from = parts.ends[i++]) {
                const BytesView part = block.subspan(from, parts.ends[i] - from);
                columns[parts.names[i]].emplace_back(part.begin(), part.end());
            }
            return Result<void>();
        }));
        for (const auto& [name, pieces] : columns) {
            std::uint64_t plain = 0;
            std::uint64_t packed = 0;
            crypto::SnapshotPacker packer(19, [&](BytesView piece) {
                packed += piece.size();
                return Result<void>();
            });
            for (const Bytes& piece : pieces) {
                const std::size_t end[] = {piece.size()};
                COTMOC_TRY(packer.add(piece, end));
                plain += piece.size();
            }
            COTMOC_TRY(packer.finish());
            std::printf("  %-40s %10llu  packed %9llu  %5.1f %% of the JSON\n", name.c_str(),
                        static_cast<unsigned long long>(plain), static_cast<unsigned long long>(packed),
                        100.0 * static_cast<double>(packed) / static_cast<double>(json));
        }
        return {};
    }

    std::string directory_;
    std::size_t records_;
    std::size_t ops_;
    std::size_t edits_each_transaction_;
    SteppedClock clock_;
    crypto::Blake2bHasher hasher_;
    test_support::SeededRandom random_{5};
    SpaceId space_{{1, 2, 3}};
    std::vector<DeviceId> ids_;
    std::unique_ptr<Store> store_;
    std::vector<RecordId> made_;
};

int run(int count, char** arguments) {
    const std::string command = count > 2 ? arguments[1] : "";
    const auto number = [&](int at, std::size_t otherwise) {
        return count > at ? static_cast<std::size_t>(std::stoull(arguments[at])) : otherwise;
    };
    if (command != "make" && command != "measure" && command != "install") {
        std::fprintf(stderr, "cotmoc-snapshot-size make|measure|install DIR [RECORDS] [OPS] [EACH]\n");
        return 2;
    }
    Writer writer(arguments[2], number(3, 100'000), number(4, 1'000'000),
                  std::max<std::size_t>(1, number(5, edits_each)));
    Result<void> done = crypto::initialise();
    if (done) {
        done = command == "make" ? writer.make() : command == "measure" ? writer.measure() : writer.install();
    }
    if (!done) {
        std::fprintf(stderr, "%s\n", describe(done.error()).c_str());
    }
    return done ? 0 : 1;
}

}  // namespace
}  // namespace cotmoc::core

int main(int count, char** arguments) { return cotmoc::core::run(count, arguments); }
