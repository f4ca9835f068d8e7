"""Run in a process of its own: put ONNX files through TensorRT-RTX's parser and builder, and say what became of them.

    python rtx_child.py a.onnx b.onnx

One line of JSON a file: the parser's errors; of each convolution and product, which of its first two inputs are INT8
behind a dequantizer, and the type that it makes; the size of the plan, 0 where it could not be built.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import tensorrt_rtx as trt

PRODUCTS = (trt.LayerType.CONVOLUTION, trt.LayerType.DECONVOLUTION, trt.LayerType.MATRIX_MULTIPLY)
MOVES = (trt.LayerType.SHUFFLE, trt.LayerType.CAST)


def int8_inputs(layer, makers) -> list[bool]:
    """Of data and weight: whether it comes from a DEQUANTIZE that reads INT8, moves between or not."""
    found = []
    for index in (0, 1):
        tensor = layer.get_input(index) if index < layer.num_inputs else None
        maker = makers.get(tensor.name) if tensor is not None else None
        while maker is not None and maker.type in MOVES:
            maker = makers.get(maker.get_input(0).name)
        dequantized = maker is not None and maker.type == trt.LayerType.DEQUANTIZE
        found.append(dequantized and maker.get_input(0).dtype == trt.DataType.INT8)
    return found


def plan_bytes(builder, network) -> int:
    """Size of the plan for one compute capability, batches of 1 to 4 where the batch is open."""
    config = builder.create_builder_config()
    entry = network.get_input(0)
    if entry.shape[0] == -1:
        profile = builder.create_optimization_profile()
        one, four = ((count, *tuple(entry.shape)[1:]) for count in (1, 4))
        profile.set_shape(entry.name, one, one, four)
        config.add_optimization_profile(profile)
    config.num_compute_capabilities = 1
    config.set_compute_capability(trt.ComputeCapability.SM86, 0)
    plan = builder.build_serialized_network(network, config)
    return 0 if plan is None else int(plan.nbytes)


def looked_at(content: bytes) -> dict[str, object]:
    """Everything about one ONNX file."""
    logger = trt.Logger(trt.Logger.INTERNAL_ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network(0)
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(content):
        return {"errors": [parser.get_error(i).desc() for i in range(parser.num_errors)], "products": [], "plan": 0}
    layers = [network.get_layer(index) for index in range(network.num_layers)]
    makers = {layer.get_output(i).name: layer for layer in layers for i in range(layer.num_outputs)}
    products = [
        {"name": layer.name, "int8": int8_inputs(layer, makers), "makes": layer.get_output(0).dtype.name}
        for layer in layers
        if layer.type in PRODUCTS
    ]
    return {"errors": [], "products": products, "plan": plan_bytes(builder, network)}


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(json.dumps(looked_at(Path(path).read_bytes())), flush=True)
