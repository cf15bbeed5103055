#include <cotmoc/base/test_switch.hpp>

#ifdef COTMOC_TEST_SWITCHES
#include <cstdlib>

namespace cotmoc {

bool switched_off(std::string_view mechanism) {
    static const char* const named = std::getenv("COTMOC_SWITCH_OFF");
    return named != nullptr && mechanism == named;
}

}  // namespace cotmoc
#endif
