"""Are these pictures worth calibrating on? Uniform ones say nothing, and duplicates say nothing new."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["PictureSignature", "doubtful_pictures", "signature_of"]

_SIDE: Final = 16

# Standard deviation, in grey levels, of a picture shrunk to 17x16. A white wall still has 5, a covered lens 0 to 1.
_UNIFORM: Final = 2.0

# Of 256 bits. The nearest of 500,000 pairs of different photographs (ImageNet) differ in 47, of groceries in 22; a JPEG
# saved again at quality 50 differs from itself in 2 (95 of 100: 7), one made brighter or shrunk to half in 4 (13).
_ALIKE: Final = 16

# Pictures in a bundle of frames from one fixed camera are alike by nature: said once they are most of all.
_MANY_ALIKE: Final = 0.25

_FEW: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class PictureSignature:
    """What remains of a picture to compare it with others: 70 bytes.

    Attributes:
        name: for messages.
        sha256: of its pixels.
        bits: bool (256,): where it gets brighter from left to right, coarsely.
        is_uniform: whether it shows hardly anything.
    """

    name: str
    sha256: bytes
    bits: NDArray[np.bool_]
    is_uniform: bool


def signature_of(name: str, pixels: NDArray[np.uint8]) -> PictureSignature:
    """The signature of a picture, uint8 (height, width, 3) BGR of any size: a difference hash and an exact one."""
    import cv2

    small = cv2.resize(pixels, (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.int16)
    return PictureSignature(
        name=name,
        sha256=hashlib.sha256(str(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()).digest(),
        bits=(grey[:, 1:] > grey[:, :-1]).ravel(),
        is_uniform=float(grey.std()) < _UNIFORM,
    )


def doubtful_pictures(signatures: Sequence[PictureSignature]) -> tuple[str, ...]:
    """A sentence on each thing that is doubtful about these pictures; nothing where nothing is."""
    uniform = [one for one in signatures if one.is_uniform]
    others = [one for one in signatures if not one.is_uniform]
    same = _repeated(others)
    alike = _alike([one for one in others if one not in same])
    sentences = []
    if uniform:
        sentences.append(
            f"{_pictures(len(uniform))} of one colour only, the first {uniform[0].name}: "
            "a covered or dark camera says nothing of the shop."
        )
    if same:
        sentences.append(
            f"{_pictures(len(same))} the same as another one, the first {same[0].name}: duplicates say nothing new."
        )
    if len(alike) > _MANY_ALIKE * len(signatures):
        sentences.append(
            f"{_pictures(len(alike))} nearly the same as another one, the first {alike[0].name}: "
            "pictures of other hours, light and shelves would say more."
        )
    if len(signatures) < _FEW:
        sentences.append(
            f"{len(signatures)} calibration pictures are few: from {_FEW} on a part is held out to compare on."
        )
    return tuple(sentences)


def _pictures(count: int) -> str:
    return f"{count} calibration picture{' is' if count == 1 else 's are'}"


def _repeated(signatures: Sequence[PictureSignature]) -> list[PictureSignature]:
    """All but the first of each group of equal pictures."""
    seen: set[bytes] = set()
    repeated = []
    for one in signatures:
        if one.sha256 in seen:
            repeated.append(one)
        seen.add(one.sha256)
    return repeated


def _alike(signatures: Sequence[PictureSignature]) -> list[PictureSignature]:
    """All that differ from an earlier one in at most _ALIKE bits."""
    if len(signatures) < 2:
        return []
    signs = np.where(np.stack([one.bits for one in signatures]), 1.0, -1.0).astype(np.float32)
    alike = []
    for index in range(1, len(signs)):
        if float((signs[:index] @ signs[index]).max()) >= signs.shape[1] - 2 * _ALIKE:
            alike.append(signatures[index])
    return alike
