#!/usr/bin/env bash
# Sets everything up, builds, and runs all tests. It ends with the summary of CTest.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
    cat <<'TEXT'
usage: tests/run.sh [--release-only | --threats | --noise | --clang | --tsan | --jni | --objc | --docs | --packages |
                     --arm64 | --armhf | --bigendian | --windows]
  (nothing)       the release build's tests, then those of the address and undefined-behaviour sanitizers, in which
                  the threat table is run too
  --release-only  without the sanitizers
  --threats       the threat table: a test for each row, and the same with its mechanisms switched off, in the build
                  with the sanitizers; COTMOC_THREATS_SCALE=10 makes its counts ten times as long
  --noise         only the Noise test vectors; COTMOC_NOISE_VECTORS=FILE gives another file of them
  --clang         all tests built by clang-16
  --tsan          the tests under the thread sanitizer
  --jni           Java: its checks and tests, the stress test, the scenario of embedding, the sample for Android as
                  far as javac checks it
  --objc          the Objective-C interface with GCC and GNUstep: headers, unit tests, sample, scenario, docs
  --docs          the pages of the C, Objective-C, C++ and Java interfaces, without warnings, into build/api
  --packages      installs and packages the release build: find_package, the C++ samples, the Debian packages
  --arm64         all unit tests and some end-to-end ones, built for 64-bit ARM, under qemu-user; shorter counts
  --armhf         the same for 32-bit ARM
  --bigendian     the unit tests from octets to sync on s390x, whose numbers begin with their highest octet
  --windows       the programs for Windows, cross-built, and their tests under Wine; docs/windows.md says which
                  (docs/HACKING.md says what of --arm64, --armhf and --bigendian has run)
  --help          this text
COTMOC_JOBS limits the number of parallel jobs (default: one for each processor).
TEXT
}

mode=all
if [[ $# -gt 1 ]]; then
    usage >&2
    exit 2
fi
case "${1:-}" in
    '') ;;
    --release-only | --threats | --noise | --clang | --tsan | --jni | --objc | --docs | --packages) mode=${1#--} ;;
    --arm64 | --armhf | --bigendian) mode=${1#--} ;;
    --windows) mode=windows ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac

jobs=${COTMOC_JOBS:-$(nproc)}
exec </dev/null
export CTEST_PARALLEL_LEVEL="$jobs"
# Another clone of the same source, in another folder, finds what this one has compiled.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros

if [[ -n "${COTMOC_NOISE_VECTORS:-}" ]]; then
    # The tests run in another folder, so the name has to be absolute.
    if ! COTMOC_NOISE_VECTORS=$(realpath -e -- "$COTMOC_NOISE_VECTORS"); then
        echo "tests/run.sh: COTMOC_NOISE_VECTORS names no file" >&2
        exit 2
    fi
    export COTMOC_NOISE_VECTORS
fi

case $mode in
    clang) "$root/cmake/setup.sh" --clang ;;
    # A run of everything has the interfaces for Java and Objective-C too; where these cannot be had, their tests
    # say "skipped", or fail if COTMOC_JAVA_NEEDED or COTMOC_OBJC_NEEDED is set.
    all | release-only) "$root/cmake/setup.sh" --java --objc || "$root/cmake/setup.sh" ;;
    jni) "$root/cmake/setup.sh" --java ;;
    docs) "$root/cmake/setup.sh" --java --objc ;;
    arm64 | armhf | bigendian) "$root/cmake/setup.sh" "--$mode" ;;
    objc) "$root/cmake/setup.sh" --objc ;;
    windows) "$root/cmake/setup.sh" --windows ;;
    *) "$root/cmake/setup.sh" ;;
esac
cd "$root"

# configure PRESET OPTION…
configure() {
    local preset=$1
    shift
    local options=(-DCOTMOC_WARNINGS_AS_ERRORS=ON)
    if [[ -n "${COTMOC_SQLITE_SOURCE_DIR:-}" ]]; then
        options+=("-DCOTMOC_SQLITE_SOURCE_DIR=$COTMOC_SQLITE_SOURCE_DIR")
    fi
    echo "== configure $preset $*"
    cmake --preset "$preset" "${options[@]}" --log-level=WARNING "$@"
}

# GCC 12 warns of things that are not so where it optimises less, and of every narrower size on 32-bit machines.
lenient=(-DCOTMOC_WARNINGS_AS_ERRORS=OFF)

# check PRESET OPTION…: configures, builds and runs every test of the preset.
check() {
    local preset=$1
    configure "$@"
    echo "== build $preset"
    cmake --build --preset "$preset" --parallel "$jobs"
    echo "== test $preset"
    ctest --preset "$preset"
}

case $mode in
    noise)
        configure release
        cmake --build --preset release --parallel "$jobs" --target test-crypto
        ctest --preset release --verbose --tests-regex '^noise$'
        ;;
    clang)
        configure release -B "$root/build/clang" -DCMAKE_C_COMPILER=clang-16 -DCMAKE_CXX_COMPILER=clang++-16
        cmake --build "$root/build/clang" --parallel "$jobs"
        ctest --test-dir "$root/build/clang" --output-on-failure --no-tests=error
        ;;
    jni)
        export COTMOC_JAVA_NEEDED=1
        configure release
        cmake --build --preset release --parallel "$jobs" --target cotmoc_jni cotmoc_jar cotmoc_jni_probe \
            cotmoc_c_archive cotmoc cotmoc-hub cotmoc-bad-link
        ctest --preset release --tests-regex '^(jni|e2e-embedding_java|getting-started-java)' --no-tests=error
        ;;
    tsan) check tsan ;;
    windows)
        # One Windows of its own, made before several tests want it at once.
        cmake/wine.sh wineboot --init
        # It shuts down when no program runs, and starting it again takes longer than most commands: this one, which
        # ends with this script, keeps it up.
        coproc { exec cmake/wine.sh cmd >/dev/null 2>&1; }
        check windows "${lenient[@]}"
        ;;
    objc)
        configure release
        cmake --build --preset release --parallel "$jobs" --target cotmoc_c cotmoc_c_archive cotmoc cotmoc-hub \
            cotmoc-bad-link
        # What is skipped for want of a compiler counts as a failure here.
        export COTMOC_OBJC_NEEDED=1
        ctest --preset release --no-tests=error --tests-regex '^(objc|getting-started-objc|api-docs)$'
        ;;
    docs) bash docs/make_api.sh "$root" "$root/build/api" ;;
    release-only) check release ;;
    arm64 | armhf)
        configure "$mode" "${lenient[@]}"
        cmake --build --preset "$mode" --parallel "$jobs" --target emulated
        ctest --preset "$mode"
        ;;
    bigendian)
        configure bigendian "${lenient[@]}"
        # What runs no session over a simulated network: the formats, what is kept, signed and sealed in them, and
        # devices that exchange it.
        units=(base model codec merge property store crypto sync audit)
        cmake --build --preset bigendian --parallel "$jobs" --target "${units[@]/#/test-}"
        ctest --preset bigendian --tests-regex "^($(IFS='|' && echo "${units[*]}")|noise)\$" --no-tests=error
        ;;
    packages)
        configure release
        cmake --build --preset release --parallel "$jobs" --target all
        ctest --preset release --tests-regex '^(install|samples-cpp|packages)$'
        ;;
    threats)
        configure asan
        cmake --build --preset asan --parallel "$jobs"
        python3 tests/threats/run.py build/asan --jobs "$jobs"
        ;;
    all)
        check release
        check asan
        ;;
esac
