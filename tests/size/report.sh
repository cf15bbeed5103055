#!/usr/bin/env bash
# report.sh BUILD [STRIP]: stripped sizes of the target that BUILD was configured for (preset phone or phone-arm64,
# with the target cotmoc-phone built) against the budget. STRIP is the target's strip.
set -euo pipefail
build=$(realpath "$1")
strip=${2:-strip}
budget_kib=900

compiler=$(sed -n 's/^set(CMAKE_CXX_COMPILER "\(.*\)")$/\1/p' "$build"/CMakeFiles/*/CMakeCXXCompiler.cmake)
sodium=$(sed -n 's/^COTMOC_SODIUM_ARCHIVE:[A-Z]*=//p' "$build/CMakeCache.txt")
exports=$build/platform/c/exports/cotmoc.map
[[ -n "$compiler" && -n "$sodium" && -f "$build/libcotmoc_all.a" && -f "$exports" ]] ||
    { echo "report.sh: build the target cotmoc-phone in $build first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# size_of ARGUMENT…: octets of a stripped shared library.
size_of() {
    "$compiler" -shared -o "$work/all.so" -Wl,-Bsymbolic "$@" -pthread -lm
    "$strip" "$work/all.so"
    stat -c %s "$work/all.so"
}
everything_of() { size_of -Wl,--whole-archive "$@" -Wl,--no-whole-archive "$sodium"; }
# What the functions of the C interface need, which are all that is seen: what an app has.
mapfile -t names < <(sed -n 's/^ *\(cotmoc_[a-z_]*\);$/-Wl,-u,\1/p' "$exports")
[[ ${#names[@]} -gt 100 ]]

row() { printf '%-52s %8d KiB\n' "$1" $((($2 + 1023) / 1024)); }
floor=$(everything_of "$build/libcotmoc_sqlite.a" "$sodium")
sqlite=$(everything_of "$build/libcotmoc_sqlite.a")
interface=$(size_of "${names[@]}" -Wl,--gc-sections "-Wl,--version-script,$exports" "$build/libcotmoc_all.a")
row "SQLite alone" "$sqlite"
row "SQLite and libsodium, the floor" "$floor"
row "everything, each function kept" "$(everything_of "$build/libcotmoc_all.a")"
row "the C interface and what it needs" "$interface"
row "the same without SQLite" $((interface - sqlite))
over=$(((interface - floor + 1023) / 1024))
row "the same above the floor (budget $budget_kib)" $((over * 1024))
[[ $over -le $budget_kib ]] || { echo "report.sh: $((over - budget_kib)) KiB above the budget" >&2; exit 1; }
