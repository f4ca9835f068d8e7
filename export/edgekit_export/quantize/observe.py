"""Run the float graph over calibration images and let observers watch each tensor, one image at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import Gathering, LayerReader, MomentObserver, PatchShape
from numpy.typing import NDArray

from edgekit_export.graph.running import session
from edgekit_export.graph.view import GraphView, attribute
from edgekit_export.quantize.interrupted import Interrupted
from edgekit_export.quantize.layers import Layer

__all__ = ["gathering_for", "observe", "patch_shape", "with_outputs"]


def patch_shape(layer: Layer, node: onnx.NodeProto, kernel: Sequence[int]) -> PatchShape | None:
    """How a convolution cuts patches out of its input; None where it does so in an unusual way.

    Args:
        layer: a Conv.
        node: its node.
        kernel: the weight's sizes behind the first two: height and width for a convolution over pictures.
    """
    if len(kernel) != 2 or attribute(node, "auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        return None
    top, left, bottom, right = attribute(node, "pads", None) or (0, 0, 0, 0)
    stride_h, stride_w = attribute(node, "strides", None) or (1, 1)
    dilation_h, dilation_w = attribute(node, "dilations", None) or (1, 1)
    return PatchShape(
        groups=attribute(node, "group", 1),
        kernel_hw=(kernel[0], kernel[1]),
        strides_hw=(stride_h, stride_w),
        dilations_hw=(dilation_h, dilation_w),
        pads_tlbr=(top, left, bottom, right),
    )


def gathering_for(
    model: onnx.ModelProto,
    layers: Sequence[Layer],
    between: Sequence[str],
    *,
    images: int,
    max_columns: int,
) -> Gathering:
    """What is to be gathered for these layers.

    Args:
        model: the float graph.
        layers: of it.
        between: further tensors to watch.
        images: how many images will be seen.
        max_columns: layers whose weight has longer rows get no moments.
    """
    view, nodes = GraphView(model.graph), {node.name: node for node in model.graph.node}
    moments: dict[str, tuple[str, MomentObserver]] = {}
    readers: dict[str, LayerReader] = {}
    for layer in layers:
        weight = view.constant(layer.weight)
        assert weight is not None, "find_layers takes constant weights only"
        shape = patch_shape(layer, nodes[layer.name], weight.shape[2:]) if layer.op_type == "Conv" else None
        if shape is None and layer.op_type == "Conv":
            continue
        rows = np.moveaxis(weight, layer.channel_axis, 0).reshape(weight.shape[layer.channel_axis], -1)
        readers[layer.name] = LayerReader(layer.data, rows, shape, images=images)
        if rows.shape[1] <= max_columns:
            moments[layer.name] = (layer.data, MomentObserver(shape, images=images))
    names = dict.fromkeys((*(name for layer in layers for name in (layer.data, layer.result)), *between))
    return Gathering(list(names), moments, readers, images=images)


def with_outputs(model: onnx.ModelProto, names: Sequence[str]) -> onnx.ModelProto:
    """A copy whose outputs are `names` only; their types are left for the runtime to find."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.output[:]
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    return copy


def observe(
    model: onnx.ModelProto,
    gathering: Gathering,
    images: Sequence[NDArray[np.uint8]],
    *,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
    kept: Interrupted | None = None,
) -> None:
    """Let `gathering` take in the images that it has not seen; two images' tensors are in memory at a time.

    Args:
        model: the float graph, uint8 (batch, height, width, 3) in.
        gathering: what watches its float32 tensors; it may have seen the first images already.
        images: uint8 (height, width, 3) each, prepared.
        threads: CPU threads.
        progress: called with the number of images done.
        kept: where the gathering is kept for an interruption.

    Raises:
        CalibrationError: a tensor is not finite.
    """
    names = list(gathering.tensors)
    if not names or gathering.done >= len(images):
        return
    runner: Any = session(with_outputs(model, names), threads=threads)
    feed = model.graph.input[0].name

    def outputs(index: int) -> dict[str, NDArray[Any]]:
        return dict(zip(names, runner.run(None, {feed: images[index][None]}), strict=True))

    # The next image runs while this one is counted: counting keeps one core busy, and the graph the other. Neither in
    # the main thread, which alone Ctrl-C stops: an image is counted wholly or not at all.
    try:
        with ThreadPoolExecutor(1) as ahead, ThreadPoolExecutor(1) as counting:
            coming = ahead.submit(outputs, gathering.done)
            for index in range(gathering.done, len(images)):
                values = coming.result()
                if index + 1 < len(images):
                    coming = ahead.submit(outputs, index + 1)
                counted = counting.submit(gathering.update, values)
                del values
                counted.result()
                del counted
                if progress is not None:
                    progress(index + 1)
                if kept is not None and index + 1 < len(images):
                    kept.after_an_image(gathering)
    except BaseException:
        if kept is not None:
            kept.save(gathering)
        raise
