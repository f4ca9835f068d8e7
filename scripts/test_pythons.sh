#!/usr/bin/env bash
# Run the core's tests on each Python version named, where an interpreter is at hand: on PATH, or among pyenv's.
set -euo pipefail
cd "$(dirname "$0")/.."

interpreter() {
  local candidate
  for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
    if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

failed=()
for version in "$@"; do
  python=$(interpreter "$version")
  if [ -z "$python" ]; then
    echo "Python $version: no interpreter at hand, not tested"
    continue
  fi
  venv=".venv-$version"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/dev.txt
  "$venv/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
  echo "Python $version:"
  "$venv/bin/python" -m pytest -q -m "not torch and not rtx" tests/edgekit tests/properties || failed+=("$version")
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "failed on Python ${failed[*]}"
  exit 1
fi
