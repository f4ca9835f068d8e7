"""How many pictures are enough: how far ranges still move as more are seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.ranges import Range

__all__ = ["ENOUGH_MOVE", "Convergence", "ConvergencePoint", "convergence_of", "snapshot_counts"]

ENOUGH_MOVE = 0.05
"""With ranges wider or narrower by 5 %, the quantizing error changes by a tenth: less than by the method."""

_SHARE = 0.9  # of the tensors must have come to rest; a few with rare outliers never do


def snapshot_counts(images: int) -> tuple[int, ...]:
    """After how many images ranges are looked at: an eighth, a quarter, half and all of them; fewer for few images.

    >>> snapshot_counts(96)
    (12, 24, 48, 96)
    """
    return tuple(sorted({max(1, images // part) for part in (8, 4, 2)} | {images})) if images else ()


@dataclass(frozen=True, slots=True)
class ConvergencePoint:
    """The ranges after some of the images, against those after all.

    Attributes:
        images: how many had been seen.
        median_move, p90_move: how far both ends together still moved, as a share of the final range: in the median
            over the tensors, and what nine of ten tensors stay below.
        furthest: the tensor that moved most.
    """

    images: int
    median_move: float
    p90_move: float
    furthest: str


@dataclass(frozen=True, slots=True)
class Convergence:
    """The curve, and what it says.

    Attributes:
        images: seen in all.
        points: after an eighth, a quarter and half of them.
        enough: whether nine of ten ranges moved by less than ENOUGH_MOVE over the second half of the images.
    """

    images: int
    points: tuple[ConvergencePoint, ...]
    enough: bool

    def sentence(self) -> str:
        """What it says, for people."""
        if not self.points:
            return f"{self.images} calibration pictures: too few to tell whether they are enough."
        last = self.points[-1]
        moved = f"nine of ten ranges moved by at most {100 * last.p90_move:.1f} %"
        late = self.images - last.images
        verdict = "enough calibration pictures" if self.enough else "more calibration pictures would help"
        return f"{verdict[0].upper()}{verdict[1:]}: over the last {late} of {self.images} pictures {moved}."

    def as_values(self) -> dict[str, object]:
        """Plain data, for a report."""
        return {
            "images": self.images,
            "enough": self.enough,
            "points": [
                {
                    "images": point.images,
                    "median_move": round(point.median_move, 5),
                    "p90_move": round(point.p90_move, 5),
                    "furthest": point.furthest,
                }
                for point in self.points
            ],
        }


def _moves(then: Mapping[str, Range], final: Mapping[str, Range]) -> dict[str, float]:
    moves = {}
    for name, span in final.items():
        width = span.high - span.low
        before = then.get(name, Range(0.0, 0.0))
        if width > 0.0:
            moves[name] = (abs(span.low - before.low) + abs(span.high - before.high)) / width
    return moves


def convergence_of(
    snapshots: Sequence[tuple[int, Mapping[str, Range]]], *, enough_move: float = ENOUGH_MOVE
) -> Convergence:
    """How ranges came to rest.

    Args:
        snapshots: ranges by tensor after so many images, in ascending order; the last one after all of them.
        enough_move: what nine of ten tensors must stay below over the second half of the images.
    """
    images, final = snapshots[-1] if snapshots else (0, {})
    points = []
    for count, then in snapshots[:-1]:
        moves = _moves(then, final)
        if moves:
            values: NDArray[np.float64] = np.array(list(moves.values()))
            points.append(
                ConvergencePoint(
                    images=count,
                    median_move=float(np.median(values)),
                    p90_move=float(np.quantile(values, _SHARE)),
                    furthest=max(moves, key=lambda name: moves[name]),
                )
            )
    return Convergence(images, tuple(points), bool(points) and points[-1].p90_move < enough_move)
