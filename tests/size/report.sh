#!/usr/bin/env bash
# report.sh BUILD [STRIP]: stripped sizes of the target that BUILD was configured for (preset phone or phone-arm64,
# with the target cotmoc-phone built), with and without SQLite, against the budget. STRIP is the target's strip.
set -euo pipefail
build=$(realpath "$1")
strip=${2:-strip}
budget_kib=900

compiler=$(sed -n 's/^set(CMAKE_CXX_COMPILER "\(.*\)")$/\1/p' "$build"/CMakeFiles/*/CMakeCXXCompiler.cmake)
sodium=$(sed -n 's/^COTMOC_SODIUM_ARCHIVE:[A-Z]*=//p' "$build/CMakeCache.txt")
[[ -n "$compiler" && -n "$sodium" && -f "$build/libcotmoc_all.a" ]] ||
    { echo "report.sh: build the target cotmoc-phone in $build first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# size_of ARCHIVE…: octets of a stripped shared library of everything in the archives.
size_of() {
    "$compiler" -shared -o "$work/all.so" -Wl,-Bsymbolic,--whole-archive "$@" \
        -Wl,--no-whole-archive "$sodium" -pthread -lm
    "$strip" "$work/all.so"
    stat -c %s "$work/all.so"
}
floor=$(size_of "$build/libcotmoc_sqlite.a" "$sodium")
sqlite=$(size_of "$build/libcotmoc_sqlite.a")
all=$(size_of "$build/libcotmoc_all.a")
over=$(((all - floor + 1023) / 1024))
printf '%-44s %8d KiB\n' "SQLite alone" $((sqlite / 1024)) "SQLite and libsodium, the floor" $((floor / 1024)) \
    "everything" $((all / 1024)) "everything without SQLite" $(((all - sqlite) / 1024)) \
    "above the floor (budget $budget_kib)" "$over"
[[ $over -le $budget_kib ]] || { echo "report.sh: $((over - budget_kib)) KiB above the budget" >&2; exit 1; }
