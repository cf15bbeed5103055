#!/usr/bin/env bash
# test_dll.sh FOLDER_OF_THE_PROGRAMS: the sample in C, linked to libcotmoc.dll, enrols, records and syncs with a hub;
# what it is given as words of its command line is UTF-8.
set -euo pipefail
bin=$(cd "$1" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
data=$root/examples/c
work=$(mktemp -d)
hub=
finish() {
    if [[ -n "$hub" ]]; then
        kill "$hub" 2>/dev/null && wait "$hub" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT
export COTMOC_PASSPHRASE="nui song bo coi cot moc" COTMOC_KDF=low COTMOC_STATE_DIR=
cotmoc() { "$bin/cotmoc" --quiet "$@"; }
sample() { "$bin/example-sample-c" "$@" | tr -d '\r'; }

fingerprint=$(cotmoc -C "$work/tinh" authority init --province tinh-a --spaces "$data/spaces.json" \
    --catalogue "$data/catalogue.json")
mkdir "$work/hub"
"$bin/cotmoc-hub" --data "$work/hub" init >"$work/hub.request"
cotmoc -C "$work/tinh" authority enrol "$work/hub.request" --role hub >"$work/hub.grant"
"$bin/cotmoc-hub" --data "$work/hub" join "$work/hub.grant" --root "$fingerprint"

sample "$work/may" make don-a >"$work/don-a.request"
cotmoc -C "$work/tinh" authority enrol "$work/don-a.request" --role border_post --space tinh-a/huyen-b \
    >"$work/don-a.grant"
sample "$work/may" join "$work/don-a.grant" "$fingerprint"
"$bin/cotmoc-hub" --data "$work/hub" serve --listen 127.0.0.1:0 >"$work/hub.out" 2>"$work/hub.log" &
hub=$!
for _ in $(seq 600); do
    grep -q '^listening on ' "$work/hub.out" && break
    kill -0 "$hub"
    read -r -t 0.05 < <(:) || true
done
address=$(sed -n 's/^listening on //p' "$work/hub.out")
cotmoc -C "$work/tinh" sync --hub "$address" >"$work/synced"
sample "$work/may" add "Ông Khăm Phủi" >"$work/added"
sample "$work/may" sync "$address" | grep '^change sets moved: [1-9]' >/dev/null
sample "$work/may" list | grep '"Ông Khăm Phủi"' >/dev/null
echo "1 passed, 0 failed"
