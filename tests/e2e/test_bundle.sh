#!/usr/bin/env bash
# test_bundle.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/bundle.py" "$1"
