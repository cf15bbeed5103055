#!/usr/bin/env bash
# make_api.sh ROOT OUT: the pages of the C and Objective-C headers by Doxygen. A warning is a failure. Exit status 77:
# Doxygen is not installed.
set -euo pipefail

if ! command -v doxygen >/dev/null; then
    echo "skipped: install doxygen"
    exit 77
fi
mkdir -p "$2"
cd "$1"
{
    cat docs/Doxyfile
    printf 'OUTPUT_DIRECTORY = "%s"\n' "$2"
} | doxygen -
echo "the pages begin with $2/html/index.html"
