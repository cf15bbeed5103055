// Result<T>: a value or the reason why there is none. The one place where a third-party type is public.
#pragma once

#include <cotmoc/base/error.hpp>

#include <tl/expected.hpp>

namespace cotmoc {

template <class T>
using Result = tl::expected<T, Error>;

/// The failing side of any Result. `detail` names the thing concerned (a field, a path, a number).
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
    return tl::unexpected<Error>(Error{code, std::move(detail)});
}

}  // namespace cotmoc

/// Returns from the enclosing function with the error of a Result<void> (or any Result) that failed.
#define COTMOC_TRY(expression)                                           \
    do {                                                                 \
        if (auto cotmoc_try_result = (expression); !cotmoc_try_result) { \
            return tl::unexpected(std::move(cotmoc_try_result).error()); \
        }                                                                \
    } while (false)

#define COTMOC_JOIN_INNER(a, b) a##b
#define COTMOC_JOIN(a, b) COTMOC_JOIN_INNER(a, b)

/// Declares or assigns `target` from a Result, or returns its error.
#define COTMOC_ASSIGN(target, expression) \
    COTMOC_ASSIGN_INNER(COTMOC_JOIN(cotmoc_assign_, __LINE__), target, expression)
#define COTMOC_ASSIGN_INNER(holder, target, expression)   \
    auto holder = (expression);                           \
    if (!holder) {                                        \
        return tl::unexpected(std::move(holder).error()); \
    }                                                     \
    target = std::move(*holder)
