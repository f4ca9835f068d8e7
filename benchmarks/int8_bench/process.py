"""A script in a process of its own: how long it took, how much memory it had, or why it failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cost", "Failed", "run_measured"]


class Failed(Exception):
    """The process ended badly; the message is the last line that it wrote, or the signal that ended it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds in all, and most memory resident, MB (10^6 bytes)."""

    seconds: float
    peak_mb: float


def run_measured(
    script: Path,
    arguments: Sequence[str],
    *,
    python: Path | None = None,
    limit_mb: float = 0.0,
    cache: Path | None = None,
    timeout_s: float = 3600.0,
) -> Cost:
    """Run `script` with `arguments` and wait for it.

    Args:
        script: a Python file.
        arguments: of it.
        python: the interpreter; this one by default.
        limit_mb: memory that it may have, 0 for any amount.
        cache: what it takes for the user's cache; an empty one by default, since what an earlier run left there would
            make this one look fast.
        timeout_s: after this it is ended.

    Raises:
        Failed: it did not end well.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache or folder / "cache"), "OMP_WAIT_POLICY": "passive"}
        result = folder / "result.json"
        command = [
            str(python or sys.executable),
            str(Path(__file__).with_name("measured.py")),
            str(result),
            str(limit_mb),
            str(script),
            *arguments,
        ]
        try:
            done = subprocess.run(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout_s
            )
        except subprocess.TimeoutExpired as error:
            raise Failed(f"not done after {timeout_s:.0f} s") from error
        if done.returncode:
            raise Failed(_reason(done.returncode, done.stdout, limit_mb))
        found = json.loads(result.read_text())
        return Cost(found["seconds"], found["peak_mb"])


def _reason(code: int, output: str, limit_mb: float) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = lines[-1][:200] if lines else ""
    if any(word in output for word in ("MemoryError", "bad_alloc", "Failed to allocate", "Unable to allocate")):
        return f"out of memory (at most {limit_mb / 1000:.0f} GB given)"
    return f"ended by signal {-code}" if code < 0 else last or f"exit code {code}"
