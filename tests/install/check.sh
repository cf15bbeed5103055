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

# Nobody who uses the library gets the private SQLite header along with it.
if find "$work/prefix" -name 'sqlite3*.h' | grep -q .; then
    echo "sqlite3.h was installed" >&2
    exit 1
fi
# The libraries can be moved: nothing of the machine that built them stands in the package.
if grep -rlF -e "$source_dir" -e "$build_dir" "$work/prefix" --include='*.cmake'; then
    echo "a CMake file of the package names the build machine's folders" >&2
    exit 1
fi
