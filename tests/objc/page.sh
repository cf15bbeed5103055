#!/usr/bin/env bash
# page.sh PYTHON SOURCE BUILD: follows docs/getting-started-objc.md word by word.
set -euo pipefail

bash "$(dirname "${BASH_SOURCE[0]}")/needs.sh"
exec "$1" "$2/tests/e2e/getting_started.py" "$2/docs/getting-started-objc.md" "$2" "$3"
