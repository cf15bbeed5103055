#!/usr/bin/env bash
# check.sh SOURCE: cmake/setup.sh takes only the pinned archive, whole, and does nothing the second time. A
# stand-in for npm gives it what each case needs; no packages are installed.
set -euo pipefail
source_dir=$1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree/cmake" "$work/bin"
cp "$source_dir/cmake/setup.sh" "$work/tree/cmake/"
unset COTMOC_SQLITE_SOURCE_DIR

fail() {
    echo "$*" >&2
    exit 1
}

run_setup() {
    PATH="$work/bin:$PATH" "$work/tree/cmake/setup.sh" --no-packages 2>&1
}

# npm BODY: the stand-in runs BODY in the folder where the archive should appear.
npm() {
    printf '#!/bin/sh\n%s\n' "$1" >"$work/bin/npm"
    chmod +x "$work/bin/npm"
}

nothing_left() {
    [[ -z "$(find "$work/tree/.deps" -mindepth 1 2>/dev/null)" ]] || fail "$1 left something behind"
}

archive=better-sqlite3-multiple-ciphers-12.11.1.tgz
npm 'exit 1'
output=$(run_setup) && fail "a failed download passed"
grep -q "check the network" <<<"$output" || fail "no clear message: $output"
nothing_left "a failed download"

npm "echo half > $archive"
output=$(run_setup) && fail "another archive passed"
grep -q "SHA-256" <<<"$output" || fail "no clear message: $output"
nothing_left "a wrong archive"

# A pinned sum of an archive made here: the way through the unpacking, and the second run.
mkdir -p "$work/package/deps/sqlite3"
for file in sqlite3.c sqlite3.h sqlite3ext.h; do
    echo "/* $file */" >"$work/package/deps/sqlite3/$file"
done
tar -czf "$work/good.tgz" -C "$work" package
sum=$(sha256sum "$work/good.tgz" | cut -d' ' -f1)
sed -i "s/^sqlite_sha256=.*/sqlite_sha256=$sum/" "$work/tree/cmake/setup.sh"
npm "cp '$work/good.tgz' $archive"
run_setup >/dev/null || fail "the pinned archive was refused"
[[ -f "$work/tree/.deps/sqlite3mc/sqlite3.c" ]] || fail "sqlite3.c was not unpacked"
[[ "$(find "$work/tree/.deps" -mindepth 1 -maxdepth 1 | wc -l)" == 1 ]] || fail "something else was left"
npm 'echo called; exit 1'
output=$(run_setup) || fail "the second run failed: $output"
[[ -z "$output" ]] || fail "the second run said: $output"

# Another source of SQLite makes the download needless, and a wrong one is named.
rm -rf "$work/tree/.deps"
COTMOC_SQLITE_SOURCE_DIR="$work/package/deps/sqlite3" run_setup || fail "the given source was not used"
output=$(COTMOC_SQLITE_SOURCE_DIR="$work/nowhere" run_setup) && fail "a folder without SQLite passed"
grep -q "holds no sqlite3.h" <<<"$output" || fail "no clear message: $output"
