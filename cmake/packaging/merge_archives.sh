#!/usr/bin/env bash
# merge_archives.sh OUTPUT COMPILER AR OWN… -- OTHER…: one archive of all objects of OWN, and of those of OTHER that
# these need. Which ones the linker says, when it makes one object of everything in OWN.
set -euo pipefail
output=$1 compiler=$2 ar=$3
shift 3
own=() other=()
while [[ $# -gt 0 && $1 != -- ]]; do own+=("$(realpath "$1")"); shift; done
[[ $# -gt 0 ]] && shift
for archive in "$@"; do other+=("$(realpath "$archive")"); done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$compiler" -r -nostdlib -o "$work/trial" -Wl,--trace,--trace -Wl,--whole-archive "${own[@]}" -Wl,--no-whole-archive \
    ${other[@]+"${other[@]}"} >"$work/trace"

# take ARCHIVE NUMBER MEMBER…: objects of one archive under names that no other archive has.
take() {
    local archive=$1 number=$2 member count
    shift 2
    mkdir "$work/$number"
    for member in "$@"; do
        # `ar x` gives the last of several members of a name, so each is asked for by its count.
        count=$("$ar" t "$archive" | grep -cxF "$member")
        for ((n = 1; n <= count; ++n)); do
            (cd "$work/$number" && "$ar" xN "$n" "$archive" "$member" && mv "$member" "$number-$n-$member")
        done
    done
}

number=0
for archive in "${own[@]}"; do
    number=$((number + 1))
    mapfile -t members < <("$ar" t "$archive" | sort -u)
    take "$archive" "$number" "${members[@]}"
done
for archive in ${other[@]+"${other[@]}"}; do
    number=$((number + 1))
    # "(archive)member" by one version of the linker, "archive(member)" by others.
    mapfile -t members < <(grep -F "$archive" "$work/trace" |
        sed -e "s|^($archive)||" -e "s|^$archive(\(.*\))\$|\1|" | grep -v / | sort -u)
    if [[ ${#members[@]} -gt 0 ]]; then
        take "$archive" "$number" "${members[@]}"
    fi
done
rm -f "$output"
find "$work" -name '*.o' | sort | xargs "$ar" Dcrs "$work/all.a"
mv "$work/all.a" "$output"
