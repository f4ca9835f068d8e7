"""Holds a planogram against a picture of its camera: what will be hard to see, or is not where it should be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from edgekit.frame import Pixels
from edgekit.planograms.draft import draft_of
from edgekit.planograms.problems import Problem, Severity, problems_of
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.polygon import bounds_xyxy
from edgekit.shelf.registration import register

__all__ = ["examined"]

MIN_SIDE_PX = 14.0
DARK_MEAN, BRIGHT_MEAN = 30.0, 232.0
MIN_TEXTURE = 6.0
"""Grey levels: standard deviation of what hardly differs from a bare shelf. Bare boards and walls of the shelf photos
this was looked at on have 2 to 5, plain cartons 8 and more."""

SHIFT_SHARE = 0.006
"""Of the picture's width: about the width of a package's edge."""

_MAX_SIDE_PX = 640


def examined(planogram: Planogram, reference: Pixels, live: Pixels) -> tuple[Problem, ...]:
    """What is wrong with a planogram, and with its camera's picture under it, errors first.

    Args:
        planogram: as loaded.
        reference: uint8 (height, width, 3) BGR, its reference picture.
        live: uint8 (height, width, 3) BGR, what the camera shows now; of any size.

    Returns:
        Problems; their facing is the number in the planogram, None for the whole picture.
    """
    found = list(_of_sizes(planogram, (live.shape[0], live.shape[1])))
    if not any(problem.severity is Severity.ERROR for problem in found):
        found += _of_place(reference, live)
        found += _of_facings(planogram, live)
    found += problems_of(draft_of(planogram))
    return tuple(sorted(found, key=lambda problem: problem.severity is not Severity.ERROR))


def _of_sizes(planogram: Planogram, live_hw: tuple[int, int]) -> Iterator[Problem]:
    if live_hw == planogram.reference_size_hw:
        return
    (height, width), (ref_height, ref_width) = live_hw, planogram.reference_size_hw
    sizes = f"The camera gives {width} x {height}, the reference picture has {ref_width} x {ref_height}"
    if register(planogram.reference_size_hw, live_hw).aligned:
        yield Problem(Severity.WARNING, None, f"{sizes}: the facings are scaled.")
    else:
        yield Problem(
            Severity.ERROR,
            None,
            f"{sizes}, another shape: every facing would be unknown. Give the camera its old size back, or draw the "
            "planogram anew (edgekit planogram new).",
        )


def _of_place(reference: Pixels, live: Pixels) -> Iterator[Problem]:
    import cv2

    scale = min(1.0, _MAX_SIDE_PX / max(reference.shape[:2]))
    size_wh = (round(reference.shape[1] * scale), round(reference.shape[0] * scale))
    still, now = (
        cv2.cvtColor(cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY).astype(np.float32)
        for picture in (reference, live)
    )
    window = cv2.createHanningWindow(size_wh, cv2.CV_32F)
    (dx, dy), response = cv2.phaseCorrelate(still, now, window)
    shift = float(np.hypot(dx, dy))
    if response < 0.05:
        text = "The camera's picture hardly resembles the reference: another view, another light, or somebody in front."
        yield Problem(Severity.WARNING, None, text)
    elif shift > SHIFT_SHARE * size_wh[0]:
        text = f"The camera's picture lies {shift / scale:.0f} pixels off the reference: was the camera moved?"
        yield Problem(Severity.WARNING, None, text)


def _of_facings(planogram: Planogram, live: Pixels) -> Iterator[Problem]:
    registration = register(planogram.reference_size_hw, (live.shape[0], live.shape[1]))
    for number, facing in enumerate(planogram.facings):
        polygon = tuple((float(x), float(y)) for x, y in registration.in_frame(facing.polygon_xy_px))
        left, top, right, bottom = bounds_xyxy(polygon)
        if min(right - left, bottom - top) < MIN_SIDE_PX:
            text = f"It is only {right - left:.0f} x {bottom - top:.0f} pixels of the camera's picture."
            yield Problem(Severity.WARNING, number, text)
        yield from (Problem(Severity.WARNING, number, text) for text in _looks(facing, polygon, live))


def _looks(facing: Facing, polygon: tuple[tuple[float, float], ...], live: Pixels) -> Iterator[str]:
    import cv2

    height, width = live.shape[:2]
    left, top, right, bottom = bounds_xyxy(polygon)
    x0, y0 = max(0, int(left)), max(0, int(top))
    crop = live[y0 : min(height, int(bottom) + 1), x0 : min(width, int(right) + 1)]
    if crop.size == 0:
        return
    mask = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(np.array(polygon) - (x0, y0)).astype(np.int32)], 1)
    values = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)[mask > 0]
    if not len(values):
        return
    mean, spread = float(values.mean()), float(values.std())
    if mean < DARK_MEAN:
        yield f"It is dark (mean {mean:.0f} of 255): give it light, or nothing can be told there."
    elif mean > BRIGHT_MEAN:
        yield f"It is over-exposed (mean {mean:.0f} of 255): turn the lamp or the camera's exposure down."
    elif spread < MIN_TEXTURE and not facing.empty_in_reference:
        yield f"It shows next to no structure (spread {spread:.1f}): is something standing there?"
