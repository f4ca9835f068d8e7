"""Runs a script in this fresh process and says how long it took and how much memory it had at most.

    python measured.py RESULT.json LIMIT_MB SCRIPT [ARGUMENT ...]

Standard library only: it also runs in other tools' environments. The peak is read from the kernel's mark for this
very process (VmHWM), because getrusage of a child also counts what its parent held when it was started.
"""

from __future__ import annotations

import json
import re
import resource
import runpy
import sys
import time
from pathlib import Path


def peak_mb() -> float:
    """Most memory resident so far, MB (10^6 bytes)."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        found = None
    if found:
        return int(found[1]) * 1024 / 1e6
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def main() -> None:
    result, limit_mb, script, *arguments = sys.argv[1:]
    if float(limit_mb) > 0:
        most = int(float(limit_mb) * 1e6)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    started = time.monotonic()
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).parent)
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        Path(result).write_text(json.dumps({"seconds": time.monotonic() - started, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
