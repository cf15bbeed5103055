#include "../user_directory.hpp"

#include <cotmoc/system/process.hpp>

namespace cotmoc::system {

std::string user_state_directory() {
    if (const auto state = environment("XDG_STATE_HOME"); state && state->starts_with('/')) {
        return *state + "/cotmoc";
    }
    const auto home = environment("HOME");
    return home && home->starts_with('/') ? *home + "/.local/state/cotmoc" : std::string();
}

}  // namespace cotmoc::system
