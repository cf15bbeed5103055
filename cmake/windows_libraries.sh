#!/usr/bin/env bash
# usage: cmake/windows_libraries.sh FOLDER
# Builds what cotmoc needs for 64-bit Windows into FOLDER/prefix: libsodium, zstd, libqrencode, libpng and
# RapidCheck as static libraries, from Debian's source packages, whose signatures apt checks; and beside them zlib
# and the libraries that are headers only, from the packages that cmake/setup.sh installed. A second run does nothing.
set -euo pipefail

if [[ $# -ne 1 ]]; then
    sed -n 2,5p "$0" >&2
    exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
prefix="$folder/prefix"
script=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
host=x86_64-w64-mingw32
jobs=${COTMOC_JOBS:-$(nproc)}
log="$folder/log"
mkdir -p "$prefix/include" "$prefix/share/cmake" "$folder/source" "$folder/apt/lists/partial"

die() {
    echo "cmake/windows_libraries.sh: $*" >&2
    exit 1
}

# apt_here LIST ARGUMENT…: the lists of source packages stand in FOLDER, and the system's own stay as they are.
apt_here() {
    local list=$1
    shift
    apt-get -q -o Dir::Etc::SourceList="$folder/apt/$list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$folder/apt/lists" -o APT::Sandbox::User=root "$@" </dev/null
}

list_sources() {
    [[ ! -s "$folder/apt/sources.list" ]] || return 0
    # These are fields of apt's, not of the shell.
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' |
        awk -v key=/usr/share/keyrings/debian-archive-keyring.gpg \
            '$1 == "Debian" { print "deb-src [signed-by=" key "]", $2, $3, $4 }' |
        sort -u >"$folder/apt/sources.list.new"
    [[ -s "$folder/apt/sources.list.new" ]] || die "apt knows no sources of Debian"
    mv "$folder/apt/sources.list.new" "$folder/apt/sources.list"
    grep -v security "$folder/apt/sources.list" >"$folder/apt/main.list" || true
    if ! apt_here sources.list update >"$log" 2>&1; then
        cat "$log" >&2
        rm "$folder/apt/sources.list"
        die "apt-get update failed"
    fi
}

# A mirror may have the sources of a fix in its main archive only, where each point release brings them.
from_either_list() {
    apt_here sources.list "$@" || apt_here main.list "$@"
}

# unpack PACKAGE: the source of Debian's newest version in FOLDER/source/PACKAGE. False if it cannot be had.
unpack() {
    list_sources
    rm -rf "$folder/source/$1"
    mkdir -p "$folder/source/$1"
    # Debian's patches of qrencode mend nothing that matters here, so that a mirror without them does.
    if ! (cd "$folder/source/$1" && from_either_list source "$1") >"$log" 2>&1; then
        [[ "$1" == qrencode ]] && (cd "$folder/source/$1" && from_either_list --tar-only source "$1" &&
            tar --no-same-owner -xf "$1"_*.orig.tar.*) >>"$log" 2>&1 || return 1
        echo "cmake/windows_libraries.sh: $1 without Debian's patches, which the mirror lacks"
    fi
    # The one folder that dpkg-source or tar made.
    mv "$folder/source/$1"/*/ "$folder/source/$1/tree"
}

# can_be_had PACKAGE: whether it is built already, or its source is there to be fetched.
can_be_had() {
    [[ -e "$folder/$1.done" ]] || unpack "$1"
}

# build PACKAGE FUNCTION: once.
build() {
    [[ ! -e "$folder/$1.done" ]] || return 0
    echo "cmake/windows_libraries.sh: building $1"
    unpack "$1" || { cat "$log" >&2; die "apt-get source $1 failed"; }
    (cd "$folder/source/$1/tree" && "$2") >"$log" 2>&1 || { tail -40 "$log" >&2; die "$1 could not be built"; }
    rm -rf "$folder/source/$1"
    touch "$folder/$1.done"
}

with_cmake() {
    cmake -S "$1" -B made -G Ninja -DCMAKE_TOOLCHAIN_FILE="$script/toolchains/windows-x86_64.cmake" \
        -DCOTMOC_WINDOWS_PREFIX="$prefix" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" \
        -DBUILD_SHARED_LIBS=OFF "${@:2}" &&
        cmake --build made --parallel "$jobs" &&
        cmake --install made
}

libsodium() {
    autoreconf -fi &&
        ./configure --host=$host --prefix="$prefix" --disable-shared --enable-static CFLAGS=-O2 &&
        make -C src -j"$jobs" &&
        make -C src install &&
        make install-pkgconfigDATA
}
zstd() {
    with_cmake build/cmake -DZSTD_BUILD_PROGRAMS=OFF -DZSTD_BUILD_SHARED=OFF -DZSTD_BUILD_TESTS=OFF
}
libpng() {
    with_cmake . -DPNG_SHARED=OFF -DPNG_TESTS=OFF -DPNG_STATIC=ON
}
qrencode() {
    with_cmake . -DWITH_TOOLS=OFF -DWITHOUT_PNG=ON
}
rapidcheck() {
    with_cmake .
}

# copy_package PACKAGE: the headers and CMake files of a package that has nothing else, as symbolic links would lead
# the cross compiler into /usr/include.
copy_package() {
    dpkg -L "$1" | grep -E '^/usr/(include/|(lib|share)/cmake/)' | while read -r file; do
        if [[ -f "$file" ]]; then
            install -D -m 644 "$file" "$prefix/${file#/usr/}"
            # Some CMake files name the folder that they were built for.
            [[ "$file" != *.cmake ]] || sed -i "s|\"/usr\"|\"$prefix\"|" "$prefix/${file#/usr/}"
        fi
    done
}

# Debian has zlib for Windows as a package. The archive alone, so that no DLL of it is asked for.
if [[ ! -e "$folder/zlib.done" ]]; then
    for file in include/zlib.h include/zconf.h lib/libz.a; do
        install -D -m 644 "/usr/$host/$file" "$prefix/$file"
    done
    install -d "$prefix/lib/pkgconfig"
    sed "s|/usr/$host/|$prefix/|" "/usr/$host/lib/pkgconfig/zlib.pc" >"$prefix/lib/pkgconfig/zlib.pc"
    touch "$folder/zlib.done"
fi
build libsodium libsodium
build libzstd zstd
build libpng1.6 libpng
build qrencode qrencode
# Only the tests of the merge's laws need it.
if can_be_had rapidcheck; then
    build rapidcheck rapidcheck
else
    echo "cmake/windows_libraries.sh: no RapidCheck, whose source the mirror lacks: test-property is left out"
fi
if [[ ! -e "$folder/headers.done" ]]; then
    for package in nlohmann-json3-dev doctest-dev libexpected-dev libcli11-dev; do
        copy_package "$package"
    done
    # Thousands of headers, and nothing in them refers to what stands beside them.
    ln -sfn /usr/include/boost "$prefix/include/boost"
    touch "$folder/headers.done"
fi
