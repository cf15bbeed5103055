#!/usr/bin/env bash
# passed.sh PROGRAM WORD…: runs a test program by Wine. Under it one that dies may end with 0, so that the summary is
# asked for as well as the exit status.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
output=$(mktemp)
trap 'rm -f "$output"' EXIT
"$root/cmake/wine.sh" "$@" | tee "$output"
grep -q 'Status: SUCCESS!' "$output"
