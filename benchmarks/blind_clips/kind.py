"""A kind of clip: which shelf, what happens, who is about, and what light, camera and stream do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from blind_clips.camera import Camera, Matrix, view_of
from blind_clips.cast import Crowd, bodies_of, nuisances_of, passers, reaches_of
from blind_clips.film import Take
from blind_clips.goods import Maker
from blind_clips.light import Light, Spell
from blind_clips.photographs import Photographs
from blind_clips.shelf import Place, Shelf, picture_of
from blind_clips.sprites import Sprite, Stand
from blind_clips.story import Plot, make_story
from blind_clips.stream import Stream
from blind_clips.writing import write_folder

MARGIN = 0.12  # of a shelf's picture on each side, which only a moved or aslant camera sees
FEWEST_PLACES = 5
SIZES = ((640, 480), (800, 600), (848, 480), (960, 540))


@dataclass(frozen=True, slots=True)
class Site:
    """What a shelf's builder gets to know."""

    data: Path
    held_out: bool
    canvas_wh: tuple[int, int]
    photographs: Photographs

    def maker(self, **options: object) -> Maker:
        return Maker(self.photographs, **options)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Weather:
    """What light and camera do in one clip, and when the story must keep still or may act unseen."""

    lights: tuple[Light, ...] = ()
    camera: Callable[[tuple[int, int]], Camera] | None = None
    quiet: tuple[tuple[float, float], ...] = ()
    unseen: tuple[float, ...] = ()
    nuisances: tuple[tuple[str, Spell], ...] = ()


def fair(duration_s: float, rng: np.random.Generator) -> Weather:
    """Nothing but a little drift of the light."""
    return Weather()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of clip; a seed makes a clip of it."""

    name: str
    shelf: Callable[[Site, np.random.Generator], Shelf]
    plot: Plot = field(default=Plot())
    crowd: Crowd = field(default=Crowd())
    weather: Callable[[float, np.random.Generator], Weather] = fair
    stream: Stream = field(default=Stream())
    aslant: float = 0.0
    fps: float = 5.0
    sizes: tuple[tuple[int, int], ...] = SIZES
    most_places: int = 14


def film_kind(kind: Kind, *, held_out: bool, seed: int, data: Path, folder: Path) -> Path:
    """Make a clip of a kind in a folder; returns the path of its edgekit.yaml."""
    rng = np.random.default_rng((seed, int(held_out), *kind.name.encode()))
    size = kind.sizes[int(rng.integers(0, len(kind.sizes)))]
    canvas = int(size[0] / (1 - 2 * MARGIN)), int(size[1] / (1 - 2 * MARGIN))
    duration_s = float(rng.integers(90, 111))
    site = Site(data, held_out, canvas, Photographs.of_split(data, held_out=held_out))
    shelf, view = _shelf_and_view(kind, site, size, rng)
    weather = kind.weather(duration_s, rng)
    plot = replace(kind.plot, quiet=weather.quiet, unseen=weather.unseen)
    story = make_story(shelf, plot, site.maker(), duration_s, kind.fps, rng)
    cloth = _cloth(shelf, rng) if kind.crowd.like_shelf else None
    reaches = reaches_of(story, view, size, rng)
    passages = bodies_of(story, view, size, cloth, rng) + passers(kind.crowd, story, size, cloth, rng)
    camera = weather.camera(size) if weather.camera else Camera(size)
    take = Take(
        story,
        view,
        camera,
        size,
        kind.fps,
        passages,
        reaches,
        weather.lights,
        kind.stream,
        float(rng.uniform(0.96, 1.04)),
    )
    nuisances = nuisances_of(story, reaches, passages)
    nuisances += [
        {"kind": k, "from_s": round(s.from_s, 3), "until_s": round(min(s.until_s, duration_s), 3)}
        for k, s in weather.nuisances
    ]
    return write_folder(take, kind.name, seed, nuisances, folder, rng)


def _shelf_and_view(kind: Kind, site: Site, size_wh: tuple[int, int], rng: np.random.Generator) -> tuple[Shelf, Matrix]:
    """A shelf and how the camera sees it, tried until enough places are in the picture."""
    for _ in range(30):
        shelf = kind.shelf(site, rng)
        aslant = kind.aslant * float(rng.uniform(0.7, 1.0))
        view = view_of((shelf.empty.shape[1], shelf.empty.shape[0]), size_wh, aslant, rng)
        shelf = in_view(shelf, view, size_wh, kind.most_places, rng)
        if len(shelf.places) >= FEWEST_PLACES:
            return shelf, view
    raise ValueError(f"{kind.name}: no shelf with {FEWEST_PLACES} places in the picture")


def in_view(shelf: Shelf, view: Matrix, size_wh: tuple[int, int], most: int, rng: np.random.Generator) -> Shelf:
    """The shelf with at most so many places, all of them in the picture; what stands elsewhere just stands there."""
    inside = [index for index, place in enumerate(shelf.places) if _lies_within(place, view, size_wh)]
    kept = sorted(int(i) for i in rng.permutation(inside)[:most])
    others: list[tuple[Sprite, Stand]] = list(shelf.others)
    for index, place in enumerate(shelf.places):
        if index not in kept:
            looks = place.full.product.looks
            others.extend(
                (looks[pose.look % len(looks)], seat) for pose, seat in zip(place.full.poses, place.seats, strict=True)
            )
    return replace(shelf, places=tuple(shelf.places[i] for i in kept), others=tuple(others))


def _lies_within(place: Place, view: Matrix, size_wh: tuple[int, int]) -> bool:
    seen: NDArray[np.float64] = cv2.perspectiveTransform(place.outline[None], view)[0]
    edge = 0.012 * size_wh[0]
    return bool(
        (seen > edge).all() and (seen[:, 0] < size_wh[0] - edge).all() and (seen[:, 1] < size_wh[1] - edge).all()
    )


def _cloth(shelf: Shelf, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A piece of the shelf's own picture, to dress people in."""
    whole = picture_of(shelf, tuple(place.full for place in shelf.places))
    height, width = whole.shape[:2]
    x, y = int(rng.uniform(0.2, 0.5) * width), int(rng.uniform(0.2, 0.5) * height)
    return whole[y : y + height // 3, x : x + width // 3]
