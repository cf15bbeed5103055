#!/usr/bin/env bash
# test_paths.sh FOLDER_OF_THE_PROGRAMS: a device whose directory has Vietnamese letters, spaces and more than 260
# letters in its path enrols, records, reads and verifies; passphrase and records have such letters, too.
set -euo pipefail
bin=$(cd "$1" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
data=$root/examples/kontum/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export COTMOC_PASSPHRASE="núi sông bờ cõi cột mốc" COTMOC_KDF=low LANG=C.UTF-8 LC_ALL=C.UTF-8 COTMOC_STATE_DIR=

# Wine cuts long names that begin with a slash as in Unix; COTMOC_DRIVE is what Windows calls the root, "Z:".
device="${COTMOC_DRIVE:-}$work/Đồn biên phòng Bờ Y"
for level in 1 2 3 4 5 6 7 8 9 10 11; do
    device="$device/thư mục có dấu cách $level"
done
device="$device/máy"
[[ ${#device} -gt 260 ]]
cotmoc() { "$bin/cotmoc" --quiet "$@"; }

fingerprint=$(cotmoc -C "$work/tỉnh" authority init --province kon-tum --spaces "$data/fleet.json" \
    --catalogue "$data/catalogue.json")
cotmoc -C "$device" init --name don-bo-y >"$work/name"
cotmoc -C "$device" request >"$work/yêu cầu.request"
cotmoc -C "$work/tỉnh" authority enrol "$work/yêu cầu.request" --role border_post --space kon-tum/ngoc-hoi \
    >"$work/chấp thuận.grant"
cotmoc -C "$device" join "$work/chấp thuận.grant" --root "$fingerprint" >"$work/joined"
id=$(cotmoc -C "$device" add delegation direction=incoming country=LA start_date=2024-05-20 "head=Ông Khăm Phủi" \
    people:=12)
cotmoc -C "$device" show "$id" --json >"$work/shown"
grep -q '"Ông Khăm Phủi"' "$work/shown"
# Lines end as they do elsewhere, and the octets are UTF-8.
if grep -q $'\r' "$work/shown"; then
    echo "a carriage return in the output" >&2
    exit 1
fi
cotmoc -C "$device" list --json >"$work/list"
grep -q "$id" "$work/list"
cotmoc -C "$device" verify >"$work/verified"
echo "1 passed, 0 failed"
