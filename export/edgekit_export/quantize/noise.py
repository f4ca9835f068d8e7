"""How far a graph's outputs part from float's: squared error over energy, per group of values that mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Group", "Measure", "Outputs", "ValueNoise", "Yardstick", "channel_axis", "noise", "output_groups"]

# A sigmoid or softmax may leave 0..1 by its last bit.
_SLACK = 1e-5

Outputs = Sequence[NDArray[Any]]
"""What a graph gives for one picture: its outputs in order, each with a leading batch axis of 1."""


class Yardstick(Protocol):
    """Float's outputs on some pictures, ready to be compared with."""

    @property
    def groups(self) -> int:
        """How many kinds of values are judged apart; none where the outputs hold nothing to judge."""

    def share(self, picture: int, outputs: Outputs) -> NDArray[np.float64]:
        """Per group, the squared error of `outputs` on that picture over the energy of ALL pictures."""


class Measure(Protocol):
    """What counts as an error in a model's outputs, and how much of it is too much.

    Attributes:
        max_noise, bad_noise: what QuantizeOptions of those names should be.
    """

    max_noise: ClassVar[float]
    bad_noise: ClassVar[float]

    def of(self, references: Sequence[Outputs]) -> Yardstick:
        """The yardstick that float's outputs, one entry a picture, make."""


def noise(yardstick: Yardstick, others: Sequence[Outputs]) -> NDArray[np.float64]:
    """Per group, the squared error of `others` on the first pictures over the energy of all; inf where they are NaN."""
    total = np.zeros(yardstick.groups)
    for picture, outputs in enumerate(others):
        total += yardstick.share(picture, outputs)
    return np.where(np.isnan(total), np.inf, total)


@dataclass(frozen=True, slots=True)
class ValueNoise:
    """The outputs' values as they are: right for embeddings, and where nothing else is known.

    `max_noise` was set once after the mAP of YOLOX-nano on 64 pictures had been seen, `bad_noise` after the top-1 of an
    EfficientNet-B0 (at 0.2, which 0.25 let pass, it lost two points).
    """

    max_noise: ClassVar[float] = 0.02
    bad_noise: ClassVar[float] = 0.10

    def of(self, references: Sequence[Outputs]) -> Yardstick:
        """See Measure."""
        return _Values(tuple(references), output_groups(references))


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


@dataclass(frozen=True, slots=True, eq=False)
class _Values:
    references: tuple[Outputs, ...]
    kinds: tuple[Group, ...]

    @property
    def groups(self) -> int:
        """See Yardstick."""
        return len(self.kinds)

    def share(self, picture: int, outputs: Outputs) -> NDArray[np.float64]:
        """See Yardstick."""
        shares = np.zeros(len(self.kinds))
        for index, group in enumerate(self.kinds):
            one, two = (
                np.take(values[group.output], group.channels, axis=group.axis)
                for values in (self.references[picture], outputs)
            )
            shares[index] = float(np.square(two.astype(np.float64) - one).sum()) / group.energy
        return shares


def channel_axis(shape: Sequence[int]) -> int:
    """The axis along which an output's values change their meaning.

    (n, classes) -> 1; (n, boxes, 85) -> 2 and (n, 85, boxes) -> 1, the shorter one; (n, 85, h, w) -> 1.
    """
    return 2 if len(shape) == 3 and shape[2] < shape[1] else 1


def _by_channel(values: NDArray[Any], axis: int) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = np.moveaxis(values.astype(np.float64), axis, -1)
    return moved.reshape(-1, moved.shape[-1])


def output_groups(references: Sequence[Outputs]) -> tuple[Group, ...]:
    """The groups of a model's outputs, from its float outputs on some pictures.

    Two groups an output: channels that stay within 0..1 (probabilities, objectness), whose energy lies in what was
    found, and the others (boxes, logits, embeddings), each about its own mean. Both kinds matter alike, and the sum
    over all values would let the larger numbers drown the smaller ones. Of a classifier, one value a class, all are of
    one kind.
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
