"""Greedy non-maximum suppression, with exactly torchvision's results."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["nms", "nms_per_class"]

_BLOCK = 128
"""Boxes that are compared all with all at once. 64 to 256 took the same time for 3,000 boxes, within noise."""


def nms(boxes_xyxy_px: NDArray[np.float32], scores: NDArray[np.float32], max_iou: float) -> NDArray[np.intp]:
    """Keep a box unless a kept box of higher score overlaps it by more than `max_iou`.

    Greedy, in float32, equal scores in the order given: what torchvision.ops.nms does. A box without area
    overlaps nothing.

    Args:
        boxes_xyxy_px: (n, 4).
        scores: (n,).
        max_iou: intersection over union (0-1) up to which two boxes may both stay.

    Returns:
        Indices of the kept boxes, highest score first.
    """
    order = _by_falling_score(scores)
    return order[_greedy(np.ascontiguousarray(boxes_xyxy_px[order], np.float32), None, max_iou)]


def nms_per_class(
    boxes_xyxy_px: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    scores: NDArray[np.float32],
    max_iou: float,
) -> NDArray[np.intp]:
    """As `nms`, where boxes of different classes never suppress one another.

    Classes are compared, not moved apart by an offset: no rounding changes an overlap.

    Args:
        boxes_xyxy_px: (n, 4).
        class_ids: (n,).
        scores: (n,).
        max_iou: as in `nms`.

    Returns:
        Indices of the kept boxes of all classes, highest score first.
    """
    order = _by_falling_score(scores)
    boxes = np.ascontiguousarray(boxes_xyxy_px[order], np.float32)
    classes = class_ids[order]
    if len(order) <= _BLOCK:
        return order[_greedy(boxes, classes, max_iou)]
    grouped = np.argsort(classes, kind="stable")
    ends = np.flatnonzero(np.diff(classes[grouped])) + 1
    kept = [group[_greedy(boxes[group], None, max_iou)] for group in np.split(grouped, ends)]
    return order[np.sort(np.concatenate(kept))]


def _by_falling_score(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    return np.argsort(-scores, kind="stable")


def _at_most(limit: float) -> np.float32:
    """The largest float32 that is not above `limit`.

    torchvision compares a float32 overlap with a double threshold; for float32 values `x > limit` and
    `x > _at_most(limit)` say the same, whatever numpy promotes.
    """
    rounded: np.float32 = np.float32(limit)
    if float(rounded) > limit:
        rounded = np.float32(np.nextafter(rounded, np.float32(-np.inf)))
    return rounded


def _greedy(boxes: NDArray[np.float32], classes: NDArray[np.int64] | None, max_iou: float) -> NDArray[np.intp]:
    """Positions kept of boxes sorted by falling score; `classes` where boxes of several are mixed."""
    limit = _at_most(max_iou)
    columns = (boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3])
    areas = (columns[2] - columns[0]) * (columns[3] - columns[1])
    remaining = np.arange(len(boxes))
    kept: list[NDArray[np.intp]] = []
    while len(remaining):
        block, rest = remaining[:_BLOCK], remaining[_BLOCK:]
        over = _overlapping(boxes, areas, block, block, limit)
        if classes is not None:
            over &= classes[block][:, None] == classes[block]
        block = block[_first_come(over)]
        kept.append(block)
        if len(rest):
            over = _overlapping(boxes, areas, block, rest, limit)
            if classes is not None:
                over &= classes[block][:, None] == classes[rest]
            rest = rest[~over.any(axis=0)]
        remaining = rest
    return np.concatenate(kept) if kept else remaining


def _first_come(over: NDArray[np.bool_]) -> list[int]:
    """Walk down a square table of overlaps; whoever is not suppressed yet stays and suppresses."""
    suppressed = np.zeros(len(over), np.bool_)
    kept = []
    busy = over.sum(axis=1) > 1  # a box overlaps itself; only those that overlap another need the table
    for position, suppresses in enumerate(busy.tolist()):
        if not suppressed[position]:
            kept.append(position)
            if suppresses:
                suppressed |= over[position]
    return kept


def _overlapping(
    boxes: NDArray[np.float32],
    areas: NDArray[np.float32],
    these: NDArray[np.intp],
    those: NDArray[np.intp],
    limit: np.float32,
) -> NDArray[np.bool_]:
    """Which of `these` (rows) overlap which of `those` (columns) by more than `limit`."""
    a, b = boxes[these][:, None], boxes[those]
    width = np.minimum(a[..., 2], b[:, 2])
    width -= np.maximum(a[..., 0], b[:, 0])
    np.maximum(width, 0, out=width)
    shared = np.minimum(a[..., 3], b[:, 3])
    shared -= np.maximum(a[..., 1], b[:, 1])
    np.maximum(shared, 0, out=shared)
    shared *= width
    union = areas[these][:, None] + areas[those]
    union -= shared
    with np.errstate(divide="ignore", invalid="ignore"):
        shared /= union
    over: NDArray[np.bool_] = shared > limit
    return over
