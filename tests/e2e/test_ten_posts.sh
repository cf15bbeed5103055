#!/usr/bin/env bash
# test_ten_posts.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/ten_posts.py" "$1"
