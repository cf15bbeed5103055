#!/usr/bin/env bash
# test_embedding_java.sh FOLDER_OF_THE_PROGRAMS: the scenario of embedding.md with the program in Java
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
bash "$here/embedding_java.sh" "$1" "$work" || status=$?
if [[ $status -eq 77 ]]; then
    echo "skipped: built without Java"
    exit 0
fi
[[ $status -eq 0 ]] || exit "$status"
python3 "$here/embedding.py" "$1" "$work/embedding"
