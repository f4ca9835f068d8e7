"""Limits in a person's units, points and milliseconds: choices are tightened or loosened until they hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import onnx

from edgekit.bundle.manifest import Encoding
from edgekit.errors import CalibrationError
from edgekit_export.progress import Progress
from edgekit_export.quantize.deciding import Decider, Decision, Written
from edgekit_export.quantize.options import QuantizeOptions

__all__ = ["Budget", "Limits", "Target", "decided"]

_TIGHTER: Final = (0.5, 0.25, 0.12, 0.06, 0.03, 0.015, 0.0075)
"""Shares of `max_noise` that are tried, one after the other, where points are lost."""

_LOOSER: Final = (2.0, 4.0, 8.0, 16.0, 64.0)
"""The same where time is short."""


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


@dataclass(frozen=True, slots=True)
class Target:
    """How long int8-cpu may take on this machine.

    Attributes:
        max_ms: milliseconds of one picture.
        measure: milliseconds that a graph takes.
    """

    max_ms: float
    measure: Callable[[onnx.ModelProto], float]


@dataclass(frozen=True, slots=True)
class Limits:
    """What somebody asked for; None: nothing."""

    budget: Budget | None = None
    target: Target | None = None


def decided(
    encoding: Encoding, decider: Decider, options: QuantizeOptions, limits: Limits, progress: Progress
) -> tuple[Decision, Written]:
    """The decision for an encoding and its graph.

    Without limits the noise budget decides alone. With a budget in points it is tightened, and any share of the MACs
    may go back to float, until the loss is within the budget: the first choice that is gives up the least. With a
    target in milliseconds alone it is loosened until int8-cpu is fast enough; with both, the choice that keeps the
    budget has to be fast enough.

    Raises:
        CalibrationError: no choice keeps to the limits; says what it would take.
    """
    if limits.budget is not None:
        decision, written = _within_points(encoding, decider, options, limits.budget, progress)
    else:
        decision = decider.decide(options)
        written = decider.write(decision)
    if limits.target is None or encoding is not Encoding.INT8_CPU:
        return decision, written
    looser = () if limits.budget is not None else _LOOSER
    return _within_time((decision, written), decider, options, limits.target, looser, progress)


def _choices(
    decider: Decider, options: QuantizeOptions, shares: tuple[float, ...]
) -> Iterator[tuple[Decision, Written]]:
    for share in shares:
        changed = dataclasses.replace(
            options, max_noise=share * options.max_noise, preferred_int8_share=0.0, min_int8_share=0.0, worth_noise=1.0
        )
        decision = decider.decide(changed)
        yield decision, decider.write(decision)


def _within_points(
    encoding: Encoding, decider: Decider, options: QuantizeOptions, budget: Budget, progress: Progress
) -> tuple[Decision, Written]:
    decision = decider.decide(options)
    written = decider.write(decision)
    least = budget.measure(encoding, written.graph)
    if least <= budget.max_drop:
        return decision, written
    for done, (decision, written) in enumerate(_choices(decider, options, _TIGHTER), start=1):
        drop = budget.measure(encoding, written.graph)
        progress(f"keeping {encoding.value} within {budget.max_drop:g} points", done, len(_TIGHTER))
        if drop <= budget.max_drop:
            return decision, written
        least = min(least, drop)
    raise CalibrationError(
        f"{encoding.value} loses {least:.2f} points of {budget.what} at least; {budget.max_drop:g} are allowed, and "
        f"{len(decision.choice.kept_float)} layers are in float already.",
        hint=f"--max-drop {_above(least):g} would accept it; calibration pictures more like the shop's may do better.",
    )


def _within_time(
    start: tuple[Decision, Written],
    decider: Decider,
    options: QuantizeOptions,
    target: Target,
    looser: tuple[float, ...],
    progress: Progress,
) -> tuple[Decision, Written]:
    least_ms = target.measure(start[1].graph)
    if least_ms <= target.max_ms:
        return start
    for done, (decision, written) in enumerate(_choices(decider, options, looser), start=1):
        took_ms = target.measure(written.graph)
        progress(f"bringing int8-cpu below {target.max_ms:g} ms", done, len(looser))
        if took_ms <= target.max_ms:
            return decision, written
        least_ms = min(least_ms, took_ms)
    raise CalibrationError(
        f"int8-cpu takes {least_ms:.1f} ms a picture on this machine at least; {target.max_ms:g} ms are asked for.",
        hint=f"--target-latency {_above(least_ms):g} would accept it; a smaller --input-size is faster.",
    )


def _above(value: float) -> float:
    """The next tenth that is not below `value`."""
    return -(-value * 10 // 1) / 10
