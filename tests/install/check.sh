#!/usr/bin/env bash
# check.sh SOURCE BUILD COMPILER: installs the built libraries into a temporary prefix and builds and runs the
# example against them, so that a header or a dependency missing from the installation is noticed.
set -euo pipefail
source_dir=$1
build_dir=$2
compiler=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build_dir" --prefix "$work/prefix" >/dev/null
# The example is copied away: nothing of the source tree may be found by a relative path.
cp -r "$source_dir/examples/cpp_find_package" "$work/example"
cmake -S "$work/example" -B "$work/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$work/prefix" --log-level=WARNING
cmake --build "$work/build"
"$work/build/example"

# By pkg-config, with all objects of every component: a library that one of them forgets to name is missing then.
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name cotmoc-sync.pc)")
export PKG_CONFIG_PATH
mapfile -t modules < <(find "$PKG_CONFIG_PATH" -name 'cotmoc-*.pc' ! -name cotmoc-c.pc -exec basename {} .pc ';' | sort)
read -ra flags <<<"$(pkg-config --libs "${modules[@]}")"
echo 'int main() { return 0; }' >"$work/main.cpp"
"$compiler" -o "$work/linked" "$work/main.cpp" -Wl,--whole-archive "${flags[@]}" -Wl,--no-whole-archive
"$work/linked"

# For a phone, where only libsodium and zstd were built: without the programs, nothing else is asked of pkg-config.
few=$work/few
mkdir -p "$few"
for module in libsodium libzstd; do
    cp "$(env -u PKG_CONFIG_PATH pkg-config --variable=pcfiledir "$module")/$module.pc" "$few"
done
env -u PKG_CONFIG_PATH PKG_CONFIG_LIBDIR="$few" cmake -S "$source_dir" -B "$work/phone" -G Ninja \
    -DCOTMOC_BUILD_TESTS=OFF -DCOTMOC_BUILD_PROGRAMS=OFF -DCMAKE_CXX_COMPILER="$compiler" --log-level=WARNING
cmake --build "$work/phone" --target help | grep '^cotmoc_c: ' >/dev/null
# Options that recipes and other builds set are options that there are.
cmake -LA -N "$build_dir" | sed -n 's/^\(COTMOC_[A-Z_]*\):.*/\1/p' >"$work/options"
find "$source_dir/cmake/packaging" "$source_dir/platform" -type f ! -name '*.[ch]pp' -exec \
    grep -hoE '(-D|variables\["|^    [a-z]+ )COTMOC_(BUILD|KEY|AVAHI|THUMB)[A-Z_]*' {} + | grep -oE 'COTMOC_[A-Z_]*' |
    sort -u | while read -r option; do
    grep -qxF "$option" "$work/options" || { echo "there is no option $option" >&2; exit 1; }
done

# Nobody who uses the library gets the private SQLite header along with it.
if find "$work/prefix" -name 'sqlite3*.h' | grep . >/dev/null; then
    echo "sqlite3.h was installed" >&2
    exit 1
fi
# The libraries can be moved: nothing of the machine that built them stands in the package.
if grep -rlF -e "$source_dir" -e "$build_dir" "$work/prefix" --include='*.cmake'; then
    echo "a CMake file of the package names the build machine's folders" >&2
    exit 1
fi
