"""Ways to build a shelf, as a kind of clip names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from blind_clips import loose
from blind_clips.gondola import GondolaPlan, build_gondola
from blind_clips.goods import Maker
from blind_clips.kind import MARGIN, Site
from blind_clips.packages import ANY, SHAPES, Palette
from blind_clips.photo_shelf import build_photo_shelf
from blind_clips.shelf import Shelf
from blind_clips.sprites import Sprite

Builder = Callable[[Site, np.random.Generator], Shelf]


def gondola(
    plan: GondolaPlan, *, palette: Palette = ANY, share: float = 0.4, shapes: tuple[str, ...] = SHAPES
) -> Builder:
    """Boards with packages; `share` of them wear photographs."""

    def build(site: Site, rng: np.random.Generator) -> Shelf:
        return build_gondola(site.canvas_wh, MARGIN, Maker(site.photographs, palette, share, shapes), plan, rng)

    return build


def fridge(plan: GondolaPlan) -> Builder:
    """The same behind glass doors: reflections, a frame, cold light."""

    def build(site: Site, rng: np.random.Generator) -> Shelf:
        maker = Maker(site.photographs, ANY, 0.5, ("bottle", "carton", "tub", "box", "can"))
        shelf = build_gondola(site.canvas_wh, MARGIN, maker, plan, rng)
        return replace(shelf, front=_behind_glass(shelf, rng))

    return build


def _behind_glass(shelf: Shelf, rng: np.random.Generator) -> Sprite:
    """The shelf's front with glass before it: slanting pale bands, and a door frame where no place is."""
    height, width = shelf.front.alpha.shape
    sheen = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(2, 5))):
        x, broad = rng.uniform(0, width), rng.uniform(0.03, 0.12) * width
        band = np.int32([[x, 0], [x + broad, 0], [x + broad - height * 0.3, height], [x - height * 0.3, height]])
        cv2.fillPoly(sheen, [band], float(rng.uniform(18, 46)))
    sheen = cv2.GaussianBlur(sheen, (0, 0), width * 0.006) + 8
    alpha, bgr = shelf.front.alpha.copy(), shelf.front.bgr.copy()
    pane = alpha == 0
    bgr[pane] = (238, 232, 222)
    alpha[pane] = sheen[pane].astype(np.uint8)
    taken = np.zeros(width, bool)
    for place in shelf.places:
        left, right = place.outline[:, 0].min(), place.outline[:, 0].max()
        taken[max(0, int(left)) : int(right) + 1] = True
    thick = max(6, width // 110)
    for x in range(thick, width - thick):
        if not taken[x - thick // 2 : x + thick // 2].any():
            bgr[:, x - thick // 2 : x + thick // 2] = (60, 62, 66)
            alpha[:, x - thick // 2 : x + thick // 2] = 255
            break
    return Sprite(bgr, alpha)


def crates(*, floor_like_goods: bool = False) -> Builder:
    """Crates with heaps of produce."""
    return lambda site, rng: loose.build_crates(
        site.canvas_wh, MARGIN, Maker(site.photographs), rng, floor_like_goods=floor_like_goods
    )


def bakery() -> Builder:
    """Trays with pieces of bakery."""
    return lambda site, rng: loose.build_bakery(site.canvas_wh, MARGIN, Maker(site.photographs), rng)


def pegs() -> Builder:
    """Bags and boxes on hooks."""
    return lambda site, rng: loose.build_pegs(
        site.canvas_wh, MARGIN, Maker(site.photographs, shapes=("bag", "box")), rng
    )


def baskets() -> Builder:
    """Packages in wire baskets."""
    return lambda site, rng: loose.build_baskets(site.canvas_wh, MARGIN, Maker(site.photographs), rng)


def photograph(*, deep: float = 0.25) -> Builder:
    """A photographed real shelf."""
    return lambda site, rng: build_photo_shelf(
        site.data, site.canvas_wh, MARGIN, rng, held_out=site.held_out, deep=deep
    )
