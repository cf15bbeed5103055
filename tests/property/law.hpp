// A law as a RapidCheck property. RC_PARAMS counts as everywhere (seed=, max_success=, reproduce=, …); what
// it does not name has defaults that make every run of the tests the same.
#pragma once

#include <rapidcheck.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace cotmoc::core::test {

/// `usual`, or what COTMOC_LAW_CASES says in its place (fewer under sanitizers).
inline int law_cases(int usual) {
    const char* named = std::getenv("COTMOC_LAW_CASES");
    return named != nullptr ? std::min(usual, std::atoi(named)) : usual;
}

struct LawResult {
    bool holds = false;
    int cases = 0;
    rc::detail::TestResult details = rc::detail::Error();
};

/// Tries the property on `cases` generated histories; ends with the smallest failing one that was found.
template <class Property>
LawResult try_law(const std::string& name, int cases, Property&& property) {
    setenv("RC_PARAMS", "seed=1", 0);
    const rc::detail::Configuration& given = rc::detail::configuration();
    rc::detail::TestParams params = given.testParams;
    if (std::string_view(std::getenv("RC_PARAMS")).find("max_success") == std::string_view::npos) {
        params.maxSuccess = cases;
    }
    rc::detail::TestMetadata metadata;
    metadata.id = name;
    metadata.description = name;
    rc::detail::TestListenerAdapter silent;
    LawResult result;
    result.details = rc::detail::checkTestable(std::forward<Property>(property), metadata, params, silent,
                                               given.reproduce);
    if (rc::detail::SuccessResult success; result.details.match(success)) {
        result.holds = true;
        result.cases = success.numSuccess;
    }
    return result;
}

/// The same, and says what it found.
template <class Property>
LawResult check_law(const std::string& name, int cases, Property&& property) {
    const LawResult result = try_law(name, cases, std::forward<Property>(property));
    std::cout << name << ": ";
    rc::detail::printResultMessage(result.details, std::cout);
    std::cout << "\n";
    if (rc::detail::FailureResult failure; result.details.match(failure)) {
        rc::detail::Configuration again;
        again.reproduce.emplace(name, failure.reproduce);
        std::cout << "repeat with RC_PARAMS=\"" << rc::detail::configToMinimalString(again) << "\"\n";
    }
    std::cout << std::flush;
    return result;
}

/// For a CHECK.
template <class Property>
bool holds(const std::string& name, int cases, Property&& property) {
    return check_law(name, cases, std::forward<Property>(property)).holds;
}

}  // namespace cotmoc::core::test
