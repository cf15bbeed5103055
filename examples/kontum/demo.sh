#!/usr/bin/env bash
# The main job, end to end: the authority, a hub and the 13 devices of a province as processes and directories of
# their own. Posts record while the hub is down; then everything arrives, signed, encrypted and merged, and the
# reports show the figures that they must. Exit status 0 only if every figure is equal.
#   examples/kontum/demo.sh [--keep]      --keep leaves the directories for a look around
# COTMOC_PROGRAMS names a folder with cotmoc and cotmoc-hub; without it they are built here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
keep=no
case "${1:-}" in
    --keep) keep=yes ;;
    "") ;;
    *) echo "usage: $0 [--keep]" >&2; exit 2 ;;
esac

bin=${COTMOC_PROGRAMS:-}
if [ -z "$bin" ]; then
    "$root/cmake/setup.sh"
    if [ ! -f "$root/build/release/CMakeCache.txt" ]; then
        cmake -S "$root" --preset release > /dev/null
    fi
    cmake --build "$root/build/release" --target cotmoc cotmoc-hub -- -k 1 | tail -n 1
    bin=$root/build/release/bin
fi
python=$(command -v /usr/bin/python3 || command -v python3)

work=$(mktemp -d "${TMPDIR:-/tmp}/cotmoc-kontum-XXXXXX")
hub_pid=
finish() {
    status=$?
    if [ -n "$hub_pid" ]; then
        kill "$hub_pid" 2> /dev/null && wait "$hub_pid" 2> /dev/null || true
    fi
    if [ "$keep" = yes ]; then
        echo "The directories are kept in $work (passphrase: $COTMOC_PASSPHRASE)"
    else
        rm -rf "$work"
    fi
    exit $status
}
trap finish EXIT
started=$(date +%s)

export COTMOC_PASSPHRASE="núi sông bờ cõi cột mốc" COTMOC_KDF=low LANG=C.UTF-8 LC_ALL=C.UTF-8 COTMOC_STATE_DIR=
say() { printf '\n== %s\n' "$*"; }
on() { local device=$1; shift; "$bin/cotmoc" --quiet -C "$work/$device" "$@"; }
fleet() { "$python" "$here/fleet.py" "$here/data/fleet.json" "$@"; }

say "The authority makes the root, the spaces and the catalogue"
fingerprint=$(on authority authority init --province kon-tum --spaces "$here/data/fleet.json" \
    --catalogue "$here/data/catalogue.json")
echo "fingerprint for the poster: $fingerprint"

say "A hub and 13 devices are enrolled"
mkdir -p "$work/hub"
"$bin/cotmoc-hub" --data "$work/hub" init > "$work/hub.request"
on authority authority enrol "$work/hub.request" --role hub > "$work/hub.grant"
"$bin/cotmoc-hub" --data "$work/hub" join "$work/hub.grant" --root "$fingerprint"
while IFS=$'\t' read -r name role spaces; do
    on "$name" init --name "$name" > /dev/null
    on "$name" request > "$work/$name.request"
    space_options=()
    read -r -a names <<< "$spaces"
    for space in "${names[@]}"; do
        space_options+=(--space "$space")
    done
    on authority authority enrol "$work/$name.request" --role "$role" "${space_options[@]}" > "$work/$name.grant"
    on "$name" join "$work/$name.grant" --root "$fingerprint" > /dev/null
    echo "$name ($role: $spaces)"
done < <(fleet devices)

say "While the hub is down, each unit imports what it has recorded"
for set in dak-glei-2024h1 kon-tum-2011-2021; do
    mkdir -p "$work/$set"
    "$python" "$here/fleet.py" "$here/data/fleet.json" split "$here/data/$set/records.jsonl" "$work/$set"
    for part in "$work/$set"/*.jsonl; do
        device=$(basename "$part" .jsonl)
        printf '%-16s %s: ' "$device" "$set"
        on "$device" import "$part"
    done
done
if on ubnd-dak-glei sync --hub 127.0.0.1:1 2> "$work/refused"; then
    echo "a sync without a hub should have failed" >&2
    exit 1
fi
echo "ubnd-dak-glei tries to sync: $(cat "$work/refused")"

say "The hub starts; every device syncs until nothing is left"
"$bin/cotmoc-hub" --data "$work/hub" serve --listen 127.0.0.1:0 > "$work/hub.out" 2> "$work/hub.log" &
hub_pid=$!
for _ in $(seq 600); do
    grep -q '^listening on ' "$work/hub.out" && break
    kill -0 "$hub_pid"
    read -r -t 0.05 < <(:) || true
done
address=$(sed -n 's/^listening on //p' "$work/hub.out")
devices=$(fleet devices | cut -f 1)
sync_until_quiet() {
    local moved round=0
    while :; do
        moved=0
        for device in authority $devices; do
            status=0
            on "$device" sync --hub "$address" --json > "$work/sync.json" || status=$?
            if [ "$status" != 0 ] && [ "$status" != 3 ]; then
                echo "$device: sync ended with $status" >&2
                return 1
            fi
            moved=$((moved + $(fleet moved "$work/sync.json")))
        done
        round=$((round + 1))
        echo "round $round: $moved change sets moved"
        if [ "$moved" = 0 ]; then
            return 0
        fi
    done
}
sync_until_quiet
fleet same_digests "$work/digests" < <(for device in authority $devices; do on "$device" status --json; done)

say "The reports: Đăk Glei, first half of 2024, and the province, 2011 to 2021"
on ubnd-dak-glei report --space kon-tum/dak-glei --from 2024-01-01 --to 2024-06-30 --format json > "$work/district.json"
on so-ngoai-vu-1 report --space kon-tum --from 2011-07-06 --to 2021-04-16 --format json > "$work/province.json"
fleet figures "$here/data/dak-glei-2024h1/expected.json" "$work/district.json"
fleet figures "$here/data/kon-tum-2011-2021/expected.json" "$work/province.json"

say "Two officers edit the same delegation offline"
id=$(on don-bo-y add delegation direction=incoming country=LA start_date=2024-05-20 head="Ông Khăm" people:=12)
sync_until_quiet
on don-bo-y set "$id" partner="Huyện Phu Vông" head="Ông Khăm Phủi"
on don-dak-xu set "$id" purpose="Thăm, làm việc" head="Ông Khăm Phút"
sync_until_quiet
echo "different fields, both survive; the same field (review), both values are listed:"
vietnamese=(env -u LC_ALL LANG=vi_VN.UTF-8)
"${vietnamese[@]}" "$bin/cotmoc" -C "$work/ubnd-ngoc-hoi" conflicts "$id"
fleet disputed "$id" head 2 < <(on ubnd-ngoc-hoi show "$id" --json)
echo "a third device resolves it:"
on ubnd-ngoc-hoi resolve "$id" head --take 2
sync_until_quiet
for device in don-bo-y don-dak-xu ubnd-ngoc-hoi bqlkkt-bo-y so-ngoai-vu-1 so-ngoai-vu-2; do
    on "$device" show "$id" --json
done > "$work/views.jsonl"
fleet agreed "$id" head < "$work/views.jsonl"
fleet same_digests "$work/digests" < <(for device in authority $devices; do on "$device" status --json; done)
on don-bo-y show "$id"

say "Everything is equal everywhere; $(($(date +%s) - started)) s"
