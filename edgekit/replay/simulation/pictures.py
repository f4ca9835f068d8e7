"""Reads photographs that a simulation is made from: a shelf, and a folder of products."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from edgekit.errors import DataError
from edgekit.frame import Pixels
from edgekit.replay.simulation.layers import Layer, layer_of

__all__ = ["MOST_PRODUCTS", "read_picture", "read_products"]

MOST_PRODUCTS: Final = 64
"""A shop's shelf in one picture does not hold more."""

_SUFFIXES: Final = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
_PRODUCT_PX: Final = 256


def read_picture(path: Path) -> Pixels:
    """uint8 (height, width, 3) BGR.

    Raises:
        DataError: no such file, or no picture that can be decoded.
    """
    import cv2

    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise DataError(f"cannot read the picture {path}: {error.strerror or error}.") from error
    pixels = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if pixels is None:
        raise DataError(f"{path} is not a picture that can be read.", hint="Give a JPEG or PNG file.")
    return np.asarray(pixels, np.uint8)


def read_products(folder: Path, random: np.random.Generator) -> tuple[Layer, ...]:
    """The pictures below `folder`, each a product's front with round corners; MOST_PRODUCTS of them at most.

    Raises:
        DataError: no such folder, or not one picture in it.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise DataError(f"{folder} holds no pictures of products.", hint="Give a folder of JPEG or PNG crops.")
    if len(paths) > MOST_PRODUCTS:
        paths = [paths[index] for index in np.sort(random.choice(len(paths), MOST_PRODUCTS, replace=False))]
    return tuple(_front(read_picture(path)) for path in paths)


def _front(pixels: Pixels) -> Layer:
    import cv2

    scale = _PRODUCT_PX / max(pixels.shape[:2])
    if scale < 1:
        pixels = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = pixels.shape[:2]
    alpha = np.zeros((height, width), np.uint8)
    corner = max(1, min(height, width) // 12)
    cv2.rectangle(alpha, (corner, 0), (width - 1 - corner, height - 1), 255, -1)
    cv2.rectangle(alpha, (0, corner), (width - 1, height - 1), 255, -1)
    for x in (corner, width - 1 - corner):
        cv2.circle(alpha, (x, corner), corner, 255, -1)
    return layer_of(pixels, alpha)
