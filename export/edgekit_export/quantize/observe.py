"""Run the float graph over calibration images and let an observer watch each tensor, one image at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_calibration import HistogramObserver
from edgekit_export.graph.running import session

__all__ = ["observe", "with_outputs"]


def with_outputs(model: onnx.ModelProto, names: Sequence[str]) -> onnx.ModelProto:
    """A copy whose outputs are `names` only; their types are left for the runtime to find."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.output[:]
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    return copy


def observe(
    model: onnx.ModelProto,
    names: Sequence[str],
    images: Sequence[NDArray[np.uint8]],
    *,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> dict[str, HistogramObserver]:
    """Watch the tensors `names` over all images; only one image's tensors are in memory at a time.

    Args:
        model: the float graph, uint8 (batch, height, width, 3) in.
        names: float32 tensors of the graph.
        images: uint8 (height, width, 3) each, prepared.
        threads: CPU threads.
        progress: called with the number of images done.

    Raises:
        CalibrationError: a tensor is not finite.
    """
    observers = {name: HistogramObserver(name) for name in names}
    if not names:
        return observers
    runner: Any = session(with_outputs(model, list(observers)), threads=threads)
    feed = model.graph.input[0].name
    for index, image in enumerate(images):
        for name, values in zip(observers, runner.run(None, {feed: image[None]}), strict=True):
            observers[name].update(values)
        if progress is not None:
            progress(index + 1)
    return observers
