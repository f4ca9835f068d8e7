"""A shelf with its facings, drawn for any state of its goods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from market_clips.fixtures import FRONTS, Cell, Row, Style, label_boxes, paint_label, paint_walls
from market_clips.paint import Image, shaded
from market_clips.products import Look, unit_picture

Pictures = dict[tuple[Look, tuple[int, int], bool, float], Image]
MARGIN_PX = 48
"""How much of the scene is drawn around the view, so that a knocked camera sees more shelf, not a black border."""


DEEP_STEP = 0.15
"""How much higher the next unit behind stands, as a share of the row, where units behind each other are counted."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How the goods of one facing stand.

    Attributes:
        count: units left, of the facing's own product or the stranger.
        stranger: whether another product stands there.
        dx: shift to the right, as a share of the unit's width.
        tilt: degrees.
        back: how many places the front has moved back (0-1.5).
    """

    count: int
    stranger: bool = False
    turned: bool = False
    dx: float = 0.0
    tilt: float = 0.0
    back: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Facing:
    """One place for one product.

    Attributes:
        arrange: side, stack or deep: how more than one unit is seen.
        unit_wh: size of one unit at the front, in flat pixels.
    """

    name: str
    product: str
    cell: Cell
    look: Look
    other: Look
    capacity: int
    arrange: str
    unit_wh: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one unit is drawn: its foot in flat pixels, its scale, its brightness."""

    x: float
    y: float
    scale: float
    gain: float


class View(Protocol):
    """What a clip is made from: facings that can be drawn in any state, on a canvas larger than the picture."""

    @property
    def view_wh(self) -> tuple[int, int]:
        """Size of the clip."""

    @property
    def facings(self) -> tuple[Facing, ...]:
        """The planogram's facings."""

    def polygon(self, facing: Facing) -> NDArray[np.float64]:
        """The facing's outline on the canvas, four corners, (4, 2)."""

    def spot(self, facing: Facing, unit: int) -> tuple[float, float]:
        """The middle of one unit of the full facing, on the canvas; the last unit is the first to be taken."""

    def labels(self) -> tuple[NDArray[np.float64], ...]:
        """The price labels' outlines on the canvas."""

    def still(self, poses: Mapping[str, Pose]) -> Image:
        """The canvas with the goods as they stand and nothing in front of the shelf."""

    def held(self, facing: Facing, *, stranger: bool = False) -> Image:
        """A unit of the facing as it looks in a hand, BGRA."""


def canvas_hw(view: View) -> tuple[int, int]:
    """Height and width of a view's canvas."""
    return view.view_wh[1] + 2 * MARGIN_PX, view.view_wh[0] + 2 * MARGIN_PX


