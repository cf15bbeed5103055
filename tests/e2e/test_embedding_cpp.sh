#!/usr/bin/env bash
# test_embedding_cpp.sh FOLDER_OF_THE_PROGRAMS: the scenario of embedding.md with the program in C++
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/embedding.py" "$1" "$1/example-embedding-cpp"
