#!/usr/bin/env bash
# make_api.sh ROOT OUT: the pages of the C, Objective-C and C++ headers by Doxygen, and of Java where there is a JDK. A
# warning is a failure. Exit status 77: Doxygen is not installed; 1 then if COTMOC_OBJC_NEEDED is set.
set -euo pipefail

if ! command -v doxygen >/dev/null; then
    echo "skipped: install doxygen"
    [[ -n "${COTMOC_OBJC_NEEDED:-}" ]] && exit 1
    exit 77
fi
mkdir -p "$2/c" "$2/cpp"
cd "$1"

# pages SETTINGS OUT
pages() {
    {
        cat "$1"
        printf 'OUTPUT_DIRECTORY = "%s"\n' "$2"
    } | doxygen -
    echo "the pages begin with $2/html/index.html"
}
pages docs/Doxyfile "$2/c"
pages docs/Doxyfile.cpp "$2/cpp"
if command -v javadoc >/dev/null; then
    javadoc -quiet -encoding UTF-8 -Xdoclint:all -Xwerror -d "$2/java" platform/jni/java/vn/cotmoc/*.java
    echo "the pages begin with $2/java/index.html"
elif [[ -n "${COTMOC_JAVA_NEEDED:-}" ]]; then
    echo "there is no javadoc"
    exit 1
fi
