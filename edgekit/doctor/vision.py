"""OpenCV: which one it is, and what it was built with; PyAV."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from edgekit.doctor.packages import OPENCVS, clashing, installed_of, optional
from edgekit.doctor.report import Finding, Status

__all__ = ["built_with", "opencv"]

_SECTION = "Video"
_HEADLESS = "opencv-python-headless"


def opencv() -> list[Finding]:
    """The OpenCV that would be used, its package, and its FFmpeg and GStreamer."""
    packages = installed_of(OPENCVS)
    try:
        import cv2
    except ImportError as error:
        line = " ".join(str(error).split())
        advice = f"pip uninstall -y {' '.join(packages)}; pip install {_HEADLESS}" if packages else None
        hint = "On a Jetson use JetPack's own OpenCV: python3 -m venv --system-site-packages .venv"
        return [
            Finding(
                _SECTION, "OpenCV", f"cannot be imported: {line}", Status.WARNING, advice or f"pip install {_HEADLESS}"
            ),
            Finding(_SECTION, "numpy", "OpenCV wants another numpy", Status.WARNING, hint)
            if "numpy" in line
            else Finding(_SECTION, "FFmpeg", "unknown without OpenCV", Status.ABSENT),
        ]
    return [
        Finding(_SECTION, "OpenCV", f"{cv2.__version__} from {_origin(cv2, packages)}"),
        *([clash] if (clash := clashing(_SECTION, "cv2", packages, _HEADLESS)) else []),
        _part(cv2, "FFmpeg", "FFMPEG", "video files, rtsp:// and http:// sources"),
        _part(cv2, "GStreamer", "GStreamer", "`gst:` sources and CSI cameras"),
        optional(_SECTION, "av", "`transport: udp` of an rtsp:// source", "pip install 'edgekit[video]'"),
    ]


def built_with(build_information: str, name: str) -> str | None:
    """What OpenCV's build information says of a part: "YES (1.20.3)" is "1.20.3"; None for NO or nothing."""
    found = re.search(rf"^\s*{re.escape(name)}:\s*YES\b\s*(?:\(([^)]*)\))?", build_information, re.MULTILINE)
    if found is None:
        return None
    return found.group(1) or "yes"


def _part(cv2: Any, shown: str, name: str, needed_for: str) -> Finding:
    version = built_with(cv2.getBuildInformation(), name)
    if version is not None:
        return Finding(_SECTION, shown, f"yes ({version})" if version not in ("yes", "prebuilt binaries") else "yes")
    advice = "Use the system's OpenCV (apt install python3-opencv) in a venv with --system-site-packages."
    return Finding(_SECTION, shown, f"not in this OpenCV; {needed_for} need it", Status.ABSENT, advice)


def _origin(cv2: Any, packages: dict[str, str]) -> str:
    if packages:
        return " and ".join(f"{name} {version}" for name, version in packages.items())
    return f"the system ({Path(cv2.__file__).parent})"
