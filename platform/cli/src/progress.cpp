#include "progress.hpp"

#include <cotmoc/system/process.hpp>

#include <cstdio>

namespace cotmoc::cli {
namespace {

constexpr std::int64_t first_ms = 1000;
constexpr std::int64_t interval_ms = 100;
constexpr std::uint64_t width = 30;

}  // namespace

Progress::Progress(const Common& common, Clock& clock, Label what)
    : clock_(clock),
      what_(common.text(what)),
      left_about_(common.text(Label::left_about)),
      files_(common.text(Label::attachments)),
      next_ms_(clock.steady_ms() + first_ms),
      wanted_(!common.quiet && system::stderr_is_terminal()) {}

void Progress::show(std::uint64_t finished, std::uint64_t total) { draw(finished, total, ""); }

void Progress::show(const sync::SyncProgress& progress) {
    std::string more = "  " + std::to_string((progress.bytes_up + progress.bytes_down) / 1024) + " KiB";
    if (progress.left_ms && *progress.left_ms > 0) {
        more += ", " + left_about_ + " " + std::to_string(*progress.left_ms / 1000 + 1) + " s";
    }
    if (progress.stage == sync::SessionStage::attachments) {
        more += ", " + files_;
    }
    draw(progress.change_sets, progress.expected, more);
}

void Progress::draw(std::uint64_t finished, std::uint64_t total, const std::string& more) {
    if (!wanted_ || clock_.steady_ms() < next_ms_) {
        return;
    }
    next_ms_ = clock_.steady_ms() + interval_ms;
    std::string bar;
    if (total != 0) {
        const std::uint64_t filled = std::min(finished, total) * width / total;
        bar = " [" + std::string(filled, '#') + std::string(width - filled, '.') + "] " +
              std::to_string(finished) + "/" + std::to_string(total);
    } else {
        bar = " " + std::to_string(finished);
    }
    std::fprintf(stderr, "\r\033[K%s%s%s", what_.c_str(), bar.c_str(), more.c_str());
    std::fflush(stderr);
    drawn_ = true;
}

void Progress::clear() {
    if (std::exchange(drawn_, false)) {
        std::fputs("\r\033[K", stderr);
        std::fflush(stderr);
    }
}

}  // namespace cotmoc::cli
