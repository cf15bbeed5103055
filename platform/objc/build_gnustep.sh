#!/usr/bin/env bash
# Builds libCotmocObjC.so for GNUstep with GCC. On Apple's systems see make_xcframework.sh.
#   build_gnustep.sh OUT INCLUDE LIB    OUT: a folder; INCLUDE, LIB: where <cotmoc/cotmoc.h> and libcotmoc.so are
set -euo pipefail

if [[ $# -ne 3 ]]; then
    echo "usage: build_gnustep.sh OUT INCLUDE LIB" >&2
    exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1 include=$2 lib=$3
mkdir -p "$out"

# GNUstep's own headers are not ours to warn of.
read -ra flags < <(gnustep-config --objc-flags | sed 's# -I */usr# -isystem /usr#g; s#-MMD##; s#-MP##')
read -ra libraries < <(gnustep-config --base-libs)
flags+=(-fPIC -Wall -Wextra -Werror "-I$here/include" "-I$include")

objects=()
for source in "$here"/src/*.m "$here"/src/*.mm; do
    object="$out/$(basename "$source").o"
    objects+=("$object")
    if [[ "$source" == *.mm ]]; then
        # GCC warns of the parameter of the setters that it makes itself.
        g++ -std=c++20 "${flags[@]}" -Wno-unused-parameter -c "$source" -o "$object"
    else
        gcc -std=gnu11 "${flags[@]}" -c "$source" -o "$object"
    fi
done
g++ -shared "-Wl,--version-script,$here/gnustep.map" -o "$out/libCotmocObjC.so" "${objects[@]}" \
    "-L$lib" -lcotmoc "-Wl,-rpath,$lib" "${libraries[@]}"
