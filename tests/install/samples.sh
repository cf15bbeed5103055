#!/usr/bin/env bash
# samples.sh SOURCE BUILD COMPILER: installs the built libraries, builds the samples against them as an outside
# project would, and compares what each prints with examples/cpp/expected/. With --update it writes that anew.
set -euo pipefail
source_dir=$1
build_dir=$2
compiler=$3
update=${4:-}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build_dir" --prefix "$work/prefix" >/dev/null
# Copied away: nothing of the source tree may be found by a relative path.
cp -r "$source_dir/examples/cpp" "$work/samples"
cmake -S "$work/samples" -B "$work/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="-Wall -Wextra" \
    -DCMAKE_PREFIX_PATH="$work/prefix" --log-level=WARNING
cmake --build "$work/build" --parallel 1

failed=0
mkdir "$work/tmp"
for sample in local_records offline_then_sync conflict_review usb_bundle live_query; do
    expected=$source_dir/examples/cpp/expected/$sample.txt
    TMPDIR=$work/tmp "$work/build/$sample" >"$work/$sample.txt" || { echo "$sample failed" >&2; failed=1; }
    if [[ $update == --update ]]; then
        cp "$work/$sample.txt" "$expected"
    elif ! diff -u "$expected" "$work/$sample.txt"; then
        echo "$sample prints something else than examples/cpp/expected/$sample.txt" >&2
        failed=1
    fi
    # What the guide shows is what the sample prints.
    if [[ $update != --update ]] && ! grep -qF "expected/$sample.txt" "$source_dir/docs/getting-started-cpp.md"; then
        echo "docs/getting-started-cpp.md does not name expected/$sample.txt" >&2
        failed=1
    fi
done
if [[ -n "$(ls -A "$work/tmp")" ]]; then
    echo "a sample left something behind in the temporary directory" >&2
    failed=1
fi
[[ $failed == 0 ]] && echo "five samples print what they should"
exit "$failed"
