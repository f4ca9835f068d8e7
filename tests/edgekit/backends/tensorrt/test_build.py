"""The builder half, through TensorRT-RTX, which builds without a GPU."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from edgekit.backends.protocols import Graph, TensorSpec
from edgekit.backends.tensorrt.build import BuildOptions, build_engine, parse
from edgekit.backends.tensorrt.inspector import planned_products
from edgekit.backends.tensorrt.versions import TensorRt, creation_flags, dtype_of, missing_names, tensorrt
from edgekit.errors import BackendUnavailable

pytestmark = pytest.mark.rtx
OPTIONS = BuildOptions(compute_capabilities=("SM86", "SM89"))


@pytest.fixture(scope="module")
def rtx() -> TensorRt:
    pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed")
    return tensorrt("tensorrt_rtx")


def convolution(*, int8: bool, float_weight: bool = False, zero_point: int = 0, max_batch: int = 4) -> Graph:
    """uint8 NHWC in, Cast, Transpose, one 3x3 convolution of 3 to 8 channels; float_weight: only its data is INT8."""
    from onnx import TensorProto, helper, numpy_helper

    constants = {
        "weight": np.random.default_rng(0).normal(size=(8, 3, 3, 3)).astype(np.float32),
        "x_scale": np.float32(2.0),
        "x_zero": np.int8(zero_point),
        "w_scale": np.full(8, 0.02, np.float32),
        "w_zero": np.zeros(8, np.int8),
    }
    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["x"], perm=[0, 3, 1, 2]),
    ]
    if int8:
        nodes += [
            helper.make_node("QuantizeLinear", ["x", "x_scale", "x_zero"], ["x_q"]),
            helper.make_node("DequantizeLinear", ["x_q", "x_scale", "x_zero"], ["x_d"]),
            helper.make_node("QuantizeLinear", ["weight", "w_scale", "w_zero"], ["w_q"], axis=0),
            helper.make_node("DequantizeLinear", ["w_q", "w_scale", "w_zero"], ["w_d"], axis=0),
        ]
    inputs = ["x_d" if int8 else "x", "w_d" if int8 and not float_weight else "weight"]
    nodes.append(helper.make_node("Conv", inputs, ["y"], name="only_conv", pads=[1, 1, 1, 1]))
    graph = helper.make_graph(
        nodes,
        "one",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["batch", 16, 16, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 8, 16, 16])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx = model.SerializeToString()
    return Graph(
        onnx,
        "int8-tensorrt" if int8 else "float",
        sha256(onnx).hexdigest(),
        (TensorSpec("images", "uint8", (None, 16, 16, 3)),),
        (TensorSpec("y", "float32", (None, 8, 16, 16)),),
        max_batch=max_batch,
        opt_batch=min(2, max_batch),
    )


def test_every_name_that_we_use_exists(rtx: TensorRt) -> None:
    assert missing_names(rtx) == []


def test_networks_are_strongly_typed_by_name(rtx: TensorRt) -> None:
    assert creation_flags(rtx) & 1 << int(rtx.api.NetworkDefinitionCreationFlag.STRONGLY_TYPED)


def test_types_are_told_apart(rtx: TensorRt) -> None:
    assert dtype_of(rtx, rtx.api.DataType.HALF) == np.float16
    assert dtype_of(rtx, rtx.api.DataType.UINT8) == np.uint8
    with pytest.raises(ValueError, match="no numpy type"):
        dtype_of(rtx, rtx.api.DataType.FP8)


@pytest.mark.parametrize(
    ("int8", "float_weight", "planned"), [(True, False, (1, 1)), (True, True, (0, 1)), (False, False, (0, 1))]
)
def test_what_is_planned_in_int8_is_read_from_the_parsed_network(
    int8: bool, float_weight: bool, planned: tuple[int, int], rtx: TensorRt
) -> None:
    # The builder must outlive the network, so both are held.
    builder, network = parse(rtx, convolution(int8=int8, float_weight=float_weight))
    assert planned_products(rtx, network) == planned
    del network, builder


@pytest.mark.parametrize("int8", [True, False])
@pytest.mark.parametrize("max_batch", [1, 4])
def test_a_graph_is_built_for_the_manifests_batches(int8: bool, max_batch: int, rtx: TensorRt) -> None:
    built = build_engine(rtx, convolution(int8=int8, max_batch=max_batch), OPTIONS)
    assert len(built.plan) > 1000
    assert built.timing_cache == b""


def test_the_same_graph_gives_the_same_engine(rtx: TensorRt) -> None:
    assert (
        build_engine(rtx, convolution(int8=True), OPTIONS).plan
        == build_engine(rtx, convolution(int8=True), OPTIONS).plan
    )


def test_progress_is_told_with_steps_within_their_phase(rtx: TensorRt) -> None:
    told: list[tuple[str, int, int]] = []

    def progress(phase: str, step: int, steps: int) -> bool:
        told.append((phase, step, steps))
        return True

    build_engine(rtx, convolution(int8=True), OPTIONS, progress=progress)
    assert told
    assert all(0 <= step <= steps for _, step, steps in told)


def test_a_build_can_be_cancelled(rtx: TensorRt) -> None:
    with pytest.raises(BackendUnavailable, match="cannot build the int8-tensorrt graph"):
        build_engine(rtx, convolution(int8=True), OPTIONS, progress=lambda *_: False)


def test_a_graph_that_the_parser_refuses_is_said_with_its_reason(rtx: TensorRt) -> None:
    with pytest.raises(BackendUnavailable, match="refuses the int8-tensorrt graph") as caught:
        parse(rtx, convolution(int8=True, zero_point=3))
    assert "zero point" in str(caught.value)


def test_what_is_no_onnx_is_refused(rtx: TensorRt) -> None:
    with pytest.raises(BackendUnavailable, match="refuses the float graph"):
        parse(rtx, replace(convolution(int8=False), onnx=b"nonsense"))


def test_a_batch_that_a_profile_does_not_allow_is_a_failed_build(rtx: TensorRt) -> None:
    with pytest.raises(BackendUnavailable, match="cannot build"):
        build_engine(rtx, replace(convolution(int8=False), opt_batch=8, max_batch=2), OPTIONS)
