#!/usr/bin/env bash
# needed.sh SOURCE: a build without Java has one test that is skipped; with COTMOC_JAVA_NEEDED, as in CI, it is not
# even configured, but for one with sanitizers, which never has Java.
set -euo pipefail
source_dir=$1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/CMakeLists.txt" <<TEXT
cmake_minimum_required(VERSION 3.25)
project(without_java NONE)
enable_testing()
add_subdirectory("$source_dir/tests/jni" jni)
TEXT

# configure NEEDED OPTION…: prints what CMake says.
configure() {
    rm -rf "$work/build"
    COTMOC_JAVA_NEEDED=$1 cmake -S "$work" -B "$work/build" "${@:2}" 2>&1
}

configure ""
ctest --test-dir "$work/build" | grep "jni .*Skipped" >/dev/null
configure 1 -DCOTMOC_SANITIZE=address
if output=$(configure 1); then
    echo "a build without Java was configured though it is needed" >&2
    exit 1
fi
grep -q "COTMOC_JAVA_NEEDED" <<<"$output"
