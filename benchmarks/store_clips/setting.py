"""What every kind of clip starts from: a shelf before a camera, and a story that is still empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from store_clips.boards import Assortment, boards
from store_clips.draws import pick
from store_clips.photo_shelf import Cut, photo_shelf
from store_clips.photographs import Photographs
from store_clips.story import Story
from store_clips.world import World

VGA, SVGA, QHD, HD = (640, 480), (800, 600), (960, 540), (1280, 720)
FPS = (5, 5, 6)
PACKETS, BAGS = 0, 1
"""Which of the two photographs of shelves: large packages in rows, or small ones side by side."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """The lots that are drawn for a clip, and what it may be made of."""

    rng: np.random.Generator
    photographs: Photographs

    def story(self, world: World, fps: int | None = None, scale: float = 1.0) -> Story:
        """An empty story before a shelf, of some length."""
        fps = pick(self.rng, FPS) if fps is None else fps
        return Story(self.rng, world, fps, round(float(self.rng.uniform(97, 113)), 0), scale)

    def on_photograph(
        self,
        which: int,
        size_wh: tuple[int, int] = VGA,
        cut: Cut | None = None,
        *,
        fps: int | None = None,
        scale: float = 1.0,
    ) -> Story:
        """Before a photograph of a shelf: PACKETS or BAGS."""
        name = self.photographs.shelves[which]
        return self.story(photo_shelf(self.rng, self.photographs, name, size_wh, cut or Cut()), fps, scale)

    def boards(self, assortment: Assortment, size_wh: tuple[int, int] = VGA) -> World:
        """Boards with packages."""
        return boards(self.rng, self.photographs, size_wh, assortment)

    def on_boards(self, assortment: Assortment, size_wh: tuple[int, int] = VGA) -> Story:
        """Before boards with packages."""
        return self.story(self.boards(assortment, size_wh))


Kind = Callable[[Setting], Story]
"""A kind of clip: its docstring says what happens."""
