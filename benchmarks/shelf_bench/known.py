"""Products that a real detector knows: cut out of public photographs where it finds them, found again on a shelf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.protocols import LoadOptions
from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.predictor import Predictor
from edgekit.replay.simulation.layers import Layer, lay, layer_of, resized
from edgekit.replay.simulation.pictures import read_picture

__all__ = ["SURE_SCORE", "Known", "known_products", "photos_of", "read_known", "write_known"]

SURE_SCORE: Final = 0.6
"""Score floor, in the photograph and four times in a row before every trial wall: twice the default `min_score`, which
is what a product must have in the reference picture for a detector's silence to count."""

_CLASSES: Final = frozenset(
    {"apple", "orange", "banana", "bowl", "bottle", "cup", "vase", "clock", "laptop", "broccoli"}
)
_ROUND: Final = frozenset({"apple", "orange"})
_FRUIT: Final = ("Fruit/Apple", "Fruit/Orange", "Fruit/Satsumas", "Fruit/Banana")
_SMALLEST_PX: Final = 36
_TRIAL_PX: Final = (80, 110, 150)
_WIDEST: Final = 1.7
"""Width over height: what is wider leaves no room for others in a row."""
_SOFTNESS_PX: Final = 0.8
_WALLS_BGR: Final = ((45.0, 46.0, 48.0), (128.0, 126.0, 124.0), (205.0, 208.0, 210.0))


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A product's front and the detector's class for it."""

    class_name: str
    layer: Layer


def photos_of(data: Path, *, held_out: bool) -> tuple[Path, ...]:
    """Where to look for products; no photograph is in both parts."""
    dataset = data / "grocerystore" / "dataset"
    split, coco = ("val", "images") if held_out else ("train", "calibration")
    listed = [line.split(",")[0].strip() for line in (dataset / f"{split}.txt").read_text("utf-8").splitlines()]
    fruit = [dataset / path for path in listed if any(kind in path for kind in _FRUIT)]
    return (*sorted((data / "coco-64" / coco).glob("*.jpg")), *(fruit if held_out else fruit[::4]))


def known_products(bundle: Path, photos: Sequence[Path], *, most_of_a_class: int = 10) -> tuple[Known, ...]:
    """What the detector of `bundle` knows in `photos`, in their order."""
    loaded = load_model(Bundle.open(bundle), measure=False, options=LoadOptions(threads=1))
    try:
        predictor, names = Predictor(loaded), loaded.bundle.manifest.class_names
        found: list[Known] = []
        counts: Counter[str] = Counter()
        for path in photos:
            pixels = read_picture(path)
            for one in predictor.detect([pixels], min_score=SURE_SCORE)[0]:
                name = names[one.class_id]
                box = [round(value) for value in one.box_xyxy_px]
                if name not in _CLASSES or counts[name] >= most_of_a_class or not _is_whole(box, pixels.shape[:2]):
                    continue
                own = np.ascontiguousarray(pixels[box[1] : box[3], box[0] : box[2]])
                layer = layer_of(own, _shape(own.shape[1], own.shape[0], round_one=name in _ROUND))
                if _is_known(predictor, layer, one.class_id):
                    found.append(Known(name, layer))
                    counts[name] += 1
        return tuple(found)
    finally:
        loaded.close()


def write_known(products: Sequence[Known], folder: Path) -> None:
    """A PNG with transparency for each, named after its class."""
    import cv2

    folder.mkdir(parents=True)
    for number, one in enumerate(products):
        picture = cv2.merge([one.layer.pixels, one.layer.alpha])
        (folder / f"{number:03d}-{one.class_name}.png").write_bytes(bytes(cv2.imencode(".png", picture)[1]))


def read_known(folder: Path) -> tuple[Known, ...]:
    """What `write_known` wrote."""
    import cv2

    found = []
    for path in sorted(folder.glob("*.png")):
        picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), np.uint8)
        layer = Layer(np.ascontiguousarray(picture[:, :, :3]), np.ascontiguousarray(picture[:, :, 3]))
        found.append(Known(path.stem.split("-", 1)[1], layer))
    return tuple(found)


def _is_whole(box_xyxy_px: Sequence[int], size_hw: Sequence[int]) -> bool:
    """Large enough, not too wide, and not cut by the picture's edge."""
    left, top, right, bottom = box_xyxy_px
    inside = left >= 1 and top >= 1 and right < size_hw[1] and bottom < size_hw[0]
    wide, high = right - left, bottom - top
    return inside and min(wide, high) >= _SMALLEST_PX and wide <= _WIDEST * high


def _shape(width: int, height: int, *, round_one: bool) -> NDArray[np.uint8]:
    """A fruit's outline, or a front with round corners."""
    import cv2

    mask = np.zeros((height, width), np.uint8)
    if round_one:
        cv2.ellipse(mask, (width // 2, height // 2), (width // 2 - 1, height // 2 - 1), 0, 0, 360, 255, -1)
        return mask
    corner = max(2, min(width, height) // 8)
    cv2.rectangle(mask, (corner, 0), (width - 1 - corner, height - 1), 255, -1)
    cv2.rectangle(mask, (0, corner), (width - 1, height - 1 - corner), 255, -1)
    for x in (corner, width - 1 - corner):
        for y in (corner, height - 1 - corner):
            cv2.circle(mask, (x, y), corner, 255, -1)
    return mask


def _is_known(predictor: Predictor, layer: Layer, class_id: int) -> bool:
    """Whether the detector finds all of four in a row before a dark, a grey and a pale wall, nearer and farther."""
    import cv2

    width, height = layer.size_wh
    for tall in _TRIAL_PX:
        front = resized(layer, max(1, round(width * tall / height)), tall)
        for wall in _WALLS_BGR:
            picture = np.empty((480, 640, 3), np.uint8)
            picture[:] = wall
            picture[200 + tall :] = 255 - picture[200 + tall :]
            places = range(20, 620 - front.size_wh[0], max(150, front.size_wh[0] + 10))
            for x in places:
                lay(picture, front, x, 200)
            seen = np.asarray(cv2.GaussianBlur(picture, (0, 0), _SOFTNESS_PX), np.uint8)
            found = predictor.detect([seen], min_score=SURE_SCORE)[0]
            if np.count_nonzero(found.class_ids == class_id) < len(places):
                return False
    return True
