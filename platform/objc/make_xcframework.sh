#!/usr/bin/env bash
# Makes Cotmoc.xcframework for iOS devices and the simulator.
#   make_xcframework.sh OUT DEPENDENCIES
# It needs macOS with Xcode 15, CMake, Ninja, pkg-config, Python 3 and what `cmake/setup.sh --no-packages` fetches, the
# source of SQLite. DEPENDENCIES/iphoneos and DEPENDENCIES/iphonesimulator, the latter for arm64 and x86_64, hold each:
#   lib/libsodium.a, lib/libzstd.a                           static, built for that SDK
#   lib/pkgconfig/libsodium.pc, lib/pkgconfig/libzstd.pc     with that folder as their prefix
#   include/                                                 headers of both, of Boost, nlohmann-json and tl-expected
#   nlohmann_jsonConfig.cmake, tl-expected-config.cmake      where find_package looks: share/cmake/nlohmann_json/ and
#                                                            share/cmake/tl-expected/, as `cmake --install` puts them
set -euo pipefail

if [[ $# -ne 2 ]]; then
    echo "usage: make_xcframework.sh OUT DEPENDENCIES" >&2
    exit 2
fi
if [[ "$(uname -s)" != Darwin ]] || ! command -v xcodebuild >/dev/null; then
    echo "make_xcframework.sh needs macOS with Xcode: only Apple's linker and SDKs make a framework for iOS" >&2
    exit 1
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
dependencies=$(cd "$2" && pwd)
minimum=13.0

# framework SDK TARGET ARCHITECTURE…: OUT/SDK/Cotmoc.framework
framework() {
    local sdk=$1 target=$2
    shift 2
    local work=$out/$sdk sysroot libraries=() objects=() arch slice source object
    sysroot=$(xcrun --sdk "$sdk" --show-sdk-path)
    for arch in "$@"; do
        slice=$work/$arch
        # Nothing of the Mac itself is found.
        export PKG_CONFIG_LIBDIR=$dependencies/$sdk/lib/pkgconfig
        cmake -S "$root" -B "$slice" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=iOS \
            -DCMAKE_OSX_SYSROOT="$sysroot" -DCMAKE_OSX_ARCHITECTURES="$arch" -DCMAKE_OSX_DEPLOYMENT_TARGET="$minimum" \
            -DCMAKE_PREFIX_PATH="$dependencies/$sdk" -DCMAKE_FIND_ROOT_PATH="$dependencies/$sdk" \
            -DCMAKE_MACOSX_BUNDLE=OFF -DCOTMOC_BUILD_PROGRAMS=OFF -DCOTMOC_BUILD_TESTS=OFF -DCOTMOC_KEYRING=OFF \
            -DCOTMOC_AVAHI=OFF -DCOTMOC_THUMBNAILS=OFF
        cmake --build "$slice" --target cotmoc_c_parts cotmoc_records cotmoc_pictures cotmoc_asio cotmoc_system \
            cotmoc_sync cotmoc_crypto cotmoc_core cotmoc_base cotmoc_sqlite
        objects=()
        for source in "$here"/src/*.m "$here"/src/*.mm; do
            object=$slice/$(basename "$source").o
            objects+=("$object")
            local language=(-std=gnu11)
            if [[ "$source" == *.mm ]]; then
                language=(-std=c++20)
            fi
            xcrun --sdk "$sdk" clang -target "$arch-$target" -isysroot "$sysroot" "${language[@]}" -fobjc-arc -O2 \
                -Wall -Wextra -I"$here/include" -I"$root/platform/c/include" -c "$source" -o "$object"
        done
        # All archives of the build: what is not needed is left out by the linker.
        find "$slice" -name 'libcotmoc*.a' >"$slice/archives"
        xcrun --sdk "$sdk" clang++ -target "$arch-$target" -isysroot "$sysroot" -dynamiclib -dead_strip \
            -Wl,-exported_symbols_list,"$here/apple.exp" -install_name @rpath/Cotmoc.framework/Cotmoc \
            -o "$slice/Cotmoc" "${objects[@]}" -Wl,-filelist,"$slice/archives" -framework Foundation \
            "$dependencies/$sdk/lib/libsodium.a" "$dependencies/$sdk/lib/libzstd.a"
        libraries+=("$slice/Cotmoc")
    done
    rm -rf "$work/Cotmoc.framework"
    mkdir -p "$work/Cotmoc.framework/Headers" "$work/Cotmoc.framework/Modules"
    cp "$here"/include/Cotmoc/*.h "$work/Cotmoc.framework/Headers/"
    cp "$here/framework.modulemap" "$work/Cotmoc.framework/Modules/module.modulemap"
    sed "s/@MINIMUM@/$minimum/" "$here/Info.plist.in" >"$work/Cotmoc.framework/Info.plist"
    xcrun lipo -create "${libraries[@]}" -output "$work/Cotmoc.framework/Cotmoc"
}

framework iphoneos "apple-ios$minimum" arm64
framework iphonesimulator "apple-ios$minimum-simulator" arm64 x86_64
rm -rf "$out/Cotmoc.xcframework"
xcodebuild -create-xcframework -framework "$out/iphoneos/Cotmoc.framework" \
    -framework "$out/iphonesimulator/Cotmoc.framework" -output "$out/Cotmoc.xcframework"
