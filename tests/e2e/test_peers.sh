#!/usr/bin/env bash
# test_peers.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/peers.py" "$1"
