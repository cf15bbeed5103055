// Switches that tests use to show that a mechanism matters: a build with COTMOC_TEST_SWITCHES leaves out the
// mechanism named by the environment variable COTMOC_SWITCH_OFF, and its test must then fail. Any other build
// has no switches; CMake refuses the option for releases.
#pragma once

#include <string_view>

namespace cotmoc {

#ifdef COTMOC_TEST_SWITCHES
bool switched_off(std::string_view mechanism);
#else
constexpr bool switched_off(std::string_view) { return false; }
#endif

}  // namespace cotmoc
