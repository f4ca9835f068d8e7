"""What a kind of clip is made of."""

from __future__ import annotations

from dataclasses import dataclass

from market_clips.courses import Habits
from market_clips.layout import Shelf


@dataclass(frozen=True, slots=True)
class Recipe:
    """One kind of clip.

    Attributes:
        shelf: what stands there; None for the photographed shelf.
        habits: how goods change; None when nothing does.
        always: troubles that every clip has, by name; a name may come twice.
        maybe: troubles of which a clip has `pick`.
        tall: a grown person's height and feet: where the feet are, both in picture heights.
        hands_from: side, below or above.
        grain: standard deviation of the noise, in grey levels.
    """

    shelf: Shelf | None
    habits: Habits | None
    always: tuple[str, ...]
    maybe: tuple[str, ...] = ()
    pick: int = 2
    view_wh: tuple[int, int] = (640, 360)
    duration_s: tuple[int, int] = (76, 92)
    tall: float = 1.25
    feet: float = 1.22
    hands_from: str = "side"
    grain: float = 2.5
    auto_exposure: bool = False
    motion_jpeg: bool = False
