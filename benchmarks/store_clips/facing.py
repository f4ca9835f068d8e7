"""A product's place on the shelf, and what stands in it."""

from __future__ import annotations

from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from store_clips.draws import pick
from store_clips.sprites import Placed, Sprite, lit, rotated


class Taking(Enum):
    """Which unit of a place goes next."""

    ANY = auto()
    NEAREST = auto()


class Unit:
    """One unit's home, and how it stands there now.

    Attributes:
        home: where it stands when the shelf is full, in points of the canvas.
        depth: small is behind or below, large before or on top.
        now: as it stands; `home` until somebody touched it.
    """

    def __init__(self, sprite: Sprite, x: float, y: float, depth: int = 0) -> None:
        self.home = Placed(sprite, x, y)
        self.depth = depth
        self.now = self.home

    def set_askew(self, rng: np.random.Generator, amount: float, *, may_be_pushed_back: bool) -> None:
        """Stand it a little aside, turned and otherwise lit; now and then deeper in the shelf."""
        home = self.home
        height, width = home.sprite.shape[:2]
        angle_deg = float(rng.uniform(-2.2, 2.2)) * amount
        back = rng.random() < 0.25 and may_be_pushed_back
        gain = rng.uniform(0.95, 1.05) * (0.95 if back else 1)
        sprite = lit(rotated(home.sprite, angle_deg, 0.94 if back else 1.0), gain)
        x = home.x - (sprite.shape[1] - width) / 2 + rng.uniform(-0.05, 0.05) * width * amount
        y = home.y - (sprite.shape[0] - height) / 2 + rng.uniform(-0.012, 0.02) * height * amount
        self.now = Placed(sprite, x, y)


class Facing:
    """A place for one product.

    Attributes:
        product: whose place it is.
        units: their homes; as many as it has capacity.
        here: which of them are there.
        foreign: another product that stands in the place.
        card: a note hung there.
        under, over: what stays when all units are gone: a carton, a bucket, a hook.
        box: around all units, in points of the canvas: left, top, right, bottom.
        last_change_s: when its state changed last.
        id, gtin, drawn, samples: given by the installer (`installing.install`): `drawn` the corners in the picture,
            clockwise from the upper left one, shape (4, 2); `samples` points of the canvas within them, shape (81, 2).
    """

    def __init__(
        self,
        product: str,
        units: list[Unit],
        taking: Taking = Taking.ANY,
        under: Placed | None = None,
        over: Placed | None = None,
    ) -> None:
        self.product, self.units, self.taking = product, units, taking
        self.here = [True] * len(units)
        self.foreign: Placed | None = None
        self.card: Placed | None = None
        self.under, self.over = under, over
        homes = [unit.home for unit in units]
        self.box = (
            min(home.x for home in homes),
            min(home.y for home in homes),
            max(home.x + home.sprite.shape[1] for home in homes),
            max(home.y + home.sprite.shape[0] for home in homes),
        )
        self.last_change_s = -99.0
        self.id = ""
        self.gtin: str | None = None
        self.drawn: NDArray[np.float64] = np.zeros((4, 2))
        self.samples: NDArray[np.float64] = np.zeros((81, 2))

    @property
    def capacity(self) -> int:
        return len(self.units)

    @property
    def count(self) -> int:
        """How many units are there."""
        return sum(self.here)

    @property
    def state(self) -> str:
        """Its true state, as a truth names it."""
        if self.foreign is not None:
            return "misplaced"
        if self.count == 0:
            return "out_of_stock"
        if self.capacity > 1 and self.count / self.capacity <= 0.5:
            return "low"
        return "stocked"

    def next_out(self, rng: np.random.Generator) -> int:
        """Which unit is taken next."""
        left = [index for index, is_here in enumerate(self.here) if is_here]
        if self.taking is Taking.ANY:
            return pick(rng, left)
        return max(left, key=lambda index: self.units[index].depth)

    def next_in(self) -> int:
        """Which gap is filled next: from behind, from below."""
        gaps = [index for index, is_here in enumerate(self.here) if not is_here]
        return min(gaps, key=lambda index: self.units[index].depth)

    def items(self) -> list[Placed]:
        """What is seen, back to front."""
        return self.items_with(self.here, self.foreign)

    def items_with(self, here: list[bool], foreign: Placed | None) -> list[Placed]:
        """What would be seen with these of its units and another product in the place."""
        behind = sorted(range(self.capacity), key=lambda index: self.units[index].depth)
        units = [self.units[index].now for index in behind if here[index]]
        return [one for one in (self.under, *units, foreign, self.card, self.over) if one is not None]

    def hang(self, card: Placed) -> None:
        """Hang a note there."""
        self.card = card

    def clear(self) -> None:
        """Take all units out."""
        self.here = [False] * self.capacity

    def fill(self) -> None:
        """Put all units in."""
        self.here = [True] * self.capacity
