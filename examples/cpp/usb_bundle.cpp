// USB bundle: where no link reaches, a stick carries what a session would send. It is signed and encrypted,
// so whoever finds it reads nothing of it.
#include "province.hpp"

#include <cotmoc/sync/bundle.hpp>
#include <cotmoc/system/file_stream.hpp>

#include <iostream>

using namespace cotmoc;

namespace {

/// A stick with room for everything: one volume, one file. A smaller one gets several (docs/usb-sticks.md).
class StickWriter final : public sync::VolumeSink {
public:
    explicit StickWriter(std::string path) : path_(std::move(path)) {}
    Result<void> begin(std::uint32_t, std::uint32_t) override {
        COTMOC_ASSIGN(auto file, system::FileWriter::create(path_, system::FileReaders::everyone));
        file_.emplace(std::move(file));
        return {};
    }
    Result<void> write(BytesView bytes) override { return file_->write(bytes); }
    Result<void> end() override { return file_->finish(); }

private:
    std::string path_;
    std::optional<system::FileWriter> file_;
};

class StickReader final : public sync::VolumeSource {
public:
    explicit StickReader(std::string path) : file_(std::move(path)) {}
    const std::string& name() const override { return file_.path(); }
    Result<std::uint64_t> size() override { return file_.size(); }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) override {
        return file_.read(offset, into);
    }

private:
    system::FileReader file_;
};

Result<sync::BundleWritten> write_stick(sync::Replica& replica, Random& random, const std::string& path) {
    sync::ReplicaPeers peers(replica);  // remembers what others hold: the next stick carries only what is new
    StickWriter stick(path);
    return sync::export_bundle({replica, replica.keys().device, random, peers}, stick);
}

Result<sync::BundleRead> read_stick(sync::Replica& replica, const std::string& path) {
    sync::ReplicaPeers peers(replica);
    StickReader stick(path);
    sync::VolumeSource* const volumes[] = {&stick};
    return sync::import_bundles({replica, replica.keys().device, peers}, volumes);
}

Result<void> sample() {
    COTMOC_ASSIGN(const auto province, samples::Province::create());
    COTMOC_ASSIGN(const auto office, province->add_post("ubnd-ngoc-hoi"));
    COTMOC_ASSIGN(const auto post, province->add_post("don-bo-y"));
    COTMOC_TRY(samples::add(*post->replica, "delegation",
                            R"({"partner": "tỉnh Attapư", "people": 12, "start_date": "2024-05-01"})"));
    COTMOC_TRY(samples::add(*post->replica, "delegation",
                            R"({"partner": "tỉnh Ratanakiri", "people": 7, "start_date": "2024-05-03"})"));

    const std::string stick = (province->directory() / "stick.cmb").string();
    COTMOC_ASSIGN(const auto written, write_stick(*post->replica, province->random, stick));
    std::cout << "written: " << written.content.change_sets << " change set(s) with " << written.content.ops
              << " changes, " << written.volumes << " volume(s)\n";

    // Somebody carries the stick over the pass. The office never had a link to the post. It learns of the
    // post from the stick, too: the authority's signed entries travel along.
    COTMOC_ASSIGN(const auto read, read_stick(*office->replica, stick));
    std::cout << "read: " << read.received.change_sets << " new, " << read.problems.size() << " problems\n";
    COTMOC_TRY(samples::print_sql(*office->replica,
                                  "SELECT start_date, partner, people FROM delegation ORDER BY start_date"));

    // Reading it once more changes nothing.
    COTMOC_ASSIGN(const auto again, read_stick(*office->replica, stick));
    std::cout << "read again: " << again.received.change_sets << " new, " << again.known << " known\n";

    // A damaged stick is named, and nothing of it is taken in.
    std::filesystem::resize_file(stick, std::filesystem::file_size(stick) / 2);
    COTMOC_ASSIGN(const auto damaged, read_stick(*office->replica, stick));
    std::cout << "read half of it: " << damaged.received.change_sets << " new, "
              << (damaged.problems.empty() ? "no problem" : error_name(damaged.problems.front().code))
              << '\n';
    return {};
}

}  // namespace

int main() { return samples::run(sample); }
