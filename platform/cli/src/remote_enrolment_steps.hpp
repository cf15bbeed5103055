// Enrolment from afar by the command line.
#pragma once

#include "command.hpp"

#include <cotmoc/records/remote_enrolment.hpp>

namespace cotmoc::cli {

/// `request --remote`: begins an attempt, or with a message of the authority goes on.
Outcome remote_device_step(const Common& common, Opened& opened, const std::string& message_file);

}  // namespace cotmoc::cli
