#!/usr/bin/env bash
# Exit status 77, and why, if GCC's Objective-C++ or GNUstep is not installed; 1 if COTMOC_OBJC_NEEDED is set.
set -euo pipefail

if command -v gnustep-config >/dev/null && echo | g++ -x objective-c++ -fsyntax-only - 2>/dev/null; then
    exit 0
fi
echo "skipped: install gobjc++ and libgnustep-base-dev (cmake/setup.sh --objc)"
if [[ -n "${COTMOC_OBJC_NEEDED:-}" ]]; then
    exit 1
fi
exit 77
