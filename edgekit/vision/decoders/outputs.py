"""Picking outputs out of a session's answer and cutting candidates out of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import InputError
from edgekit.vision.detection import Detections

__all__ = ["above", "corners", "from_centres", "named", "sigmoid", "softmax"]

Array = NDArray[np.generic]


def named(outputs: Mapping[str, Array], name: str, position: int, decoder: str) -> Array:
    """The output called `name`, or the one at `position` where the manifest gives no name.

    Raises:
        InputError: there is no such output.
    """
    if name and name in outputs:
        return outputs[name]
    if not name and position < len(outputs):
        return list(outputs.values())[position]
    wanted = repr(name) if name else f"number {position + 1}"
    raise InputError(f"The decoder {decoder} wants output {wanted}; the graph gives {', '.join(outputs)}.")


def above(scores: NDArray[np.float32], min_score: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of a 2-D table where the score is above `min_score`; NaN never is."""
    flat = np.flatnonzero(scores > min_score)
    return np.divmod(flat, scores.shape[1])


def from_centres(
    boxes_cxcywh: NDArray[np.float32], class_ids: NDArray[np.intp], scores: NDArray[np.float32]
) -> Detections:
    """Detections of boxes given as centre and size, (n, 4)."""
    return Detections(corners(boxes_cxcywh), class_ids.astype(np.int64, copy=False), scores)


def corners(boxes_cxcywh: NDArray[np.float32]) -> NDArray[np.float32]:
    """Left, top, right and bottom of boxes given as centre and size, (n, 4)."""
    half = boxes_cxcywh[:, 2:] * np.float32(0.5)
    boxes = np.empty_like(boxes_cxcywh)
    np.subtract(boxes_cxcywh[:, :2], half, out=boxes[:, :2])
    np.add(boxes_cxcywh[:, :2], half, out=boxes[:, 2:])
    return boxes


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities along the last axis, float32."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float32] = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return probabilities


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each value's probability, float32."""
    bounded = np.clip(logits, -80, 80)  # exp(88.8) is already infinite in float32
    probabilities: NDArray[np.float32] = np.reciprocal(np.float32(1) + np.exp(-bounded))
    return probabilities
