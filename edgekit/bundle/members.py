"""Which members a bundle may have, in which order, and how large they may be."""

from __future__ import annotations

import re
from typing import Final

from edgekit.bundle.manifest import Encoding

__all__ = [
    "CALIBRATION",
    "GOLDEN_INPUTS",
    "GOLDEN_PICTURE",
    "GOLDEN_PREPARED",
    "MANIFEST",
    "MAX_BUNDLE_BYTES",
    "MAX_MEMBERS",
    "REPORT",
    "REPORT_HTML",
    "golden_output",
    "in_order",
    "is_member",
    "limit_bytes",
]

MANIFEST: Final = "manifest.json"
CALIBRATION: Final = "calibration.json"
REPORT: Final = "report.json"
REPORT_HTML: Final = "report.html"
GOLDEN_INPUTS: Final = "golden/inputs.npy"
GOLDEN_PICTURE: Final = "golden/picture.npy"
GOLDEN_PREPARED: Final = "golden/prepared.npy"

_MIB: Final = 2**20
MAX_MEMBERS: Final = 256
MAX_BUNDLE_BYTES: Final = 2048 * _MIB - 1  # what a ZIP without its 64-bit extension holds, with room to spare
_LIMITS: Final = ((MANIFEST, 8 * _MIB), ("graphs/", 1536 * _MIB), ("golden/", 256 * _MIB), ("", 64 * _MIB))

_ENCODINGS: Final = "|".join(encoding.value for encoding in Encoding)
_ORDER: Final = tuple(
    re.compile(pattern)
    for pattern in (
        re.escape(MANIFEST),
        *(re.escape(encoding.member) for encoding in Encoding),
        re.escape(CALIBRATION),
        re.escape(REPORT),
        re.escape(REPORT_HTML),
        re.escape(GOLDEN_INPUTS),
        re.escape(GOLDEN_PICTURE),
        re.escape(GOLDEN_PREPARED),
        rf"golden/({_ENCODINGS})/(0|[1-9][0-9]?)\.npy",
    )
)


def golden_output(encoding: Encoding, index: int) -> str:
    """Path of an encoding's golden values of output number `index`."""
    return f"golden/{encoding.value}/{index}.npy"


def is_member(name: str) -> bool:
    """Whether a bundle may have a member of this name: a fixed list, so no name can lead anywhere else."""
    return any(pattern.fullmatch(name) for pattern in _ORDER)


def in_order(names: list[str]) -> list[str]:
    """Names sorted into the one order that the writer uses."""
    encodings = [encoding.value for encoding in Encoding]

    def rank(name: str) -> tuple[int, int, int]:
        kind = next(index for index, pattern in enumerate(_ORDER) if pattern.fullmatch(name))
        parts = name.split("/")
        if len(parts) == 3:
            return kind, encodings.index(parts[1]), int(parts[2].removesuffix(".npy"))
        return kind, 0, 0

    return sorted(names, key=rank)


def limit_bytes(name: str) -> int:
    """The most bytes that a member of this name may have."""
    return next(limit for prefix, limit in _LIMITS if name.startswith(prefix))
