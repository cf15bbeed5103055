#!/usr/bin/env bash
# Checks the Objective-C interface and the iOS sample as Apple's compiler sees them, as far as clang can without Apple's
# frameworks: ARC, blocks, generics, nullability, against the declarations in stubs/. Nothing is linked or run.
#   check_arc.sh ROOT CLANG
set -euo pipefail

if [[ $# -ne 2 ]]; then
    echo "usage: check_arc.sh ROOT CLANG" >&2
    exit 2
fi
root=$1 clang=$2
flags=(-fsyntax-only -fobjc-arc -fobjc-weak -fblocks -fobjc-runtime=ios-13.0 -fobjc-exceptions -fexceptions -Wall
       -Wextra -Werror -Wobjc-designated-initializers "-isystem" "$root/tests/objc/stubs"
       "-I$root/platform/objc/include" "-I$root/platform/c/include")
# As on a Mac's file system, where case does not count: <cotmoc/cotmoc.h> would be Cotmoc/Cotmoc.h.
overlay=$(mktemp)
trap 'rm -f "$overlay"' EXIT
{
    echo '{"version": 0, "case-sensitive": false, "roots": ['
    for header in "$root"/platform/objc/include/Cotmoc/*.h "$root"/platform/c/include/cotmoc/*.h; do
        echo "{\"type\": \"file\", \"name\": \"$header\", \"external-contents\": \"$header\"},"
    done
    echo ']}'
} >"$overlay"
if echo '#include <cotmoc/cotmoc.h>' | "$clang" -x objective-c "${flags[@]}" -ivfsoverlay "$overlay" - 2>/dev/null; then
    echo "a header of another case was not found in place of <cotmoc/cotmoc.h>" >&2
    exit 1
fi
for source in "$root"/platform/objc/src/*.mm; do
    "$clang" -x objective-c++ -std=c++20 "${flags[@]}" -ivfsoverlay "$overlay" "$source"
done
for source in "$root"/platform/objc/src/*.m "$root"/examples/ios/FieldBook/*.m; do
    "$clang" -x objective-c -std=gnu11 "${flags[@]}" "$source"
done
# Each header alone, in both languages; nullability complete.
for header in "$root"/platform/objc/include/Cotmoc/*.h; do
    for language in objective-c objective-c++; do
        echo "#import <Cotmoc/$(basename "$header")>" |
            "$clang" -x "$language" "${flags[@]}" -Wnullability-completeness -Wnullable-to-nonnull-conversion -
    done
done
# An app with scenes does not get these: its delegate would let go of nothing, and iOS would end it.
life='^- .*application(DidEnterBackground|WillEnterForeground|DidBecomeActive|WillResignActive):'
if grep -rnE "$life" "$root/examples/ios"; then
    echo "the notification is posted in every app, the method called in one without scenes only" >&2
    exit 1
fi
