#!/usr/bin/env bash
# usage: cmake/wine.sh PROGRAM.exe ARGUMENT…
# Runs a Windows program by Wine, in a Windows of its own beside the build.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export WINEPREFIX=${WINEPREFIX:-$root/build/windows-libraries/wine} WINEDEBUG=${WINEDEBUG:--all}
# Neither .NET nor a browser is offered for installation.
export WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml=}
# Words and variables are UTF-8, also where LANG names a language that is not installed here.
export LC_CTYPE=C.UTF-8
for loader in /usr/lib/wine/wine64 "$(command -v wine64 || true)" "$(command -v wine || true)"; do
    if [[ -n "$loader" && -x "$loader" ]]; then
        exec "$loader" "$@"
    fi
done
echo "cmake/wine.sh: no Wine here; cmake/setup.sh --windows installs it" >&2
exit 127
