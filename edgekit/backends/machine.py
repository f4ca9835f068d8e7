"""What this machine's processor is, and how much of it this process may use."""

from __future__ import annotations

import math
import os
import platform
from pathlib import Path

__all__ = ["cpu_flags", "cpu_model", "usable_cores"]


def usable_cores() -> int:
    """Cores that this process may keep busy: its affinity, cut to the container's quota; at least 1."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        cores = os.cpu_count() or 1
    quota = _quota(_text("/sys/fs/cgroup/cpu.max"))
    return max(1, min(cores, math.ceil(quota)) if quota is not None else cores)


def cpu_model() -> str:
    """The processor's name, as its maker gives it."""
    info = _cpuinfo()
    return info.get("model name") or info.get("Model") or platform.processor() or platform.machine()


def cpu_flags() -> frozenset[str]:
    """The processor's instruction sets, by Linux's names; empty where unknown."""
    info = _cpuinfo()
    return frozenset((info.get("flags") or info.get("Features") or "").split())


def _quota(cpu_max: str) -> float | None:
    """Cores' worth of time that a cgroup's cpu.max allows ("150000 100000" is 1.5); None without a limit."""
    parts = cpu_max.split()
    if len(parts) != 2 or parts[0] == "max":
        return None
    return float(parts[0]) / float(parts[1])


def _cpuinfo() -> dict[str, str]:
    """/proc/cpuinfo as a table; of several processors the first counts."""
    table: dict[str, str] = {}
    for line in _text("/proc/cpuinfo").splitlines():
        key, colon, value = line.partition(":")
        if colon:
            table.setdefault(key.strip(), value.strip())
    return table


def _text(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
