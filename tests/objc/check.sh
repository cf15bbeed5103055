#!/usr/bin/env bash
# check.sh SOURCE BUILD: the Objective-C interface with GCC and GNUstep over the built C interface. Headers in both
# languages, unit tests, the sample of the docs, the scenario of all languages, and the view of Apple's compiler as far
# as clang can have it here. Exit status 77: GCC's Objective-C++ or GNUstep is not installed.
set -euo pipefail

if [[ $# -ne 2 ]]; then
    echo "usage: check.sh SOURCE BUILD" >&2
    exit 2
fi
source_dir=$1 build_dir=$2
bash "$source_dir/tests/objc/needs.sh"
out=$build_dir/objc
mkdir -p "$out/tests"
rm -f "$out/embedding"  # that of another day is not for others to play
objc=$source_dir/platform/objc
headers=$source_dir/platform/c/include
lib=$build_dir/lib
read -ra flags < <(gnustep-config --objc-flags | sed 's# -I */usr# -isystem /usr#g; s#-MMD##; s#-MP##')
strict=("${flags[@]}" -Wall -Wextra -Werror "-I$objc/include")

echo "- headers alone, in Objective-C and Objective-C++; the list of codes; scripts"
for header in "$objc"/include/Cotmoc/*.h; do
    for language in objective-c objective-c++; do
        echo "#import <Cotmoc/$(basename "$header")>" | gcc -x "$language" -fsyntax-only "${strict[@]}" -
    done
    if grep -nE '^ *(class|namespace|template|using) |std::|nullptr|[<"]cotmoc/' "$header"; then
        echo "C++ or the C interface in $header" >&2
        exit 1
    fi
done
# Names that Swift has from Foundation, which every importer of Cotmoc imports, or from Combine: ambiguous there.
taken="Bundle|Cancellable|Data|Date|Deferred|Empty|Fail|Future|Host|Just|Notification|Operation|Port|Process|Progress"
taken+="|Publisher|Record|Result|Stream|Subject|Subscriber|Subscription|Thread|Timer|Unit"
if grep -nE "SWIFT_NAME\(($taken)\)" "$objc"/include/Cotmoc/*.h; then
    echo "a name that collides in Swift" >&2
    exit 1
fi
python3 "$objc/make_error_codes.py" --check
for script in "$objc"/*.sh "$source_dir"/tests/objc/*.sh; do
    bash -n "$script"
    if command -v shellcheck >/dev/null; then
        shellcheck "$script"
    fi
done

# The framework is made on a Mac only; an option that there is no more would be found there.
for option in $(grep -oE "COTMOC_[A-Z_]+=" "$objc/make_xcframework.sh" | tr -d = | sort -u); do
    grep -qrE "option\($option " "$source_dir/CMakeLists.txt" "$source_dir/cmake" || {
        echo "no option $option" >&2
        exit 1
    }
done

echo "- the library"
bash "$objc/build_gnustep.sh" "$out" "$headers" "$lib"
read -ra link < <(bash "$objc/gnustep_flags.sh" "$out" "$lib")

echo "- unit tests"
for source in "$source_dir"/tests/objc/unit/*.m; do
    gcc -std=gnu11 "${strict[@]}" -c "$source" -o "$out/tests/$(basename "$source").o"
done
for source in "$source_dir"/tests/objc/unit/*.mm; do
    g++ -std=c++20 "${strict[@]}" "-I$objc/src" -c "$source" -o "$out/tests/$(basename "$source").o"
done
g++ -o "$out/objc-tests" "$out"/tests/*.o "$out/CTMJson.mm.o" "${link[@]}"
python3 "$source_dir/tests/objc/objc.py" "$build_dir/bin" "$out/objc-tests"

echo "- the scenario of all languages"
for example in embedding sample; do
    gcc -std=gnu11 "${strict[@]}" "$source_dir/examples/objc/$example.m" -o "$out/$example" "${link[@]}"
done
python3 "$source_dir/tests/e2e/embedding.py" "$build_dir/bin" "$out/embedding"

for clang in clang clang-16; do
    if command -v "$clang" >/dev/null; then
        echo "- as Apple's compiler sees it: ARC, blocks, generics, nullability ($clang, nothing is linked)"
        bash "$source_dir/tests/objc/check_arc.sh" "$source_dir" "$clang"
        echo ok
        exit 0
    fi
done
echo "ok, without clang's view"
