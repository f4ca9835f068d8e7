"""What people really give to `edgekit export --int8`: each is refused in one line, or done and said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions
from edgekit_export.report.content import Report
from onnx import TensorProto, helper, numpy_helper

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding, Task
from edgekit.errors import CalibrationError, ModelError

Write = Callable[..., Path]
Export = Callable[..., Report]


@pytest.fixture
def pictures(tmp_path: Path, write_pictures: Callable[..., list[Path]]) -> Path:
    write_pictures(tmp_path / "pictures", 20)
    return tmp_path / "pictures"


@pytest.fixture
def run(tmp_path: Path, pictures: Path) -> Export:
    """run(model, input_size=None): the report of an INT8 export to out.edgekit."""

    def run_export(model: Path, input_size: int | None = None) -> Report:
        options = ModelOptions(task=Task.CLASSIFY, input_size=input_size)
        asked = ExportRequest(str(model), tmp_path / "out.edgekit", options, int8=True, calibration=(pictures,))
        return export(asked).report

    return run_export


@pytest.fixture
def edited(tmp_path: Path, write_classifier: Write) -> Callable[..., Path]:
    """edited(nodes, logits="more", **weights): the classifier, its head's result renamed "head", and nodes behind."""

    def edit(nodes: list[onnx.NodeProto], **weights: np.ndarray) -> Path:
        path = write_classifier(tmp_path / "net.onnx")
        model = onnx.load(path)
        model.opset_import[0].version = 20
        model.graph.node[-1].output[0] = "head"
        model.graph.node.extend(nodes)
        model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in weights.items())
        onnx.checker.check_model(model)
        onnx.save(model, path)
        return path

    return edit


def node(operator: str, inputs: str, output: str, **attributes: object) -> onnx.NodeProto:
    return helper.make_node(operator, inputs.split(), [output], name=output, **attributes)


def only_error(caught: pytest.ExceptionInfo[Exception], folder: Path) -> str:
    """The error's one line; nothing was written."""
    assert "\n" not in str(caught.value)
    assert not (folder / "out.edgekit").exists()
    assert not (folder / "out.report").exists()
    return str(caught.value)


def test_a_layer_on_a_constant_activation_stays_float_and_the_report_says_why(
    run: Export, edited: Callable[..., Path]
) -> None:
    nought = [node("Mul", "r1 zero", "none"), node("GlobalAveragePool", "none", "mean"), node("Flatten", "mean", "row")]
    more = [node("Gemm", "row w3", "dead"), node("Add", "head dead", "logits")]
    report = run(edited([*nought, *more], zero=np.zeros(1, np.float32), w3=np.ones((16, 4), np.float32)))
    assert next(layer.int8 for layer in report.layers if layer.name == "dead") == ()
    assert any(
        note == "No INT8 encoding can hold these layers; they stay float: dead (its input is always 0)."
        for note in report.notes
    )


def test_a_layer_that_no_picture_reaches_stays_float_and_the_report_says_why(
    run: Export, edited: Callable[..., Path]
) -> None:
    weights = {"nowhere": np.array([0], np.int64), "w3": np.ones((16, 4), np.float32), "axes": np.array([0], np.int64)}
    empty = [node("Slice", "f nowhere nowhere axes", "none"), node("MatMul", "none w3", "unseen")]
    more = [node("ReduceSum", "unseen axes", "sum", keepdims=1), node("Add", "head sum", "logits")]
    report = run(edited([*empty, *more], **weights))
    assert any("unseen (its input was never seen)" in note for note in report.notes)


