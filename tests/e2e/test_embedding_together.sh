#!/usr/bin/env bash
# test_embedding_together.sh FOLDER_OF_THE_PROGRAMS: the programs of embedding.md in all languages at one hub. The one
# in Objective-C is what the test `objc` has built, before this one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
apps=(c="$programs/example-embedding-c" cpp="$programs/example-embedding-cpp")

status=0
bash "$here/embedding_java.sh" "$programs" "$work" || status=$?
case $status in
    0) apps+=(java="$work/embedding") ;;
    77) echo "skipped: Java, the build is without it" ;;
    *) exit "$status" ;;
esac
objc=$(dirname "$programs")/objc/embedding
if [[ -x $objc ]]; then
    apps+=(objc="$objc")
elif [[ -n "${COTMOC_OBJC_NEEDED:-}" ]]; then
    echo "no program in Objective-C, which the test objc builds" >&2
    exit 1
else
    echo "skipped: Objective-C, whose program the test objc builds where it can"
fi
python3 "$here/embedding_together.py" "$programs" "${apps[@]}"
