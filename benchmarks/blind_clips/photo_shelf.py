"""A shelf that is a photograph: real products that can be taken out, and holes like the real ones beside them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from blind_clips.gondola import numbered
from blind_clips.goods import Product
from blind_clips.outlined import PHOTOGRAPHED, Outlined
from blind_clips.shelf import Content, Place, Pose, Shelf
from blind_clips.sprites import Picture, Sprite, Stand, speckle

_TUNING, _HELD_OUT = ("shelf-01", "shelf-03"), ("shelf-02", "shelf-04")


def build_photo_shelf(
    data: Path,
    canvas_wh: tuple[int, int],
    margin: float,
    rng: np.random.Generator,
    *,
    held_out: bool,
    deep: float = 0.25,
) -> Shelf:
    """A photographed shelf; behind a share `deep` of the products another one stands in the dark."""
    names = _HELD_OUT if held_out else _TUNING
    name = names[int(rng.integers(0, len(names)))]
    outlined = PHOTOGRAPHED[name]
    photograph = cv2.imread(str(data / "shelf-photos" / f"{name}.jpg"))
    if photograph is None:
        raise FileNotFoundError(f"{name}.jpg in {data / 'shelf-photos'}")
    matrix = _levelled(outlined, canvas_wh, margin, rng)
    picture = cv2.warpAffine(photograph, matrix, canvas_wh, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    gaps = tuple(_gap(picture, gap, matrix) for gap in outlined.gaps)
    empty = picture.copy()
    places = []
    for product, quads in outlined.goods.items():
        for quad in quads:
            corners = _moved(np.array(quad, float).reshape(4, 2), matrix)
            low, high = corners.min(axis=0), corners.max(axis=0)
            if (low < 4).any() or (high > np.array(canvas_wh) - 4).any():
                continue
            place = _cut_out(picture, product, corners, deep, rng)
            if place is not None:
                _dig(empty, place, gaps[int(rng.integers(0, len(gaps)))], rng)
                places.append(place)
    front = Sprite(np.zeros_like(empty), np.zeros(empty.shape[:2], np.uint8))
    ordered = sorted(places, key=lambda place: (round(place.centre_xy[1] / 60), place.centre_xy[0]))
    return Shelf(empty, front, numbered(ordered), shadow=0.0)


def _levelled(
    outlined: Outlined, canvas_wh: tuple[int, int], margin: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """From the photograph to a canvas in which its boards are nearly level."""
    scale = canvas_wh[0] * (1 - 2 * margin) / (outlined.width * float(rng.uniform(0.86, 1.0)))
    middle = outlined.middle_xy[0] + float(rng.uniform(-25, 25)), outlined.middle_xy[1] + float(rng.uniform(-25, 25))
    matrix = cv2.getRotationMatrix2D(middle, outlined.turn_deg + float(rng.uniform(-0.8, 0.8)), scale)
    matrix[:, 2] += np.array(canvas_wh) / 2 - middle
    return matrix


def _moved(points: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return points @ matrix[:, :2].T + matrix[:, 2]


def _gap(picture: Picture, gap: tuple[int, int, int, int], matrix: NDArray[np.float64]) -> Picture:
    left, top, right, bottom = gap
    corners = _moved(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float), matrix)
    xs, ys = np.sort(corners[:, 0]), np.sort(corners[:, 1])
    limit = picture.shape[1] - 1, picture.shape[0] - 1
    x0, x1 = int(np.clip(xs[1], 0, limit[0] - 8)), int(np.clip(xs[2], 8, limit[0]))
    y0, y1 = int(np.clip(ys[1], 0, limit[1] - 8)), int(np.clip(ys[2], 8, limit[1]))
    return picture[y0 : max(y1, y0 + 8), x0 : max(x1, x0 + 8)]


def _cut_out(
    picture: Picture, product: str, corners: NDArray[np.float64], deep: float, rng: np.random.Generator
) -> Place | None:
    middle = corners.mean(axis=0)
    grown = (corners - middle) * 1.03 + middle
    low, high = np.floor(grown.min(axis=0)).astype(int), np.ceil(grown.max(axis=0)).astype(int)
    width, height = int(high[0] - low[0]), int(high[1] - low[1])
    alpha = np.zeros((height, width), np.uint8)
    cv2.fillPoly(alpha, [np.int32(np.round((grown - low) * 16))], 255, cv2.LINE_AA, shift=4)
    bgr = picture[low[1] : high[1], low[0] : high[0]].copy()
    if bgr.shape[:2] != alpha.shape:
        return None
    front = Sprite(bgr, alpha)
    foot = low[0] + width / 2, float(high[1])
    seats: tuple[Stand, ...] = (Stand(foot),)
    poses: tuple[Pose, ...] = (Pose(),)
    if rng.random() < deep:
        seats = (
            Stand(
                (foot[0] + float(rng.normal(0, width * 0.04)), foot[1] - height * 0.06),
                0.86,
                0.0,
                float(rng.uniform(0.5, 0.66)),
            ),
            *seats,
        )
        poses = (Pose(), *poses)
    return Place("", "", seats, corners, Content(Product(product, (front,)), poses))


def _dig(empty: Picture, place: Place, gap: Picture, rng: np.random.Generator) -> None:
    """Take the product out of the photograph: what a hole shows there, darker at its top and sides.

    The hole is a point narrower than the product, so that its rim does not show while the product stands there.
    """
    sprite = place.full.product.looks[0]
    width, height = sprite.size_wh
    foot = place.seats[-1].foot_xy
    x0, y0 = round(foot[0] - width / 2), round(foot[1] - height)
    patch = _piece(gap, width / height, rng)
    hole = cv2.resize(patch, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    hole = cv2.GaussianBlur(hole, (0, 0), 1.2)
    if rng.random() < 0.2:
        # Goods of the shelf behind, dim and out of focus.
        x, y = (
            int(rng.integers(0, limit - size)) for limit, size in zip(empty.shape[1::-1], (width, height), strict=True)
        )
        dim = cv2.GaussianBlur(empty[y : y + height, x : x + width], (0, 0), 3.0).astype(np.float32) * 0.22
        hole[: int(height * 0.9)] = 0.5 * hole[: int(height * 0.9)] + dim[: int(height * 0.9)]
    across = np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None, :]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    light = (
        (1 - 0.3 * across**3)
        * (1 - float(rng.uniform(0.25, 0.55)) * np.exp(-down * 4.5))
        * float(rng.uniform(0.6, 0.95))
    )
    hole *= light[..., None]
    floor = int(height * float(rng.uniform(0.1, 0.2)))
    board = np.linspace(0.6, 1.0, floor, dtype=np.float32)[:, None, None] * float(rng.uniform(120, 185))
    hole[height - floor :] = hole[height - floor :] * 0.35 + board * 0.65
    dug = speckle(np.clip(hole, 0, 255).astype(np.uint8), rng, 2.0, 0.7)
    part = empty[y0 : y0 + height, x0 : x0 + width]
    mask = cv2.erode(sprite.alpha, np.ones((3, 3), np.uint8)).astype(np.float32)[..., None] / 255
    empty[y0 : y0 + height, x0 : x0 + width] = (part * (1 - mask) + dug * mask).astype(np.uint8)


def _piece(gap: Picture, aspect: float, rng: np.random.Generator) -> Picture:
    """A part of a real gap, as tall as it is, or all of it where it is too narrow."""
    height, width = gap.shape[:2]
    broad = int(np.clip(height * aspect, 8, width))
    x = int(rng.integers(0, width - broad + 1))
    return gap[:, x : x + broad]
