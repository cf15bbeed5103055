#!/usr/bin/env bash
# Installs what a build needs on Debian 12, and fetches the source of SQLite3 Multiple Ciphers into .deps/.
# What is there already is left alone, so a second run does nothing and says nothing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

sqlite_package=better-sqlite3-multiple-ciphers
sqlite_version=12.11.1
sqlite_sha256=01388c78f46ce63c6aec021f67b364cc67bd637edba64f7add0c0230ce5f777a

usage() {
    cat <<'TEXT'
usage: cmake/setup.sh [--clang] [--java] [--objc] [--arm64] [--armhf] [--bigendian] [--windows] [--tools]
                      [--no-packages]
  --clang        also clang-16
  --java         also a JDK 17 and ProGuard, for cotmoc.jar and its tests
  --objc         also GCC's Objective-C++ and GNUstep, for platform/objc
  --arm64        also the cross compiler, emulator and libraries for 64-bit ARM
  --armhf        the same for 32-bit ARM
  --bigendian    the same for s390x
  --windows      also the cross compiler for Windows, Wine, and the libraries for it, built from Debian's sources into
                 build/windows-libraries
  --tools        also clang-format and gdb, for people who change the code
  --no-packages  leave the system's packages alone; only fetch the source of SQLite
With COTMOC_SQLITE_SOURCE_DIR set to a folder with sqlite3.c and sqlite3.h nothing is fetched.
TEXT
}

die() {
    echo "cmake/setup.sh: $*" >&2
    exit 1
}

packages=(g++ make cmake ninja-build ccache pkg-config ca-certificates libsodium-dev libzstd-dev zlib1g-dev
          libsecret-1-dev libavahi-client-dev
          libboost-dev nlohmann-json3-dev doctest-dev librapidcheck-dev libexpected-dev libcli11-dev python3
          libqrencode-dev libpng-dev libjpeg62-turbo-dev python3-nacl zstd)
install_packages=yes
machines=()
# cross ARCHITECTURE TRIPLET: its compiler and emulator; the libraries follow at the end.
cross() {
    packages+=("g++-$2" qemu-user)
    machines+=("$1")
}
windows=no
for argument in "$@"; do
    case "$argument" in
        --clang) packages+=(clang-16) ;;
        --objc) packages+=(gobjc++ libgnustep-base-dev clang shellcheck doxygen) ;;
        --java) packages+=(openjdk-17-jdk-headless proguard-cli) ;;
        --arm64) cross arm64 aarch64-linux-gnu ;;
        --armhf) cross armhf arm-linux-gnueabihf ;;
        --bigendian) cross s390x s390x-linux-gnu ;;
        --windows)
            windows=yes
            packages+=(g++-mingw-w64-x86-64-posix libz-mingw-w64-dev wine64 dpkg-dev xz-utils autoconf automake
                       libtool) ;;
        --tools) packages+=(clang-format gdb) ;;
        --no-packages) install_packages=no ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

needs_sqlite() {
    if [[ -n "${COTMOC_SQLITE_SOURCE_DIR:-}" ]]; then
        [[ -f "$COTMOC_SQLITE_SOURCE_DIR/sqlite3.h" ]] ||
            die "COTMOC_SQLITE_SOURCE_DIR=$COTMOC_SQLITE_SOURCE_DIR holds no sqlite3.h"
        return 1
    fi
    [[ "$(cat "$root/.deps/sqlite3mc/.sha256" 2>/dev/null)" != "$sqlite_sha256" ]]
}

# For this machine: the same package may be there for another one as well, and says so in a line of its own.
installed() {
    dpkg-query -W -f='${db:Status-Status} ${Architecture}\n' "$1" 2>/dev/null |
        grep -xE "installed ($(dpkg --print-architecture)|all)" >/dev/null
}

install_missing_packages() {
    local missing=() package
    for package in "${packages[@]}"; do
        installed "$package" || missing+=("$package")
    done
    # npm also comes with other builds of Node.js, which conflict with Debian's package of that name.
    if needs_sqlite && ! command -v npm >/dev/null; then
        missing+=(npm)
    fi
    if [[ ${#missing[@]} -eq 0 ]]; then
        return
    fi
    echo "cmake/setup.sh: installing ${missing[*]}"
    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null ||
            die "not root and no sudo here; as root run: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0
               -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
    "${apt[@]}" update </dev/null || die "apt-get update failed: check the network and the sources of apt"
    "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null ||
        die "apt-get could not install: ${missing[*]}"
}

# Everything happens in a folder of its own, which takes its place in one rename: half of it never counts.
fetch_sqlite() {
    needs_sqlite || return 0
    command -v npm >/dev/null ||
        die "npm is needed to fetch $sqlite_package: install it, or set COTMOC_SQLITE_SOURCE_DIR"
    mkdir -p "$root/.deps"
    local work
    work=$(mktemp -d "$root/.deps/fetch.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf '$work'" EXIT
    echo "cmake/setup.sh: fetching $sqlite_package $sqlite_version (source of SQLite3 Multiple Ciphers)"
    (cd "$work" && npm pack --silent "$sqlite_package@$sqlite_version" </dev/null >/dev/null) ||
        die "npm could not fetch $sqlite_package: check the network, or set COTMOC_SQLITE_SOURCE_DIR"
    local archive="$work/$sqlite_package-$sqlite_version.tgz"
    echo "$sqlite_sha256  $archive" | sha256sum --check --status 2>/dev/null ||
        die "$sqlite_package-$sqlite_version.tgz has another SHA-256 than the pinned $sqlite_sha256: refused"
    mkdir "$work/sqlite3mc"
    tar -xzf "$archive" -C "$work/sqlite3mc" --strip-components=3 --no-same-owner \
        package/deps/sqlite3/sqlite3.c package/deps/sqlite3/sqlite3.h package/deps/sqlite3/sqlite3ext.h ||
        die "the archive does not hold the files expected"
    echo "$sqlite_sha256" >"$work/sqlite3mc/.sha256"
    rm -rf "$root/.deps/sqlite3mc"
    mv -T "$work/sqlite3mc" "$root/.deps/sqlite3mc"
}

if [[ $install_packages == yes ]]; then
    command -v dpkg-query >/dev/null ||
        die "this is no Debian system; install the packages named in the script, then use --no-packages"
    install_missing_packages
fi
fetch_sqlite
for machine in "${machines[@]}"; do
    "$root/cmake/cross_libraries.sh" "$machine" "$root/.deps/debian-$machine"
done
if [[ $windows == yes ]]; then
    "$root/cmake/windows_libraries.sh" "$root/build/windows-libraries"
fi