def stocked(view: View) -> dict[str, Pose]:
    """Every facing full."""
    return {item.name: Pose(item.capacity) for item in view.facings}


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A camera's view of a fixture, from which still pictures are made.

    Attributes:
        view_wh: size of the clip.
        warp: maps flat pixels to the canvas, which is the view and a margin on every side.
        empty: the fixture without goods, in flat pixels.
        fillers: goods at the ends of the rows, outside the planogram.
        pictures: units drawn before, kept because stills are drawn often.
    """

    view_wh: tuple[int, int]
    style: Style
    rows: tuple[Row, ...]
    warp: NDArray[np.float64]
    empty: Image
    front: Image
    front_mask: Image
    facings: tuple[Facing, ...]
    fillers: tuple[Facing, ...]
    pictures: Pictures = field(default_factory=dict)

    def polygon(self, facing: Facing) -> NDArray[np.float64]:
        """The facing's outline on the canvas, four corners, (4, 2)."""
        box = extent(facing, self.style)
        corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
        return on_canvas(self.warp, np.array(corners))

    def spot(self, facing: Facing, unit: int) -> tuple[float, float]:
        """The middle of one unit of the full facing, on the canvas; the last unit is the first to be taken."""
        place = places(facing, self.style, facing.capacity, 0.0)[unit]
        middle = np.array([(place.x, place.y - facing.unit_wh[1] * place.scale / 2)])
        x, y = on_canvas(self.warp, middle)[0].tolist()
        return x, y

    def labels(self) -> tuple[NDArray[np.float64], ...]:
        """The price labels' outlines on the canvas."""
        boxes = label_boxes(self.rows, tuple(item.cell for item in self.facings))
        return tuple(
            on_canvas(self.warp, np.array([(b.x0, b.y0), (b.x1, b.y0), (b.x1, b.y1), (b.x0, b.y1)])) for b in boxes
        )

    def still(self, poses: Mapping[str, Pose]) -> Image:
        """The canvas with the goods as they stand and nothing in front of the shelf."""
        flat = self.empty.copy()
        for filler in self.fillers:
            _draw_facing(flat, filler, Pose(filler.capacity), self.style, self.pictures)
        for facing in self.facings:
            _draw_facing(flat, facing, poses[facing.name], self.style, self.pictures)
        cv2.copyTo(self.front, self.front_mask, flat)
        height, width = canvas_hw(self)
        canvas: Image = cv2.warpPerspective(flat, self.warp, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return canvas

    def held(self, facing: Facing, *, stranger: bool = False) -> Image:
        """A unit of the facing as it looks in a hand, BGRA."""
        scale = float(np.ptp(self.polygon(facing)[:, 1]) / max(1.0, extent(facing, self.style).height))
        width, height = facing.unit_wh
        size = int(width * scale), int(height * scale)
        return unit_picture(facing.other if stranger else facing.look, size)


@dataclass(frozen=True, slots=True)
class Extent:
    """A box in flat pixels."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def height(self) -> float:
        """Its height."""
        return self.y1 - self.y0


def on_canvas(warp: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Flat points (n, 2) on the canvas."""
    whole = np.column_stack([points, np.ones(len(points))]) @ warp.T
    return np.asarray(whole[:, :2] / whole[:, 2:], np.float64)


def places(facing: Facing, style: Style, count: int, back: float) -> tuple[Place, ...]:
    """Where the units left stand, farthest first."""
    cell, (width, height) = facing.cell, facing.unit_wh
    middle = (cell.x0 + cell.x1) / 2
    foot = cell.y0 + height if style.hang else cell.y1
    share = DEEP_STEP if facing.arrange == "deep" else style.floor * 0.5
    step = max(2.0, (cell.y1 - cell.y0) * share)
    if facing.arrange == "side":
        left = middle - width * (facing.capacity - 1) / 2
        return tuple(_pushed(Place(left + width * at, foot, 1, 1), back, step) for at in range(count))
    if facing.arrange == "stack":
        return tuple(Place(middle, foot - height * at, 1, 1) for at in range(count))
    depth = facing.capacity - 1
    return tuple(_pushed(Place(middle, foot, 1, 1), depth - at + back, step) for at in range(count))


def _pushed(place: Place, back: float, step: float) -> Place:
    return Place(place.x, place.y - step * back, place.scale * 0.9**back, place.gain * 0.72**back)


def extent(facing: Facing, style: Style) -> Extent:
    """The box around the goods of the full facing, with two pixels to spare."""
    width, height = facing.unit_wh
    spots = places(facing, style, facing.capacity, 0.0)
    left = min(spot.x - width * spot.scale / 2 for spot in spots)
    right = max(spot.x + width * spot.scale / 2 for spot in spots)
    top = min(spot.y - height * spot.scale for spot in spots)
    bottom = max(spot.y for spot in spots)
    return Extent(left - 2, top - 2, right + 2, bottom + 1)


def _picture(pictures: Pictures, look: Look, size_wh: tuple[int, int], *, turned: bool, gain: float) -> Image:
    key = look, size_wh, turned, gain
    if key not in pictures:
        picture = unit_picture(look, size_wh, turned=turned)
        picture[..., :3] = shaded(picture[..., :3], np.full(picture.shape[:2], gain, np.float32))
        pictures[key] = picture
    return pictures[key]


def _draw_facing(flat: Image, facing: Facing, pose: Pose, style: Style, pictures: Pictures) -> None:
    look = facing.other if pose.stranger else facing.look
    for spot in places(facing, style, pose.count, pose.back):
        size = int(facing.unit_wh[0] * spot.scale * 0.97), int(facing.unit_wh[1] * spot.scale)
        picture = _picture(pictures, look, size, turned=pose.turned, gain=round(spot.gain, 2))
        if not style.hang:
            _contact_shadow(flat, spot, size)
        if style.hang:
            _hook(flat, spot, size)
        paste(flat, picture, (spot.x + pose.dx * size[0], spot.y - size[1] / 2), pose.tilt)


def _contact_shadow(flat: Image, spot: Place, size_wh: tuple[int, int]) -> None:
    x0, x1 = int(spot.x - size_wh[0] * 0.55), int(spot.x + size_wh[0] * 0.62)
    y0, y1 = int(spot.y - max(3, size_wh[1] * 0.05)), int(spot.y + 3)
    part = flat[max(0, y0) : y1, max(0, x0) : max(0, x1)]
    part[:] = (part * 0.6).astype(np.uint8)


def _hook(flat: Image, spot: Place, size_wh: tuple[int, int]) -> None:
    x, y = int(spot.x), int(spot.y - size_wh[1])
    cv2.line(flat, (x, y - 5), (x, y + 6), (190, 190, 195), 2)


def paste(image: Image, picture: Image, centre: tuple[float, float], degrees: float = 0.0) -> None:
    """Lay a BGRA picture over an image, turned about its centre."""
    if degrees:
        picture = turned_picture(picture, degrees)
    height, width = picture.shape[:2]
    x, y = round(centre[0] - width / 2), round(centre[1] - height / 2)
    x0, y0, x1, y1 = max(0, x), max(0, y), min(image.shape[1], x + width), min(image.shape[0], y + height)
    if x1 <= x0 or y1 <= y0:
        return
    part = picture[y0 - y : y1 - y, x0 - x : x1 - x]
    under = image[y0:y1, x0:x1]
    alpha = part[..., 3:].astype(np.uint16)
    under[:] = ((part[..., :3] * alpha + under * (255 - alpha) + 127) // 255).astype(np.uint8)


def turned_picture(picture: Image, degrees: float) -> Image:
    """A BGRA picture turned about its centre on a larger, clear sheet."""
    height, width = picture.shape[:2]
    pad = int(max(height, width) * 0.25) + 2
    wide = cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    middle = (wide.shape[1] / 2, wide.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    result: Image = cv2.warpAffine(wide, turn, (wide.shape[1], wide.shape[0]))
    return result


def dressed(
    style: Style, size_hw: tuple[int, int], rows: tuple[Row, ...], cells: tuple[Cell, ...], rng: np.random.Generator
) -> tuple[Image, Image, Image]:
    """The empty fixture with its labels, and the parts in front of the goods with their mask, in flat pixels."""
    empty = paint_walls(size_hw, style, rows, rng)
    front, mask = np.zeros_like(empty), np.zeros(size_hw, np.uint8)
    if style.strip in ("labels", "electronic") and not style.hang:
        for box in label_boxes(rows, cells):
            paint_label(empty, box, rng, electronic=style.strip == "electronic")
    if style.front:
        for cell in cells:
            where = (slice(max(0, int(cell.y0)), int(cell.y1)), slice(max(0, int(cell.x0)), int(cell.x1)))
            FRONTS[style.front](front[where], mask[where], rng)
    return empty, front, mask
