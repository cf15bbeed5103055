#include "host_progress.hpp"

namespace cotmoc::capi {
namespace {

/// The interface's numbers stay, whatever stages there come to be.
std::int32_t stage_number(sync::SessionStage stage) {
    switch (stage) {
        case sync::SessionStage::greeting:
            return COTMOC_STAGE_GREETING;
        case sync::SessionStage::trust:
            return COTMOC_STAGE_TRUST;
        case sync::SessionStage::lists:
            return COTMOC_STAGE_LISTS;
        case sync::SessionStage::records:
            return COTMOC_STAGE_RECORDS;
        case sync::SessionStage::attachments:
            return COTMOC_STAGE_ATTACHMENTS;
        case sync::SessionStage::over:
            break;
    }
    return COTMOC_STAGE_OVER;
}

}  // namespace

const cotmoc_progress& HostProgress::moved(const sync::SyncProgress& now) {
    last_.stage = stage_number(now.stage);
    last_.octets_up = now.bytes_up;
    last_.octets_down = now.bytes_down;
    last_.change_sets = now.change_sets;
    last_.expected = now.expected;
    last_.left_ms = now.left_ms.value_or(-1);
    return last_;
}

cotmoc_progress HostProgress::stuck() const {
    cotmoc_progress told = last_;
    told.no_progress = 1;
    return told;
}

}  // namespace cotmoc::capi
