"""Cameras that Linux shows: their device files, names, and whether this user may open them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from edgekit.doctor.report import Finding, Status

__all__ = ["cameras"]

_SECTION = "Cameras"


def cameras(devices: Path = Path("/dev"), classes: Path = Path("/sys/class/video4linux")) -> list[Finding]:
    """One finding a capture device; nothing is opened.

    A camera shows several device files (pictures, metadata); sysfs numbers them, and 0 gives the pictures.

    Args:
        devices: where the device files are.
        classes: where sysfs describes them.
    """
    found = [
        _camera(device, _text(classes / device.name / "name"))
        for device in sorted(devices.glob("video*"), key=_number)
        if re.fullmatch(r"video\d+", device.name) and _text(classes / device.name / "index") in ("", "0")
    ]
    return found or [
        Finding(
            _SECTION,
            "USB",
            "no /dev/video*: no camera is plugged in, or this container has none",
            Status.ABSENT,
            "In a container, start it with --device /dev/video0.",
        )
    ]


def _camera(device: Path, name: str) -> Finding:
    shown = f"{name or 'a camera'} (edgekit run --camera {_number(device)})"
    if os.access(device, os.R_OK | os.W_OK):
        return Finding(_SECTION, str(device), shown)
    advice = "sudo usermod -aG video $USER, then log in again"
    return Finding(_SECTION, str(device), f"{shown}, but this user may not open it", Status.WARNING, advice)


def _number(device: Path) -> int:
    digits = re.sub(r"\D", "", device.name)
    return int(digits) if digits else -1


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