def test_operators_that_no_backend_quantizes_stay_float_and_the_report_names_them(
    run: Export, edited: Callable[..., Path]
) -> None:
    weights = {
        "w3": np.full((16, 4, 2, 2), 0.1, np.float32),
        "gates": np.full((1, 12, 16), 0.01, np.float32),
        "recurrence": np.full((1, 12, 3), 0.01, np.float32),
        "w4": np.full((4, 3), 0.1, np.float32),
        "axes": np.array([0], np.int64),
    }
    up = [node("ConvTranspose", "r1 w3", "up", strides=[2, 2]), node("GlobalAveragePool", "up", "mean")]
    after = [node("Flatten", "mean", "row"), node("Einsum", "row w4", "sums", equation="ij,jk->ik")]
    recurrent = [node("Unsqueeze", "f axes", "steps"), node("LSTM", "steps gates recurrence", "y", hidden_size=3)]
    ends = [node("ReduceMean", "y", "level", keepdims=0), node("ReduceMean", "sums", "sum", keepdims=0)]
    adds = [node("Add", "head level", "some"), node("Add", "some sum", "and_up"), node("Add", "and_up row", "logits")]
    report = run(edited([*up, *after, *recurrent, *ends, *adds], **weights))
    assert any("up (its weight is not constant, or its form is unusual)" in note for note in report.notes)
    assert "No backend runs these operators in INT8; they stay float: Einsum (1), LSTM (1)." in report.notes


def test_a_model_that_gives_no_number_is_refused(run: Export, edited: Callable[..., Path], tmp_path: Path) -> None:
    minus = [node("Abs", "head", "size"), node("Neg", "size", "down")]
    with pytest.raises(CalibrationError, match="gives inf or nan on calibration images") as caught:
        run(edited([*minus, node("Log", "down", "logits")]))
    assert "preprocessing" in only_error(caught, tmp_path)


def test_a_layer_that_reads_no_number_is_refused_with_the_tensors_name(
    run: Export, edited: Callable[..., Path], tmp_path: Path
) -> None:
    minus = [node("Abs", "f", "size"), node("Neg", "size", "down"), node("Sub", "down one", "below")]
    more = [node("Log", "below", "broken"), node("Gemm", "broken w3", "more"), node("IsNaN", "more", "isnan")]
    hidden = [node("Where", "isnan head more", "logits")]
    with pytest.raises(CalibrationError, match="broken") as caught:
        run(edited([*minus, *more, *hidden], one=np.ones(1, np.float32), w3=np.ones((16, 4), np.float32)))
    assert "finite" in only_error(caught, tmp_path)


def test_a_model_of_open_batch_and_size_is_quantized_at_the_size_that_is_asked_for(
    run: Export, write_classifier: Write, tmp_path: Path
) -> None:
    path = write_classifier(tmp_path / "net.onnx", side=None)
    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "n"
    model.graph.output[0].type.tensor_type.shape.dim[0].dim_param = "n"
    onnx.save(model, path)
    assert run(path, input_size=48).encodings
    manifest = Bundle.open(tmp_path / "out.edgekit").manifest
    assert manifest.preprocessing.geometry.size_hw == (48, 48)
    assert manifest.batch.max > 1


def test_weights_in_a_file_beside_the_model_give_the_same_graphs(
    run: Export, write_classifier: Write, tmp_path: Path
) -> None:
    path = write_classifier(tmp_path / "net.onnx")
    run(path)
    inside = Bundle.open(tmp_path / "out.edgekit")
    whole = {encoding: inside.graph(encoding).onnx for encoding in inside.encodings}
    (tmp_path / "beside").mkdir()
    other = tmp_path / "beside" / "net.onnx"
    onnx.save(onnx.load(path), other, save_as_external_data=True, location="weights.bin", size_threshold=0)
    run(other)
    outside = Bundle.open(tmp_path / "out.edgekit")
    assert {encoding: outside.graph(encoding).onnx for encoding in outside.encodings} == whole


def test_more_than_2_gb_of_weights_beside_the_model_are_refused_before_they_are_read(
    run: Export, write_classifier: Write, tmp_path: Path
) -> None:
    path = write_classifier(tmp_path / "net.onnx")
    model = onnx.load(path)
    tensor = model.graph.initializer.add(name="huge", data_type=TensorProto.FLOAT, dims=[600_000_000])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="huge.bin")
    path.write_bytes(model.SerializeToString())
    with (tmp_path / "huge.bin").open("wb") as file:
        os.truncate(file.fileno(), 2_400_000_000)  # a hole: it takes no room on the disk
    with pytest.raises(ModelError, match=r"net\.onnx has 2\.4 GB of weights; up to 2 GB can be exported") as caught:
        run(path)
    only_error(caught, tmp_path)


