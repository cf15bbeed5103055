#!/usr/bin/env bash
# check.sh SOURCE BUILD CC CXX: the C interface as others meet it. Headers in C99 and C++, the list of exports, programs
# of each API version with the library of the day, and the installed component by pkg-config, shared and static.
set -euo pipefail
source_dir=$1
build_dir=$2
cc=$3
cxx=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$source_dir/tests/abi
strict=(-Wall -Wextra -Wpedantic -Wconversion -Werror)

echo "- headers alone, as C99 and as C++"
for header in "$source_dir"/platform/c/include/cotmoc/*.h; do
    echo "#include <cotmoc/$(basename "$header")>" >"$work/one.c"
    cp "$work/one.c" "$work/one.cpp"
    "$cc" -std=c99 "${strict[@]}" -I"$source_dir/platform/c/include" -fsyntax-only "$work/one.c"
    "$cxx" -std=c++11 "${strict[@]}" -I"$source_dir/platform/c/include" -fsyntax-only "$work/one.cpp"
done

echo "- the lists that are made or compared"
python3 "$source_dir/platform/c/make_status.py" --check
python3 "$source_dir/platform/c/make_exports.py" --check "$source_dir/platform/c/include/cotmoc"

echo "- exported names"
library=$build_dir/lib/libcotmoc.so
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
grep -v '^#' "$source_dir/platform/c/exports.txt" | sort >"$work/listed"
diff "$work/listed" "$work/exported"

echo "- programs of each API version"
for version in "$here"/v*; do
    [[ -f $version/include/cotmoc/cotmoc.h ]]
    "$cc" -std=c99 "${strict[@]}" -I"$version/include" -o "$work/program" "$version/program.c" "$library" \
        -Wl,-rpath,"$build_dir/lib"
    [[ $("$work/program" "$work/$(basename "$version").replica") == ok ]]
done
# What a version has published stays: each function, number, type and structure of its headers is still there.
python3 "$here/compare.py" "$here" "$source_dir/platform/c/include/cotmoc"

echo "- installed, by pkg-config"
cmake --install "$build_dir" --prefix "$work/prefix" --component c >/dev/null
pc=$(find "$work/prefix" -name cotmoc-c.pc)
export PKG_CONFIG_PATH=${pc%/*}${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
libdir=$(pkg-config --variable=libdir cotmoc-c)
program=$(find "$here" -name program.c | sort | tail -1)
read -ra flags <<<"$(pkg-config --cflags --libs cotmoc-c)"
"$cc" -std=c99 "${strict[@]}" -o "$work/shared" "$program" "${flags[@]}" -Wl,-rpath,"$libdir"
[[ $("$work/shared" "$work/shared.replica") == ok ]]
read -ra flags <<<"$(pkg-config --cflags --libs --static cotmoc-c)"
static=()
for flag in "${flags[@]}"; do
    if [[ $flag == -lcotmoc ]]; then
        static+=("$libdir/libcotmoc.a")
    else
        static+=("$flag")
    fi
done
"$cc" -std=c99 "${strict[@]}" -o "$work/static" "$program" "${static[@]}"
[[ $("$work/static" "$work/static.replica") == ok ]]

echo "- installed, by find_package"
mkdir "$work/app"
cp "$program" "$work/app/program.c"
cat >"$work/app/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(app LANGUAGES C)
find_package(cotmoc REQUIRED COMPONENTS c)
add_executable(app program.c)
target_link_libraries(app PRIVATE cotmoc::c)
CMAKE
cmake -S "$work/app" -B "$work/app/build" -G Ninja -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$work/prefix" \
    --log-level=WARNING
cmake --build "$work/app/build" >/dev/null
[[ $("$work/app/build/app" "$work/found.replica") == ok ]]
echo ok
