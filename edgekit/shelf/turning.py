"""Whether an open episode was wrong from the first: its facing is stocked again, and nothing was put there. Pure."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.layout import FacingPlace
from edgekit.shelf.words import Evidence, Transition, TransitionKind, UnknownReason

__all__ = ["EVIDENCE_TURNED", "SinceOpened", "kept_in_new_epoch", "look_from", "look_text", "turned"]

EVIDENCE_TURNED: Final = "evidence_turned"
Look = NDArray[np.uint8]

_IN_FRONT_SHARE: Final = 0.05
"""Of a facing: what hides more of it may be an arm."""
_LIGHT: Final = 0.8, 1.25
"""By so much a lamp or a soft shadow changes a facing; more could be a plain product before a plain wall."""
_SAME_LEVELS, _SAME_PART = 6.0, 0.1
"""Grey levels, and share of a pixel's brightness, by which it is still the same."""
_CHANGED_SHARE: Final = 0.03
_OF_THE_METHOD: Final = (None, UnknownReason.UNDECIDED, UnknownReason.NO_EVIDENCE)
"""Reasons that leave the facing in full view."""


@dataclass(frozen=True, slots=True, eq=False)
class SinceOpened:
    """What is known of a facing since its open episode was opened.

    Attributes:
        look: uint8 (height, width, 3) BGR, its bounding box in the small picture of the sample that opened it; None
            where that is not known.
        watched: every sample since has shown it whole, with nothing before it and nothing moving in it.
    """

    look: Look | None = None
    watched: bool = False

    def turned(self, look: Look) -> bool:
        """Whether what looks like this now, and is stocked, was stocked when its episode was opened."""
        return self.watched or (self.look is not None and _is_same(self.look, look))


def turned(
    since: Mapping[str, SinceOpened],
    transitions: Sequence[Transition],
    evidence: Mapping[str, Evidence],
    places: Sequence[FacingPlace],
    small: NDArray[np.uint8] | None,
    *,
    unbroken: bool,
) -> tuple[dict[str, SinceOpened], tuple[Transition, ...]]:
    """Take a sample and what was concluded from it in: `resolved` of what nobody restocked becomes `retracted`.

    An episode was wrong where the facing has been in full view ever since it was opened and nothing has moved in it; or
    where it looks as it did then, light aside, whoever stood in front meanwhile.

    Args:
        since: what was known, by facing; of facings with an open episode alone.
        transitions: what the sample has led to.
        evidence: what it says of each facing.
        places: where the facings lie in its small picture.
        small: uint8 (height, width, 3), that picture; None where the sample shows nothing.
        unbroken: the sample before it was near enough that nothing happened between them unseen.
    """
    after = {
        name: replace(known, watched=known.watched and unbroken and _is_in_full_view(evidence[name]))
        for name, known in since.items()
        if name in evidence
    }
    told: list[Transition] = []
    where = {place.facing.id: place for place in places} if transitions else {}
    for one in transitions:
        place = where.get(one.facing)
        look = None if place is None or small is None else small[place.rows, place.columns].copy()
        if one.kind is TransitionKind.OPENED:
            after[one.facing] = SinceOpened(look, watched=True)
        elif one.kind is TransitionKind.RESOLVED:
            known = after.pop(one.facing, SinceOpened())
            if look is not None and known.turned(look):
                one = replace(one, kind=TransitionKind.RETRACTED, reason=EVIDENCE_TURNED)
        told.append(one)
    return after, tuple(told)


def kept_in_new_epoch(since: Mapping[str, SinceOpened]) -> dict[str, SinceOpened]:
    """After a pause in which anything may have happened."""
    return {name: replace(known, watched=False) for name, known in since.items()}


def look_text(look: Look | None) -> str | None:
    """A look as text, for a JSON object: height, width and the zlib-packed pixels in base64."""
    if look is None:
        return None
    return f"{look.shape[0]} {look.shape[1]} {b64encode(zlib.compress(look.tobytes())).decode()}"


def look_from(text: str | None) -> Look | None:
    """What `look_text` was given; None for what it never gave."""
    if text is None:
        return None
    try:
        height, width, packed = text.split()
        values = np.frombuffer(zlib.decompress(b64decode(packed)), np.uint8)
        return values.reshape(int(height), int(width), 3)
    except (ValueError, zlib.error):
        return None


def _is_in_full_view(evidence: Evidence) -> bool:
    return evidence.reason in _OF_THE_METHOD and not evidence.moving and evidence.visible_share >= 1.0 - _IN_FRONT_SHARE


def _is_same(before: Look, now: Look) -> bool:
    """Whether two looks differ by no more than noise and the light."""
    if before.shape != now.shape or not now.size:
        return False
    old, new = before.astype(np.float32), now.astype(np.float32)
    gain = float(np.median((new.sum(2) + 12) / (old.sum(2) + 12)))
    if not _LIGHT[0] <= gain <= _LIGHT[1]:
        return False
    expected = old * np.float32(gain)
    changed = (np.abs(new - expected) > np.maximum(_SAME_LEVELS, _SAME_PART * expected)).any(2)
    return bool(np.count_nonzero(changed) <= _CHANGED_SHARE * changed.size)
