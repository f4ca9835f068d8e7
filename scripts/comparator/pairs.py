"""Pairs of one facing: as its reference shows it, and as it is now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from comparator.camera import camera_of_now, camera_of_reference
from comparator.chance import factor, grey
from comparator.layers import Canvas, bent
from comparator.light import random_light
from comparator.photographs import Photographs
from comparator.places import Pose
from comparator.products import Side, random_product
from comparator.rooms import put_before
from comparator.scenes import Scene, drawn_scene, photographed_scene
from edgekit.shelf.evidence.comparator import VIEW, Crop, View, crop_of

__all__ = ["Pair", "Shows", "rendered_pair", "taken_twice"]


class Shows(IntEnum):
    """What a facing shows now; the network's outputs in their order."""

    PRODUCT = 0
    EMPTY = 1
    ANOTHER = 2


_FREQUENT: Final = (0.4, 0.3, 0.3)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A facing twice; both crops have the same outline.

    Attributes:
        now: as it is now.
        reference: as it was when its product stood in it.
        shows: what it shows now.
    """

    now: Crop
    reference: Crop
    shows: IntEnum


def rendered_pair(random: np.random.Generator, photographs: Photographs) -> Pair:
    """Some facing."""
    shows = Shows(int(random.choice(len(Shows), p=_FREQUENT)))
    scene = (photographed_scene if random.random() < 0.2 else drawn_scene)(random, photographs)
    return taken_twice(random, photographs, scene, _STATES[shows](random, photographs, scene), shows, VIEW)


def taken_twice(
    random: np.random.Generator, photographs: Photographs, scene: Scene, now: Canvas, shows: IntEnum, view: View
) -> Pair:
    """A scene as its reference shows it, and as it is now, in whatever light and by a camera that was jolted."""
    reference = scene.full.copy()
    put_before(random, scene.place, reference, now)
    strength = random.uniform(0.2, 1.4)
    reference, now = _lit(random, photographs, reference, now, strength)
    now = bent(now, _jolt(random))
    outline = scene.outline_xy_px
    if not scene.photographed:
        if random.random() < 0.3:
            aslant = _aslant(random, scene)
            reference, now = bent(reference, aslant), bent(now, aslant)
            outline = outline @ aslant[:, :2].T + aslant[:, 2]
        outline = outline + random.normal(0, 0.025, (4, 2)) * (scene.place.width, scene.place.height)
    taken = camera_of_reference(random).picture_of(random, reference)
    seen = camera_of_now(random, strength).picture_of(random, now)
    polygon = outline.astype(np.float32)
    return Pair(crop_of(seen, polygon, view), crop_of(taken, polygon, view), shows)


def _with_product(random: np.random.Generator, photographs: Photographs, scene: Scene) -> Canvas:
    """As it was, or a unit that somebody had in his hands."""
    kind = int(random.choice(1 + len(_HANDLED), p=_HANDLED_SHARES))
    if scene.photographed or kind == 0:
        unmoved: Canvas = scene.full.copy()
        return unmoved
    pose = _HANDLED[kind - 1](random, *scene.fill_wh)
    return scene.place.with_unit(scene.empty, scene.product, pose)


def _moved(random: np.random.Generator, wide: float, high: float) -> Pose:
    size = (wide * random.uniform(0.94, 1.03), high * random.uniform(0.94, 1.03))
    return Pose(size, random.normal(0, 0.07), angle_deg=random.normal(0, 2.5), gain=factor(random, 0.06))


def _leaning(random: np.random.Generator, wide: float, high: float) -> Pose:
    return Pose((wide, high), random.normal(0, 0.08), angle_deg=random.normal(0, 9), gain=factor(random, 0.08))


def _lying(random: np.random.Generator, wide: float, high: float) -> Pose:
    turns = int(random.choice(3, p=(0.4, 0.2, 0.4))) + 1
    shift, angle = random.normal(0, 0.05), random.normal(0, 2)
    return Pose((wide, high), shift, angle_deg=angle, gain=factor(random, 0.08), quarter_turns=turns)


def _farther_back(random: np.random.Generator, wide: float, high: float) -> Pose:
    share = random.uniform(0.68, 0.95)
    lift, gain = random.uniform(0, 0.14) * (1 - share) * 4, random.uniform(0.5, 1)
    return Pose((wide * share, high * share), random.normal(0, 0.06), lift=lift, gain=gain)


def _turned_about(random: np.random.Generator, wide: float, high: float) -> Pose:
    size, shift = (wide * random.uniform(0.95, 1.03), high), random.normal(0, 0.05)
    return Pose(size, shift, angle_deg=random.normal(0, 3), gain=factor(random, 0.08), side=Side.BETWEEN)


def _from_another_side(random: np.random.Generator, wide: float, high: float) -> Pose:
    size, shift = (wide * random.uniform(0.9, 1.05), high), random.normal(0, 0.05)
    return Pose(size, shift, angle_deg=random.normal(0, 3), gain=factor(random, 0.08), side=Side.BACK)


_HANDLED: Final = (_moved, _leaning, _lying, _farther_back, _turned_about, _from_another_side)
_HANDLED_SHARES: Final = (0.36, 0.24, 0.08, 0.09, 0.08, 0.08, 0.07)
"""The first are not handled."""


def _emptied(random: np.random.Generator, photographs: Photographs, scene: Scene) -> Canvas:
    """Nothing; now and then a tag or a leaflet that has fallen over."""
    place, now = scene.place, np.copy(scene.empty)
    if random.random() < 0.15:
        wide, high = int(random.uniform(0.1, 0.3) * place.width) + 2, int(random.uniform(0.05, 0.15) * place.height) + 2
        left, top = int(place.left + random.uniform(0, 0.8) * place.width), int(place.foot - high)
        cv2.rectangle(now, (left, top), (left + wide - 1, top + high - 1), grey(random, 100, 250), -1)
    return now


def _with_another(random: np.random.Generator, photographs: Photographs, scene: Scene) -> Canvas:
    """Another product, often one like its own, of any size; in a photograph it may stand before the right one."""
    if scene.photographed and random.random() < 0.6:
        another = random_product(random, photographs, kind="shelf")
    else:
        near = scene.product if random.random() < 0.4 else None
        another = random_product(random, photographs, near=near)
    (wide, high), share, behind = scene.fill_wh, random.uniform(0.25, 1.05), scene.empty
    wide = wide * share if random.random() < 0.5 else random.uniform(0.4, 1.05)
    like = random.random() < 0.6
    high = min(high * share * random.uniform(0.8, 1.2), 1.1) if like else random.uniform(0.2, 1.05)
    if scene.photographed and random.random() < 0.5:
        behind, wide, high = scene.full, random.uniform(0.9, 1.1), random.uniform(0.9, 1.1)
    angle = random.normal(0, 1.5) if random.random() < 0.5 else 0.0
    pose = Pose((wide, high), random.normal(0, 0.06), angle_deg=angle, gain=factor(random, 0.1))
    return scene.place.with_unit(behind, another, pose)


_STATES: Final[dict[Shows, Callable[[np.random.Generator, Photographs, Scene], Canvas]]] = {
    Shows.PRODUCT: _with_product,
    Shows.EMPTY: _emptied,
    Shows.ANOTHER: _with_another,
}


def _lit(
    random: np.random.Generator, photographs: Photographs, reference: Canvas, now: Canvas, strength: float
) -> tuple[Canvas, Canvas]:
    """Both in the shop's light, and what is now in the light of the hour."""
    size = (now.shape[1], now.shape[0])
    exposure, shop = np.float32(factor(random, 0.25)), random_light(random, photographs, size, 0.5)
    hour = random_light(random, photographs, size, strength)
    return shop.on(reference * exposure), hour.on(shop.on(now * exposure))


def _jolt(random: np.random.Generator) -> NDArray[np.float32]:
    """float32 (2, 3): the camera has moved by a pixel or so."""
    jolt = np.hstack([np.eye(2) + random.normal(0, 0.006, (2, 2)), random.normal(0, 0.8, (2, 1))])
    return jolt.astype(np.float32)


def _aslant(random: np.random.Generator, scene: Scene) -> NDArray[np.float32]:
    """float32 (2, 3): the shelf is seen from a side, about the picture's middle."""
    middle = np.array(scene.place.size_wh) / 2
    sheared = np.array(((1, random.normal(0, 0.07)), (random.normal(0, 0.07), 1)))
    slant = sheared @ cv2.getRotationMatrix2D((0, 0), random.normal(0, 5), 1)[:, :2]
    return np.hstack([slant, (middle - slant @ middle)[:, None]]).astype(np.float32)
