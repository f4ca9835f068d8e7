"""A budget in points instead of noise: choices are tightened until the loss that somebody allowed is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import onnx

from edgekit.bundle.manifest import Encoding
from edgekit.errors import CalibrationError
from edgekit_export.progress import Progress
from edgekit_export.quantize.deciding import Decider, Decision
from edgekit_export.quantize.options import QuantizeOptions

__all__ = ["Budget", "decided"]

_TIGHTER: Final = (1.0, 0.5, 0.25, 0.12, 0.06, 0.03, 0.015, 0.0075)
"""Shares of `max_noise` that are tried, one after the other."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much an encoding may lose.

    Attributes:
        max_drop: points.
        measure: points that a graph of an encoding loses against float.
        what: what is measured, in words, for messages.
    """

    max_drop: float
    measure: Callable[[Encoding, onnx.ModelProto], float]
    what: str


def decided(
    encoding: Encoding, decider: Decider, options: QuantizeOptions, budget: Budget | None, progress: Progress
) -> tuple[Decision, onnx.ModelProto]:
    """The decision for an encoding and its graph.

    Without a budget in points the noise budget decides alone. With one, the noise budget is tightened, and any share
    of the MACs may go back to float, until the loss is within the budget: the first that is gives up the least.

    Raises:
        CalibrationError: even the tightest choice loses more.
    """
    decision = decider.decide(options)
    graph = decider.write(decision)
    if budget is None:
        return decision, graph
    least = float("inf")
    for done, share in enumerate(_TIGHTER, start=1):
        if share < 1.0:
            tighter = dataclasses.replace(
                options, max_noise=share * options.max_noise, preferred_int8_share=0.0, min_int8_share=0.0
            )
            decision = decider.decide(tighter)
            graph = decider.write(decision)
        drop = budget.measure(encoding, graph)
        progress(f"keeping {encoding.value} within {budget.max_drop:g} points", done, len(_TIGHTER))
        if drop <= budget.max_drop:
            return decision, graph
        least = min(least, drop)
    raise CalibrationError(
        f"{encoding.value} loses {least:.2f} points of {budget.what} at least; {budget.max_drop:g} are allowed, and "
        f"{len(decision.choice.kept_float)} layers are in float already.",
        hint=f"--max-drop {_above(least):g} would accept it; calibration pictures more like the shop's may do better.",
    )


def _above(points: float) -> float:
    """The next tenth that is not below `points`."""
    return -(-points * 10 // 1) / 10
