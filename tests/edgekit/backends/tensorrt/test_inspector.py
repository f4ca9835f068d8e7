from __future__ import annotations

import json
from types import SimpleNamespace

from edgekit.backends.tensorrt.inspector import engine_layers, executed_int8_macs
from edgekit.backends.tensorrt.versions import TensorRt

INT8 = "Thirty-two wide channel vectorized row major Int8 format"
HALF = "Channel major FP16 format where channel % 8 == 0"
MACS = {"conv_a": 100, "conv_b": 10, "conv_c": 1}


def layer(metadata: str, datatype: str) -> dict[str, object]:
    return {"Name": "fused", "Metadata": metadata, "Inputs": [{"Name": "x", "Format/Datatype": datatype}]}


def test_only_layers_with_int8_data_count_and_all_their_nodes() -> None:
    layers = [
        layer("[ONNX Layer: conv_a]\x1e[ONNX Layer: relu]\x1e[ONNX Layer: conv_b]", INT8),
        layer("[ONNX Layer: conv_c]", HALF),
        layer("[ONNX Layer: pool]", INT8),
    ]
    assert executed_int8_macs(layers, MACS) == 110


def test_known_nodes_without_int8_are_zero_and_no_known_node_is_unknown() -> None:
    assert executed_int8_macs([layer("[ONNX Layer: conv_c]", HALF)], MACS) == 0
    assert executed_int8_macs([layer("[ONNX Layer: other]", INT8), {"Name": "bare"}], MACS) is None


def test_layers_are_read_from_the_inspectors_json() -> None:
    text = json.dumps({"Layers": [layer("", INT8), "a name only, without detailed verbosity"], "Bindings": []})
    inspector = SimpleNamespace(get_engine_information=lambda kind: text if kind == "json" else "")
    engine = SimpleNamespace(create_engine_inspector=lambda: inspector)
    trt = TensorRt(SimpleNamespace(LayerInformationFormat=SimpleNamespace(JSON="json")), "tensorrt", "10.3")
    assert engine_layers(trt, engine) == [layer("", INT8)]
