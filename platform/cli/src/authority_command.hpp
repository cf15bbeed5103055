// What the authority's commands share.
#pragma once

#include "program.hpp"

#include <cotmoc/sync/authority.hpp>

namespace cotmoc::cli {

/// Opens the authority's directory and does `work` with it.
Outcome with_authority(const Common& common, std::string_view command,
                       const std::function<Outcome(Opened&, sync::Authority&)>& work);

// Each in a file of its own.
void add_authority_rights_commands(CLI::App& group, Program& program);
void add_authority_list_command(CLI::App& group, Program& program);

}  // namespace cotmoc::cli
