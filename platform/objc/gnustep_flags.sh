#!/usr/bin/env bash
# What an Objective-C program for GNUstep is compiled and linked with, on one line.
#   gnustep_flags.sh OUT LIB    OUT: the folder of libCotmocObjC.so; LIB: that of libcotmoc.so
set -euo pipefail

if [[ $# -ne 2 ]]; then
    echo "usage: gnustep_flags.sh OUT LIB" >&2
    exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
flags=$(gnustep-config --objc-flags | sed 's# -I */usr# -isystem /usr#g; s#-MMD##; s#-MP##')
echo "$flags -I$here/include -L$1 -lCotmocObjC -Wl,-rpath,$1 -Wl,-rpath-link,$2 $(gnustep-config --base-libs)"
