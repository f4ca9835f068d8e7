"""Shelves that are nobody's: boards, price rails, back walls, and rendered packages standing in rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.replay.simulation.furniture import Row, draw_furniture, draw_leftover
from edgekit.replay.simulation.layers import Layer, fitted, lay
from edgekit.replay.simulation.packages import Look, package, random_look, similar_look
from edgekit.replay.simulation.print import Colour
from edgekit.replay.simulation.scene import Place, Scene, Unit
from edgekit.replay.simulation.shading import shade_of
from edgekit.shelf.gtin import check_digit, normalised
from edgekit.shelf.planogram import Facing

__all__ = ["MARGIN_PX", "ShelfStyle", "elsewhere", "random_style", "rendered_scene"]

MIN_FACINGS: Final = 3
"""A scene has at least so many, or as many as its style wants."""

MIN_STEP_PX: Final = 6
"""A package behind another is seen to be one if it stands so much higher."""

MARGIN_PX: Final = 64
"""A camera bumped by 40 px and 3 degrees still sees nothing but the scene."""


@dataclass(frozen=True, slots=True)
class ShelfStyle:
    """What kind of shelf to render.

    Attributes:
        rows: shelves above each other, 1-5.
        facings: at most so many are watched; fewer where the rows are short.
        zoom: share of the picture's width that the shelf takes; small ones stand far away.
        tilt: 0-1, how much the camera looks from the side and from above.
        wall: BGR of the back wall.
        depth: 0-1, how dark it is inside.
        several: share of the facings with more than one unit.
        similar: share of the neighbours that are another variety of the same brand.
        alike_wall: share of the products that have nearly the wall's colour.
        leftovers: share of the places where a tray or a pusher remains when the packages are gone.
        shape: the only shape of package; None for all.
    """

    rows: int = 3
    facings: int = 12
    zoom: float = 1.0
    tilt: float = 0.3
    wall: Colour = (190.0, 195.0, 198.0)
    depth: float = 0.5
    several: float = 0.0
    similar: float = 0.3
    alike_wall: float = 0.0
    leftovers: float = 0.15
    shape: str | None = None


def random_style(random: np.random.Generator) -> ShelfStyle:
    """Some shop's shelf."""
    level = float(random.choice([35, 90, 150, 200, 232]))
    wall = tuple(float(np.clip(level + random.normal(0, 8), 5, 250)) for _ in range(3))
    rows = int(random.integers(1, 5))
    return ShelfStyle(
        rows=rows,
        facings=int(random.integers(max(3, rows), 1 + rows * int(random.integers(3, 11)))),
        zoom=float(random.uniform(0.6, 1.1)),
        tilt=float(random.uniform(0, 1) ** 1.5),
        wall=(wall[0], wall[1], wall[2]),
        depth=float(random.uniform(0.15, 0.95)),
        several=float(random.choice([0, 0, 0.3])),
        similar=float(random.uniform(0.1, 0.7)),
        alike_wall=float(random.choice([0, 0.1, 0.3])),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Standing:
    """A product in its place, before anybody watches it."""

    look: Look
    units: tuple[Unit, ...]
    box: tuple[int, int, int, int]


def rendered_scene(
    random: np.random.Generator,
    style: ShelfStyle | None = None,
    *,
    size_wh: tuple[int, int] = (640, 480),
    products: Sequence[Layer] = (),
) -> Scene:
    """A shelf with packages.

    Args:
        random: decides everything that `style` leaves open.
        style: kind of shelf; by chance without.
        size_wh: the camera's picture.
        products: pictures of products to stand there in place of rendered packages.
    """
    wanted = style or random_style(random)
    scene = _rendered(random, wanted, size_wh, products)
    while len(scene.places) < min(wanted.facings, MIN_FACINGS):
        # Wide products, or a shelf that reaches beyond the picture: from a little farther away it will do.
        wanted = replace(wanted, zoom=max(0.6, wanted.zoom * 0.95), tilt=wanted.tilt * 0.9)
        scene = _rendered(random, wanted, size_wh, products)
    return scene


def _rendered(
    random: np.random.Generator, style: ShelfStyle, size_wh: tuple[int, int], products: Sequence[Layer]
) -> Scene:
    canvas_wh = (size_wh[0] + 2 * MARGIN_PX, size_wh[1] + 2 * MARGIN_PX)
    back, front, rows = draw_furniture(random, style.rows, style.zoom, style.wall, style.depth, canvas_wh)
    view = _view(random, canvas_wh, style.tilt)
    looks = _Range(random, style, products)
    in_row = max(-(-style.facings // style.rows), int(random.integers(3, 9)))
    standing = [one for row in rows for one in _filled(random, row, style, looks, in_row)]
    places = _watched(random, standing, view, size_wh, style.facings, looks)
    watched = {id(place.units) for place in places}
    for one in standing:
        if random.random() < style.leftovers:
            draw_leftover(back, random, one.box)
        if id(one.units) not in watched:
            for unit in one.units:
                lay(back, unit.layer, unit.x, unit.y)
    return Scene(
        f"rendered shelf, {style.rows} rows",
        size_wh,
        MARGIN_PX,
        back,
        front,
        places,
        view,
        elsewhere(random, size_wh),
    )


def elsewhere(random: np.random.Generator, size_wh: tuple[int, int]) -> Pixels:
    """uint8 (height, width, 3): another part of the shop, which a camera sees that is turned away."""
    import cv2

    width, height = size_wh
    picture, _, _ = draw_furniture(random, 4, 0.5, (90.0, 110.0, 120.0), 0.5, size_wh)
    coarse = cv2.resize(random.normal(0, 14, (height // 4, width // 4, 3)).astype(np.float32), size_wh)
    rough: Pixels = np.clip(picture + coarse, 0, 255).astype(np.uint8)
    return rough


class _Range:
    """The products of this shop: what a place is filled with."""

    def __init__(self, random: np.random.Generator, style: ShelfStyle, pictures: Sequence[Layer]) -> None:
        self._random, self._style, self._pictures = random, style, pictures

    def look(self) -> Look:
        random, style = self._random, self._style
        body: Colour | None = None
        if random.random() < style.alike_wall:
            near = [float(np.clip(value + random.normal(0, 14), 6, 250)) for value in style.wall]
            body = (near[0], near[1], near[2])
        look = random_look(random, shape=style.shape, body=body)
        return look if body is None or random.random() < 0.6 else Look(look.shape, body, body, body, 1, busy=0.2)

    def front(self, look: Look, width: int, height: int) -> Layer:
        if self._pictures:
            return fitted(self._pictures[look.print_seed % len(self._pictures)], width, height)
        return package(look, width, height)


_ASPECTS: Final = {
    "box": (0.5, 1.6),
    "carton": (0.35, 0.5),
    "bottle": (0.28, 0.42),
    "can": (0.5, 0.75),
    "jar": (0.55, 0.95),
    "tub": (0.9, 1.8),
    "bag": (0.55, 0.9),
    "tube": (0.22, 0.5),
}
"""Width over height of each shape, from and to."""


def _filled(random: np.random.Generator, row: Row, style: ShelfStyle, looks: _Range, count: int) -> list[_Standing]:
    """Products side by side along a row: runs of one product, then perhaps another variety of it."""
    usual = (row.right - row.left) / count
    x, found = row.left + random.uniform(0, 0.2) * usual, list[_Standing]()
    look = looks.look()
    while x < row.right - 12:
        run = int(random.integers(1, 4))
        low, high = _ASPECTS[look.shape]
        height = row.clear * random.uniform(0.55, 0.93)
        width = min(height * random.uniform(low, high), usual * 1.15)
        height = min(height, width / low)
        gap = random.choice([1, 2, 4, 8]) + random.uniform(0, 0.08) * width
        for _ in range(run):
            if x + width > row.right:
                return found
            found.append(_stood(random, look, looks, row, int(x), (int(width), int(height)), style.several))
            x += width + gap
        look = similar_look(random, look) if random.random() < style.similar else looks.look()
    return found


def _stood(
    random: np.random.Generator,
    look: Look,
    looks: _Range,
    row: Row,
    x: int,
    size_wh: tuple[int, int],
    several: float,
) -> _Standing:
    """One package, or some above each other or behind each other."""
    width, height = max(8, size_wh[0]), max(12, size_wh[1])
    count = int(random.integers(2, 5)) if random.random() < several else 1
    if count > 1 and look.shape in ("box", "tub", "can", "bag") and random.random() < 0.7:
        foot = row.foot - int(random.uniform(0, 0.75) * row.floor)
        each = max(8, height // count)
        front = looks.front(look, width, each)
        units = tuple(Unit(front, x, foot - each * (level + 1), shade_of(front)) for level in range(count))
        return _Standing(look, units, (x, foot - each * count, x + width, foot))
    count = min(count, 3, 1 + row.floor // MIN_STEP_PX)
    if count > 1:
        return _behind_each_other(look, looks, row, x, (width, height), count)
    foot = row.foot - int(random.uniform(0, 0.75) * row.floor)
    front = looks.front(look, width, height)
    unit = Unit(front, x, foot - height, shade_of(front))
    return _Standing(look, (unit,), (x, foot - height, x + width, foot))


def _behind_each_other(look: Look, looks: _Range, row: Row, x: int, size_wh: tuple[int, int], count: int) -> _Standing:
    """A file of packages: the farther ones stand higher on the board that one sees, smaller and darker."""
    width, height = size_wh
    lift = min(row.floor // (count - 1), height // 5)
    units = []
    for behind in range(count - 1, -1, -1):
        wide, high = round(width * 0.95**behind), round(height * 0.95**behind)
        front = _deeper(looks.front(look, wide, high), behind)
        units.append(Unit(front, x + (width - wide) // 2, row.foot - lift * behind - high, shade_of(front)))
    top = min(unit.y for unit in units)
    return _Standing(look, tuple(units), (x, top, x + width, row.foot))


def _deeper(layer: Layer, behind: int) -> Layer:
    import cv2

    return Layer(cv2.convertScaleAbs(layer.pixels, alpha=0.82**behind), layer.alpha)


def _view(random: np.random.Generator, canvas_wh: tuple[int, int], tilt: float) -> NDArray[np.float64]:
    """What a camera beside and above the middle of the shelf makes of the flat picture."""
    import cv2

    width, height = canvas_wh
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    side, above = random.uniform(-0.2, 0.2) * tilt, random.uniform(-0.05, 0.16) * tilt
    near = np.array(
        [
            (above * width + max(side, 0) * width / 2, max(side, 0) * height / 2),
            (width - above * width - max(-side, 0) * width / 2, max(-side, 0) * height / 2),
            (width - max(-side, 0) * width / 2, height - max(-side, 0) * height / 2),
            (max(side, 0) * width / 2, height - max(side, 0) * height / 2),
        ],
        np.float32,
    )
    roll = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), random.normal(0, 1.2 * tilt), 1.0), (0, 0, 1)])
    matrix: NDArray[np.float64] = roll @ cv2.getPerspectiveTransform(flat, near).astype(np.float64)
    return matrix


def _watched(
    random: np.random.Generator,
    standing: list[_Standing],
    view: NDArray[np.float64],
    size_wh: tuple[int, int],
    most: int,
    looks: _Range,
) -> tuple[Place, ...]:
    names: dict[Look, str] = {}
    places: list[Place] = []
    for one in standing:
        polygon = _polygon(random, one.box, view, size_wh)
        name = names.setdefault(one.look, f"{one.look.shape}-{len(names) + 1}")
        if polygon is None:
            continue
        number = len(names)
        digits = f"2{number:011d}"
        facing = Facing(
            id=f"f{len(places) + 1:02d}",
            gtin=normalised(digits + str(check_digit(digits))),
            restricted=True,
            product=name,
            method="auto",
            capacity=len(one.units),
            polygon_xy_px=polygon,
        )
        strangers = [other for other in (looks.look() for _ in range(3)) if other.body != one.look.body]
        size = one.units[-1].layer.size_wh
        others = tuple(looks.front(other, *size) for other in strangers)
        places.append(Place(facing, one.units, others))
    if len(places) > most:
        kept = sorted(random.choice(len(places), most, replace=False))
        return tuple(places[index] for index in kept)
    return tuple(places)


def _polygon(
    random: np.random.Generator, box: tuple[int, int, int, int], view: NDArray[np.float64], size_wh: tuple[int, int]
) -> tuple[tuple[float, float], ...] | None:
    """What an installer would draw around the product, in picture pixels; None where it is not wholly in view."""
    left, top, right, bottom = box
    across, down = (right - left) * random.uniform(-0.03, 0.08, 2), (bottom - top) * random.uniform(-0.03, 0.06, 2)
    corners = np.array(
        [
            (left - across[0], top - down[0], 1),
            (right + across[1], top - down[0], 1),
            (right + across[1], bottom + down[1], 1),
            (left - across[0], bottom + down[1], 1),
        ]
    )
    seen = corners @ view.T
    points = seen[:, :2] / seen[:, 2:] - MARGIN_PX
    if points.min() < 3 or (points > np.array(size_wh) - 3).any():
        return None
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in points)
