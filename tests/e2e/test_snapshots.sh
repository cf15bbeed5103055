#!/usr/bin/env bash
# test_snapshots.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/snapshots.py" "$1"
