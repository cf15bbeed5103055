#!/usr/bin/env bash
# test_attachments.sh FOLDER_OF_THE_PROGRAMS [TEST…]
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/attachments.py" "$@"
