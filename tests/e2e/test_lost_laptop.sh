#!/usr/bin/env bash
# test_lost_laptop.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/lost_laptop.py" "$@"
