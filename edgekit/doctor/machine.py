"""The machine: Python, system, processor, memory, the cache folder and its disk."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from edgekit import __version__
from edgekit.backends.machine import cpu_flags, cpu_model, usable_cores
from edgekit.config.environment import cache_folder
from edgekit.doctor.report import Finding, Status

__all__ = ["cache", "gigabytes", "machine"]

_SECTION = "Machine"
_LITTLE_DISK_BYTES = 2 * 10**9
"""An engine and its timing cache take tens of megabytes, a night of events less; under this, say so."""


def machine() -> list[Finding]:
    """Versions, system, processor, memory."""
    where = sys.prefix if sys.prefix != sys.base_prefix else "no virtual environment"
    found = [
        Finding(_SECTION, "edgekit", __version__),
        Finding(_SECTION, "Python", f"{platform.python_version()} ({where})"),
        Finding(_SECTION, "system", f"{_system()}, {platform.machine()}"),
        Finding(_SECTION, "processor", f"{cpu_model()}, {usable_cores()} cores usable of {os.cpu_count()}"),
    ]
    int8 = sorted(cpu_flags() & {"avx512_vnni", "avx_vnni", "avx2", "amx_int8", "asimddp", "i8mm"})
    found.append(Finding(_SECTION, "INT8 instructions", ", ".join(int8) or "none known"))
    memory = _memory_bytes()
    if memory is not None:
        found.append(Finding(_SECTION, "memory", gigabytes(memory)))
    if model := _board():
        found.append(Finding(_SECTION, "board", model))
    return found


def cache(folder: Path | None = None) -> list[Finding]:
    """The folder for engines, choices and downloads: writable, and with room."""
    folder = folder or cache_folder()
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(nearest).free
    if not os.access(nearest, os.W_OK):
        return [
            Finding(
                _SECTION,
                "cache",
                f"{folder} cannot be written: engines are built anew at every start",
                Status.WARNING,
                f"sudo chown -R $USER {nearest}, or set XDG_CACHE_HOME",
            )
        ]
    little = free < _LITTLE_DISK_BYTES
    return [
        Finding(
            _SECTION,
            "cache",
            f"{folder} ({gigabytes(free)} free)",
            Status.WARNING if little else Status.OK,
            "Free some space, or set XDG_CACHE_HOME to a larger disk." if little else None,
        )
    ]


def gigabytes(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 10**9:.1f} GB"


def _system() -> str:
    try:
        release = platform.freedesktop_os_release()
    except (OSError, AttributeError):
        return platform.platform(terse=True)
    return f"{release.get('PRETTY_NAME', platform.system())}, kernel {platform.release()}"


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _board() -> str | None:
    """A Jetson's or other board's name."""
    try:
        return Path("/proc/device-tree/model").read_text(errors="replace").strip("\0 \n") or None
    except OSError:
        return None