@pytest.mark.parametrize("opset", [6, 99])
def test_an_opset_that_is_too_old_or_too_new_is_refused_with_what_to_do(
    opset: int, run: Export, write_classifier: Write, tmp_path: Path
) -> None:
    path = write_classifier(tmp_path / "net.onnx")
    model = onnx.load(path)
    model.opset_import[0].version = opset
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=rf"net\.onnx is written for opset {opset}") as caught:
        run(path)
    assert "opset 20" in caught.value.hint
    only_error(caught, tmp_path)


def test_black_double_and_few_pictures_are_warned_of_on_the_first_screen(
    run: Export, write_classifier: Write, pictures: Path, tmp_path: Path
) -> None:
    files = sorted(pictures.iterdir())
    cv2.imwrite(str(files[0]), np.zeros((40, 60, 3), np.uint8))
    files[1].write_bytes(files[2].read_bytes())
    files[3].write_bytes(b"bad")
    report = run(write_classifier(tmp_path / "net.onnx"))
    page = (tmp_path / "out.report" / "report.html").read_text()
    for told in (
        "1 calibration picture is of one colour only, the first 000.png",
        "1 calibration picture is the same as another one, the first 002.png",
        "19 calibration pictures are few",
        "1 calibration picture could not be read and was left out",
    ):
        assert sum(line.startswith(told) for line in report.warnings) == 1
        assert page.index(told) < page.index('<div class="grid">')
    assert not any("calibration" in note for note in report.notes)


def test_ranges_that_still_moved_at_the_end_are_warned_of(
    run: Export, write_classifier: Write, pictures: Path, tmp_path: Path
) -> None:
    for path in sorted(pictures.iterdir())[:10]:
        cv2.imwrite(str(path), cv2.imread(str(path)) // 8 + 110)
    warnings = run(write_classifier(tmp_path / "net.onnx")).warnings
    assert any(line.startswith("More calibration pictures would help: over the last ") for line in warnings)


@pytest.mark.parametrize("kind", ["black", "the same"])
def test_pictures_that_are_all_alike_make_no_int8_that_is_called_safe(
    kind: str, run: Export, write_classifier: Write, pictures: Path, tmp_path: Path
) -> None:
    files = sorted(pictures.iterdir())
    for path in files:
        if kind == "black":
            cv2.imwrite(str(path), np.zeros((40, 60, 3), np.uint8))
        else:
            path.write_bytes(files[0].read_bytes())
    report = run(write_classifier(tmp_path / "net.onnx"))
    expected = (
        "20 calibration pictures are of one colour" if kind == "black" else "19 calibration pictures are the same"
    )
    assert any(line.startswith(expected) for line in report.warnings)
    assert report.verdict.level.value != "safe"


def test_the_manifest_says_in_what_the_float_parts_are(run: Export, write_classifier: Write, tmp_path: Path) -> None:
    run(write_classifier(tmp_path / "net.onnx"))
    graphs = Bundle.open(tmp_path / "out.edgekit").manifest.graphs
    assert graphs[Encoding.INT8_TENSORRT].quantization["float_parts"] == "fp16"
    assert graphs[Encoding.INT8_CPU].quantization["float_parts"] == "fp32"


def test_a_backend_that_parts_from_the_golden_outputs_is_not_timed(run: Export, edited: Callable[..., Path]) -> None:
    # ONNX Runtime lets 3 * 100 wrap around to 44, OpenVINO makes 127 of it, whatever the picture.
    pytest.importorskip("openvino", reason="openvino is not installed")
    three = [node("Mul", "f zero", "nothing"), node("ReduceMean", "nothing", "level", keepdims=0)]
    more = [node("Add", "level three", "some"), node("Cast", "some", "int8", to=TensorProto.INT8)]
    wraps = [node("Mul", "int8 hundred", "product"), node("Cast", "product", "back", to=TensorProto.FLOAT)]
    weights = {"zero": np.zeros(1, np.float32), "three": np.full(1, 3, np.float32), "hundred": np.full(1, 100, np.int8)}
    report = run(edited([*three, *more, *wraps, node("Add", "head back", "logits")], **weights))
    timed = {one.encoding: one.latency.backend for one in report.encodings if one.latency is not None}
    assert timed == {"float": "onnxruntime", "int8-cpu": "onnxruntime"}
