"""Which kind of source a user means by what stands in `source:`; decided from the words, without touching a device."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["PICTURE_SUFFIXES", "scheme_of", "source_kind"]

PICTURE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"})

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(?!\\)")  # two letters at least: C:\ is a drive
_OWN = {"gst": "gstreamer", "python": "iterable"}
_STREAMS = frozenset({"http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp"})


def scheme_of(url: str) -> str | None:
    """What stands before the first colon in lower case ("rtsp", "gst"), or None for a path."""
    match = _SCHEME.match(url)
    return match.group(1).lower() if match else None


def source_kind(url: int | str) -> str:
    """The kind's name in the registry, or a scheme that a plug-in may know.

    An index (also as text, "0") and /dev/video0 are usb; a folder or a single picture is "folder"; any other
    path is "video", there or not.
    """
    if isinstance(url, int) or url.isdigit() or url.startswith("/dev/video"):
        return "usb"
    scheme = scheme_of(url)
    if scheme in _OWN:
        return _OWN[scheme]
    if scheme in _STREAMS:
        return "stream"
    if scheme is not None and not Path(url).exists():
        return scheme
    path = Path(url)
    if url.endswith("/") or path.is_dir() or path.suffix.lower() in PICTURE_SUFFIXES:
        return "folder"
    return "video"
