"""A shelf of products that a detector knows: two rows, few and large, as a camera near the shelf sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from edgekit.replay.simulation.furniture import Row, draw_furniture
from edgekit.replay.simulation.layers import resized
from edgekit.replay.simulation.scene import Place, Scene, Unit
from edgekit.replay.simulation.shading import shade_of
from edgekit.replay.simulation.shelves import MARGIN_PX, elsewhere
from edgekit.shelf.planogram import Facing
from shelf_bench.known import Known

__all__ = ["known_scene"]

_ROWS: Final = 2
_TALL_PX: Final = (100, 150)


def known_scene(random: np.random.Generator, products: Sequence[Known], size_wh: tuple[int, int] = (640, 480)) -> Scene:
    """Every facing by `method: detector`, its product named as the detector's class."""
    canvas_wh = (size_wh[0] + 2 * MARGIN_PX, size_wh[1] + 2 * MARGIN_PX)
    level = float(random.choice([40, 90, 150, 200, 225]))
    back, front, rows = draw_furniture(
        random, _ROWS, 1.1, (level * 0.97, level * 0.98, level), float(random.uniform(0.1, 0.6)), canvas_wh
    )
    places = [place for row in rows for place in _row(random, row, products, size_wh)]
    numbered = tuple(_numbered(place, number) for number, place in enumerate(places, 1))
    name = "shelf of products that a detector knows"
    return Scene(name, size_wh, MARGIN_PX, back, front, numbered, np.eye(3), elsewhere(random, size_wh))


def _row(random: np.random.Generator, row: Row, products: Sequence[Known], size_wh: tuple[int, int]) -> list[Place]:
    """Runs of one product, a gap between any two."""
    places: list[Place] = []
    x, right = max(row.left, MARGIN_PX) + int(random.uniform(8, 40)), min(row.right, MARGIN_PX + size_wh[0]) - 8
    foot = min(row.foot - row.floor // 3, MARGIN_PX + size_wh[1] - 8)
    while True:
        product = products[int(random.integers(len(products)))]
        tall = int(min(random.uniform(*_TALL_PX), row.clear * 0.9))
        width = round(product.layer.size_wh[0] * tall / product.layer.size_wh[1])
        for _ in range(int(random.integers(1, 3))):
            if x + width > right:
                return places
            places.append(_place(random, product, (x, foot - tall, width, tall), products, size_wh))
            x += width + int(random.uniform(8, 45))


def _place(
    random: np.random.Generator,
    product: Known,
    box_xywh: tuple[int, int, int, int],
    products: Sequence[Known],
    size_wh: tuple[int, int],
) -> Place:
    x, y, width, height = box_xywh
    layer = resized(product.layer, width, height)
    beside, above = 0.06 * width, 0.06 * height
    left, top = x - beside - MARGIN_PX, y - above - MARGIN_PX
    right, bottom = x + width + beside - MARGIN_PX, y + height + 0.03 * height - MARGIN_PX
    outline = np.array(((left, top), (right, top), (right, bottom), (left, bottom)))
    polygon = np.clip(outline, 0.0, size_wh).round(1).tolist()
    facing = Facing(
        id="",
        gtin=None,
        restricted=True,
        product=product.class_name,
        method="detector",
        capacity=1,
        polygon_xy_px=tuple((one, two) for one, two in polygon),
    )
    strangers = [one for one in products if one.class_name != product.class_name]
    picked = random.permutation(len(strangers))[:2]
    others = tuple(resized(strangers[int(at)].layer, width, height) for at in picked)
    return Place(facing, (Unit(layer, x, y, shade_of(layer)),), others)


def _numbered(place: Place, number: int) -> Place:
    return replace(place, facing=replace(place.facing, id=f"f{number:02d}"))
