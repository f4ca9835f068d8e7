from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.golden import array_of, bytes_of
from edgekit.bundle.manifest import BatchSpec, DecoderSpec, Encoding, GoldenSpec, TensorSpecModel
from edgekit.errors import BundleError

MakeBundle = Callable[..., Path]


def test_a_graph_comes_with_what_a_backend_needs(opened: Callable[..., Bundle]) -> None:
    graph = opened(batch=(1, 2, 4)).graph(Encoding.INT8_CPU)
    assert graph.sha256 == sha256(graph.onnx).hexdigest()
    assert graph.encoding == "int8-cpu"
    assert [(spec.name, spec.dtype, spec.shape) for spec in graph.inputs] == [("images", "uint8", (None, 16, 16, 3))]
    assert [spec.name for spec in graph.outputs] == ["logits"]
    assert (graph.opt_batch, graph.max_batch) == (2, 4)


def test_a_graph_may_be_named_by_its_word(opened: Callable[..., Bundle]) -> None:
    bundle = opened()
    assert bundle.graph("float").sha256 == bundle.graph(Encoding.FLOAT).sha256


def test_a_graph_that_is_not_there_is_answered_with_those_that_are(opened: Callable[..., Bundle]) -> None:
    bundle = opened(encodings=(Encoding.FLOAT,))
    assert bundle.encodings == (Encoding.FLOAT,)
    with pytest.raises(BundleError, match=r"no graph 'int8-cpu'; it has float\. `edgekit export --int8`"):
        bundle.graph(Encoding.INT8_CPU)
    with pytest.raises(BundleError, match="no graph 'int4'"):
        bundle.graph("int4")


def test_reports_are_read_where_they_are(opened: Callable[..., Bundle]) -> None:
    assert opened("a").report() == {}
    assert opened("a").calibration() is None
    both = opened("b", members={"report.json": b'{"map": 0.3}', "calibration.json": b'{"images": 4}'})
    assert both.report() == {"map": 0.3}
    assert both.calibration() == {"images": 4}
    with pytest.raises(BundleError, match=r"report\.json is not JSON"):
        opened("c", members={"report.json": b"{"}).report()
    with pytest.raises(BundleError, match=r"report\.json is not a JSON object"):
        opened("c", members={"report.json": b"[]"}).report()


def test_golden_arrays_come_back_as_written(opened: Callable[..., Bundle]) -> None:
    golden = opened().golden()
    assert golden.inputs.shape == (2, 16, 16, 3)
    assert golden.outputs(Encoding.FLOAT)[0].shape == (2, 3)
    assert not np.array_equal(golden.outputs(Encoding.FLOAT)[0], golden.outputs(Encoding.INT8_CPU)[0])
    with pytest.raises(BundleError, match="no golden outputs of fp16"):
        golden.outputs(Encoding.FP16)


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ({"decoder": DecoderSpec(name="yolox")}, "no decoder 'yolox'"),
        ({"batch": BatchSpec(min=1, opt=3, max=2)}, "not in order"),
        ({"golden": GoldenSpec(inputs=2, outputs=("other",))}, "not those of its golden"),
        ({"golden": GoldenSpec(inputs=0, outputs=("logits",))}, "no golden inputs"),
        ({"graphs": {}}, "names no graph"),
        ({"inputs": (TensorSpecModel(name="images", dtype="float32", shape=(None, 16, 16, 3)),)}, "uint8"),
        ({"inputs": (TensorSpecModel(name="images", dtype="uint8", shape=(None, 16, 17, 3)),)}, "geometry gives"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(
    manifest: dict[str, object], says: str, tiny_bundle: MakeBundle
) -> None:
    with pytest.raises(BundleError, match=says):
        Bundle.open(tiny_bundle(manifest=manifest))


def test_golden_arrays_of_another_shape_are_refused(opened: Callable[..., Bundle]) -> None:
    for wrong in (np.zeros((3, 16, 16, 3), np.uint8), np.zeros((2, 16, 16, 3), np.float32), np.zeros((), np.uint8)):
        with pytest.raises(BundleError, match="golden/ does not hold"):
            opened(members={"golden/inputs.npy": bytes_of(wrong)}).golden()


def test_a_graph_or_array_too_many_is_refused(tiny_bundle: MakeBundle) -> None:
    with pytest.raises(BundleError, match=r"has graphs/fp16\.onnx, though"):
        Bundle.open(tiny_bundle(members={"graphs/fp16.onnx": b"x"}))
    with pytest.raises(BundleError, match=r"has golden/float/7\.npy, though"):
        Bundle.open(tiny_bundle(members={"golden/float/7.npy": b"x"}))


@pytest.mark.parametrize("array", [np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros((0, 4), np.int64)])
def test_an_array_comes_back_from_its_bytes(array: np.ndarray) -> None:
    back = array_of("x", bytes_of(array))
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)
    assert not back.flags.writeable


def test_an_array_that_lies_about_its_size_or_holds_objects_is_refused() -> None:
    honest = bytes_of(np.zeros((2, 3), np.float32))
    for content in (
        honest[:-1],
        honest + b"x",
        honest.replace(b"(2, 3)", b"(2,4) "),
        honest.replace(b"(2, 3)", b"(9**9)"),
        honest.replace(b"'<f4'", b"'|O8'"),
        honest.replace(b"'<f4'", b"'|O' "),
        b"",
        b"\x93NUMPY\x01\x00\xff\xff",
    ):
        with pytest.raises(BundleError, match="x"):
            array_of("x", content)
