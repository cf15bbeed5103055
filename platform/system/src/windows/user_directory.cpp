#include "../user_directory.hpp"

#include <cotmoc/system/process.hpp>

namespace cotmoc::system {

std::string user_state_directory() {
    // Not the roaming one: this is about one machine.
    const auto local = environment("LOCALAPPDATA");
    return local && !local->empty() ? *local + "\\cotmoc" : std::string();
}

}  // namespace cotmoc::system
