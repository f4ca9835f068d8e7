#!/usr/bin/env bash
# Rewrite requirements/*.txt from pyproject.toml: universal, hashed, without addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  local out=$1
  shift
  uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --output-file "requirements/$out" pyproject.toml requirements/build.in "$@"
}
compile core.txt
compile demo.txt --extra export
compile dev.txt --extra export --extra dev
