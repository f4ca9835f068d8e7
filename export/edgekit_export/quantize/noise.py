"""How far outputs part from float: squared error over energy, per group of output values that mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Group", "channel_axis", "noise", "output_groups"]

# A sigmoid or softmax may leave 0..1 by its last bit.
_SLACK = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Channels of one output that are judged together.

    Attributes:
        output: index of the output.
        axis: the axis that `channels` indexes.
        channels: indices along that axis.
        centre: float64 (channels,): each channel's mean for open values, 0 for probabilities.
        energy: sum of (value - centre)^2 over all reference pictures.
    """

    output: int
    axis: int
    channels: NDArray[np.intp]
    centre: NDArray[np.float64]
    energy: float


def channel_axis(shape: Sequence[int]) -> int:
    """The axis along which an output's values change their meaning.

    (n, classes) -> 1; (n, boxes, 85) -> 2 and (n, 85, boxes) -> 1, the shorter one; (n, 85, h, w) -> 1.
    """
    return 2 if len(shape) == 3 and shape[2] < shape[1] else 1


def _by_channel(values: NDArray[Any], axis: int) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = np.moveaxis(values.astype(np.float64), axis, -1)
    return moved.reshape(-1, moved.shape[-1])


def output_groups(references: Sequence[Sequence[NDArray[Any]]]) -> tuple[Group, ...]:
    """The groups of a model's outputs, from its float outputs on some pictures.

    Two groups an output: channels that stay within 0..1 (probabilities, objectness), whose energy lies in what was
    found, and the others (boxes, logits, embeddings), each about its own mean. Both kinds matter alike to a
    detector, and the sum over all values would let the larger numbers, the boxes, drown the scores. Of a classifier,
    one value a class, all are of one kind.

    Args:
        references: per picture, per output, an array with a leading batch axis of 1.
    """
    groups: list[Group] = []
    for output in range(len(references[0])):
        first = references[0][output]
        if not np.issubdtype(first.dtype, np.floating) or first.ndim < 2:
            continue
        axis = channel_axis(first.shape)
        rows = np.concatenate([_by_channel(outputs[output], axis) for outputs in references])
        bounded = (rows.min(axis=0) >= -_SLACK) & (rows.max(axis=0) <= 1 + _SLACK)
        if first.ndim == 2 and not bounded.all():
            bounded[:] = False  # one value a class: some logits lie within 0..1 by chance
        for mask, centred in ((bounded, False), (~bounded, True)):
            channels = np.flatnonzero(mask)
            if not len(channels):
                continue
            # One picture of logits has one row: then the mean is the picture's own.
            centre = rows[:, channels].mean(axis=0) if centred and first.ndim > 2 else np.zeros(len(channels))
            if centred and first.ndim == 2:
                centre = np.full(len(channels), rows[:, channels].mean())
            energy = float(np.square(rows[:, channels] - centre).sum())
            if energy > 0:
                groups.append(Group(output, axis, channels, centre, energy))
    return tuple(groups)


def noise(
    groups: Sequence[Group], references: Sequence[Sequence[NDArray[Any]]], others: Sequence[Sequence[NDArray[Any]]]
) -> NDArray[np.float64]:
    """Per group, the squared error of `others` against `references` over the group's energy.

    `references` may be fewer pictures than the groups were made of, where the energy is scaled down by the caller.
    """
    result = np.zeros(len(groups))
    for index, group in enumerate(groups):
        total = 0.0
        for reference, other in zip(references, others, strict=True):
            one, two = (
                np.take(outputs[group.output], group.channels, axis=group.axis) for outputs in (reference, other)
            )
            total += float(np.square(two.astype(np.float64) - one).sum())
        result[index] = total / group.energy
    return result
