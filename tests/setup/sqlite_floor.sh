#!/usr/bin/env bash
# sqlite_floor.sh SOURCE C-COMPILER C++-COMPILER: the build refuses a SQLite that can corrupt databases.
set -euo pipefail
source_dir=$1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# configure VERSION: configures with a SQLite that only says its version; prints what CMake says.
configure() {
    rm -rf "$work/sqlite" "$work/build"
    mkdir "$work/sqlite"
    echo "#define SQLITE_VERSION_NUMBER $1" >"$work/sqlite/sqlite3.c"
    : >"$work/sqlite/sqlite3.h"
    cmake -S "$source_dir" -B "$work/build" -G Ninja -DCMAKE_C_COMPILER="$2" -DCMAKE_CXX_COMPILER="$3" \
        -DCOTMOC_SQLITE_SOURCE_DIR="$work/sqlite" -DCOTMOC_BUILD_TESTS=OFF -DCOTMOC_BUILD_PLATFORM=OFF 2>&1
}

for version in 3051002 3007000; do
    if output=$(configure $version "$2" "$3"); then
        echo "SQLite $version was accepted" >&2
        exit 1
    fi
    if ! grep -q "3.51.3 or later is needed" <<<"$output"; then
        echo "SQLite $version was refused for another reason: $output" >&2
        exit 1
    fi
done
for version in 3051003 3053002; do
    if ! output=$(configure $version "$2" "$3"); then
        echo "SQLite $version was refused: $output" >&2
        exit 1
    fi
done
