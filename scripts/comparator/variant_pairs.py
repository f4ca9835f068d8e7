"""Pairs of one facing with its product in both, or with another sort of it now."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import Final

import cv2
import numpy as np

from comparator.backs import turned_round
from comparator.chance import colour, factor, grey
from comparator.layers import Canvas, Layer, laid
from comparator.pairs import Pair, taken_twice
from comparator.photographs import Photographs
from comparator.places import Place, Pose
from comparator.products import Grid, Product, Side
from comparator.scenes import Scene, drawn_scene, photographed_scene
from comparator.variants import LOOKED_AT_WH, differs, random_change, variant_of
from edgekit.shelf.evidence.variants import VIEW

__all__ = ["Stands", "rendered_variant_pair"]


class Stands(IntEnum):
    """What stands in a facing now; the network's outputs in their order."""

    OWN = 0
    VARIANT = 1


_BACKS: Final = {Stands.OWN: 0.14, Stands.VARIANT: 0.05}
"""How often what stands there shows its back."""
_WITHOUT_COLOURS: Final = 0.06
"""How often the product is seen without colours. Its variants never are: most of them differ in nothing else."""


def rendered_variant_pair(random: np.random.Generator, photographs: Photographs) -> Pair:
    """Some facing."""
    stands = Stands(int(random.random() < 0.5))
    if random.random() < 0.3:
        scene = photographed_scene(random, photographs)
        now = _photographed_sort(random, photographs, scene) if stands is Stands.VARIANT else scene.full.copy()
    else:
        scene = drawn_scene(random, photographs)
        sort = variant_of(random, photographs, scene.product) if stands is Stands.VARIANT else scene.product
        if random.random() < _BACKS[stands]:
            sort = _seen_from_behind(random, scene.product, sort)
        now = _stood(random, scene, sort, handled=random.random() < (0.7 if stands is Stands.VARIANT else 0.6))
    if random.random() < 0.12:
        _tag(random, scene.place, now)
    if stands is Stands.OWN and random.random() < _WITHOUT_COLOURS:
        now = _by_night(random, now)
    return taken_twice(random, photographs, scene, now, stands, VIEW)


def _seen_from_behind(random: np.random.Generator, product: Product, sort: Product) -> Product:
    """A sort, of which the back, too, is plainly another than the product's own; else its front."""
    own, other = turned_round(random, product, sort)
    if sort is product or differs(own.layer(*LOOKED_AT_WH).pixels, other.layer(*LOOKED_AT_WH).pixels):
        return other
    return sort


def _by_night(random: np.random.Generator, now: Canvas) -> Canvas:
    """As a camera sees it that has no colours: inks are darker or paler in infrared than to the eye."""
    shares = random.dirichlet((2, 2, 2)).astype(np.float32)
    seen: Canvas = np.repeat((now @ shares)[..., None], 3, 2)
    return seen


def _stood(random: np.random.Generator, scene: Scene, sort: Product, *, handled: bool) -> Canvas:
    """A sort where the product stood, or nearly."""
    pose = _handled(random, *scene.fill_wh) if handled else Pose(scene.fill_wh)
    if sort.grid is not None and sort.grid.columns > 1 and random.random() < 0.4:
        sort, pose = _some_gone(random, sort, sort.grid, pose)
    return scene.place.with_unit(scene.empty, sort, pose)


def _handled(random: np.random.Generator, wide: float, high: float) -> Pose:
    """Put back, leaning a little, or the next one farther back; seldom turned about."""
    kind = random.random()
    if kind < 0.55:
        size = (wide * random.uniform(0.95, 1.03), high * random.uniform(0.95, 1.03))
        return Pose(size, random.normal(0, 0.06), angle_deg=random.normal(0, 2.5), gain=factor(random, 0.06))
    if kind < 0.68:
        return Pose((wide, high), random.normal(0, 0.06), angle_deg=random.normal(0, 6), gain=factor(random, 0.08))
    if kind < 0.9:
        share = random.uniform(0.75, 0.97)
        lift, gain = random.uniform(0, 0.14) * (1 - share) * 4, random.uniform(0.55, 1)
        return Pose((wide * share, high * share), random.normal(0, 0.05), lift=lift, gain=gain)
    size = (wide * random.uniform(0.95, 1.03), high)
    return Pose(
        size, random.normal(0, 0.05), angle_deg=random.normal(0, 2), gain=factor(random, 0.08), side=Side.BETWEEN
    )


def _some_gone(random: np.random.Generator, sort: Product, grid: Grid, pose: Pose) -> tuple[Product, Pose]:
    """A column less of many small ones, on the left or right."""
    (wide, high), left = pose.size_wh, grid.columns - 1
    aside = wide / grid.columns / 2 * random.choice((-1, 1))
    fewer = replace(sort, grid=replace(grid, columns=left))
    return fewer, replace(pose, size_wh=(wide * left / grid.columns, high), shift=pose.shift + aside)


def _photographed_sort(random: np.random.Generator, photographs: Photographs, scene: Scene) -> Canvas:
    """A photograph in which a part of what is within the outline is another."""
    left, top, wide, high = cv2.boundingRect(np.round(scene.outline_xy_px).astype(np.int32))
    left, top = max(0, left), max(0, top)
    seen = scene.full[top : top + high, left : left + wide]
    while True:
        other = seen
        for _ in range(int(random.integers(1, 3))):
            other = random_change(random, photographs)(other)
        if differs(seen, other):
            break
    now = scene.full.copy()
    laid(now, Layer(other.astype(np.float32), np.ones(seen.shape[:2], np.float32)), left, top)
    return now


def _tag(random: np.random.Generator, place: Place, now: Canvas) -> None:
    """A flag, a sticker or a fallen label before a small part of it."""
    wide, high = int(random.uniform(0.15, 0.45) * place.width), int(random.uniform(0.08, 0.25) * place.height)
    left, top = (
        int(place.left + random.uniform(-0.1, 0.9) * place.width),
        int(place.top + random.uniform(0, 0.9) * place.height),
    )
    paint = grey(random, 20, 250) if random.random() < 0.5 else colour(random)
    cv2.rectangle(now, (left, top), (left + wide, top + high), paint, -1)
