"""The smallest and largest value of every float tensor of a graph over some images: what FP16 must hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.batch import shapes_at_batch_one
from edgekit_export.graph.half_types import float_tensors
from edgekit_export.graph.running import session
from edgekit_export.quantize.observe import with_outputs

__all__ = ["portions", "seen_ranges"]

# 128 MB of one image's numbers.
_MOST_AT_ONCE = 1 << 25


def portions(model: onnx.ModelProto, most_at_once: int) -> Iterator[list[str]]:
    """The float tensors that nodes make, in portions of at most so many numbers, unless one alone has more."""
    floats, shapes = float_tensors(model), shapes_at_batch_one(model)
    group: list[str] = []
    size = 0
    for name in (name for node in model.graph.node for name in node.output if name in floats):
        numbers = math.prod(shapes.get(name, ()))
        if group and size + numbers > most_at_once:
            yield group
            group, size = [], 0
        group.append(name)
        size += numbers
    if group:
        yield group


def seen_ranges(
    model: onnx.ModelProto,
    images: Sequence[NDArray[np.uint8]],
    *,
    threads: int = 2,
    most_at_once: int = _MOST_AT_ONCE,
) -> dict[str, tuple[float, float]]:
    """Smallest and largest value by tensor name; minus infinity to infinity where one was not finite.

    Args:
        model: a float or an INT8 graph, uint8 (batch, height, width, 3) in.
        images: uint8 (height, width, 3) each, prepared.
        threads: CPU threads.
        most_at_once: numbers of one image that are in memory at a time, unless one tensor alone has more.
    """
    seen: dict[str, tuple[float, float]] = {}
    feed = model.graph.input[0].name
    for group in portions(model, most_at_once):
        runner: Any = session(with_outputs(model, group), optimise=False, threads=threads)
        for image in images:
            for name, values in zip(group, runner.run(None, {feed: image[None]}), strict=True):
                if values.size:
                    seen[name] = _joined(seen.get(name), float(values.min()), float(values.max()))
    return seen


def _joined(before: tuple[float, float] | None, low: float, high: float) -> tuple[float, float]:
    if not (math.isfinite(low) and math.isfinite(high)):
        return -math.inf, math.inf
    return (low, high) if before is None else (min(before[0], low), max(before[1], high))
