"""Run the float graph over calibration images and let observers watch each tensor, one image at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import HistogramObserver, MomentObserver, PatchShape
from numpy.typing import NDArray

from edgekit_export.graph.running import session
from edgekit_export.graph.view import attribute
from edgekit_export.quantize.layers import Layer

__all__ = ["moment_observer", "observe", "with_outputs"]


def moment_observer(layer: Layer, node: onnx.NodeProto, kernel: Sequence[int]) -> MomentObserver | None:
    """What watches the patches that a layer multiplies with its weight; None where it cuts them in an unusual way.

    Args:
        layer: the layer.
        node: its node.
        kernel: the weight's sizes behind the first two: height and width for a convolution over pictures.
    """
    if layer.op_type != "Conv":
        return MomentObserver(None)
    if len(kernel) != 2 or attribute(node, "auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        return None
    top, left, bottom, right = attribute(node, "pads", None) or (0, 0, 0, 0)
    stride_h, stride_w = attribute(node, "strides", None) or (1, 1)
    dilation_h, dilation_w = attribute(node, "dilations", None) or (1, 1)
    return MomentObserver(
        PatchShape(
            groups=attribute(node, "group", 1),
            kernel_hw=(kernel[0], kernel[1]),
            strides_hw=(stride_h, stride_w),
            dilations_hw=(dilation_h, dilation_w),
            pads_tlbr=(top, left, bottom, right),
        )
    )


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
    moments: Sequence[tuple[str, MomentObserver]] = (),
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> dict[str, HistogramObserver]:
    """Watch the tensors `names` over all images; only one image's tensors are in memory at a time.

    Args:
        model: the float graph, uint8 (batch, height, width, 3) in.
        names: float32 tensors of the graph.
        images: uint8 (height, width, 3) each, prepared.
        moments: tensors among `names` whose patches are watched too, and by what.
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
        values = dict(zip(observers, runner.run(None, {feed: image[None]}), strict=True))
        for name, observer in observers.items():
            observer.update(values[name])
        for name, watching in moments:
            watching.update(values[name])
        if progress is not None:
            progress(index + 1)
    return observers
