"""Photographs of real shelves, and where products stand in them: drawn by hand, held-out ones apart."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml

__all__ = ["PHOTOS", "photo_planogram"]

PHOTOS: Final = MappingProxyType({False: ("shelf-01.jpg", "shelf-03.jpg"), True: ("shelf-02.jpg", "shelf-04.jpg")})
"""By whether they are held out."""

_BOXES_XYXY: Final = MappingProxyType(
    {
        "shelf-01.jpg": (
            ("biscuits", ((424, 61, 520, 127), (520, 61, 619, 127), (394, 168, 483, 218), (483, 168, 572, 218))),
            ("ice", ((203, 49, 277, 127), (277, 49, 349, 127), (124, 355, 184, 394), (184, 355, 243, 394))),
            ("toast", ((302, 291, 400, 340), (407, 299, 513, 340))),
            ("wafers", ((300, 355, 393, 400), (396, 355, 482, 400))),
        ),
        "shelf-02.jpg": (
            ("jar", ((124, 33, 161, 73), (161, 33, 204, 73), (284, 38, 328, 75), (374, 43, 409, 78))),
            ("jam", ((452, 48, 491, 83),)),
            ("bag", ((67, 413, 145, 448), (206, 410, 286, 443))),
        ),
        "shelf-03.jpg": (
            ("pink rice", ((33, 89, 70, 157), (70, 89, 108, 157))),
            ("black rice", ((240, 33, 279, 110), (279, 32, 319, 116), (319, 38, 357, 122))),
            ("blue rice", ((281, 137, 322, 216), (322, 137, 361, 216), (319, 323, 352, 397), (352, 325, 384, 401))),
            ("red rice", ((302, 222, 342, 292), (342, 225, 377, 304))),
        ),
        "shelf-04.jpg": (
            ("express", ((335, 32, 374, 116), (374, 32, 421, 116))),
            ("pink", ((497, 14, 538, 110), (538, 14, 581, 110))),
            ("cigala", ((278, 241, 312, 315), (312, 241, 342, 315), (342, 241, 374, 315), (409, 239, 438, 312))),
            ("basmati", ((251, 339, 288, 397), (288, 339, 319, 397))),
            ("tilda", ((128, 339, 159, 401), (159, 339, 192, 401))),
        ),
    }
)
"""Whole packages with a front of their own, by product: left, top, right, bottom in pixels of the photograph."""


def photo_planogram(photo: str, data: Path, folder: Path) -> Path:
    """The planogram of a photograph, written to `folder`."""
    facings = []
    for product, boxes in _BOXES_XYXY[photo]:
        for number, (left, top, right, bottom) in enumerate(boxes, 1):
            polygon = [[left, top], [right, top], [right, bottom], [left, bottom]]
            facings.append({"id": f"{product.replace(' ', '-')}-{number}", "product": product, "polygon": polygon})
    path = folder / "photo.yaml"
    path.write_text(yaml.safe_dump({"reference": str(data / "shelf-photos" / photo), "facings": facings}))
    return path
