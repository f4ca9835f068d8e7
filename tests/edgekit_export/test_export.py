import json
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from edgekit_export.export import ExportRequest, export
from edgekit_export.graph.head import float_preprocessing
from edgekit_export.models import ModelOptions
from edgekit_export.pictures import read_picture

from edgekit.backends.openvino import OpenVinoBackend
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.golden import check_prepare
from edgekit.bundle.manifest import Encoding, Task
from edgekit.errors import CalibrationError, DataError, ModelError, OutputError, UsageError
from edgekit.vision.geometry import prepare

CLASSIFY = ModelOptions(task=Task.CLASSIFY)
YOLOX = ModelOptions(task=Task.DETECT, decoder="yolox")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, write_pictures):
    folder = tmp_path_factory.mktemp("pictures")
    write_pictures(folder, 72)
    return folder


@pytest.fixture(scope="module")
def net(tmp_path_factory, write_classifier):
    return write_classifier(tmp_path_factory.mktemp("model") / "net.onnx")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory, net, write_pictures):
    """Pictures labelled with what the float model itself says, so that float is right on all of them."""
    folder = tmp_path_factory.mktemp("labelled")
    paths = write_pictures(folder, 30, first=500)
    out = folder / "x.edgekit"
    manifest = Bundle.open(export(ExportRequest(str(net), out, CLASSIFY)).bundle).manifest
    session = ort.InferenceSession(str(net), providers=["CPUExecutionProvider"])
    geometry, arithmetic = manifest.preprocessing.geometry.to_geometry(), manifest.preprocessing.arithmetic
    lines = []
    for path in paths:
        values = float_preprocessing(prepare(read_picture(path), geometry)[None], arithmetic)
        lines.append(f"{path.name},{int(session.run(None, {'x': values})[0].argmax())}")
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder / "labels.csv"


@pytest.fixture(scope="module")
def classified(tmp_path_factory, net, pictures, labelled):
    out = tmp_path_factory.mktemp("out") / "shop.edgekit"
    request = ExportRequest(str(net), out, CLASSIFY, int8=True, calibration=(pictures,), data=labelled, licence="MIT")
    return export(request)


def test_the_bundle_opens_and_holds_every_encoding(classified):
    bundle = Bundle.open(classified.bundle)
    assert bundle.sha256 == classified.sha256
    assert set(bundle.encodings) == set(Encoding)
    assert bundle.manifest.licence == "MIT"
    assert bundle.manifest.provenance.calibration.startswith("54 pictures of pictures")


def test_the_float_graph_on_pixels_equals_the_model_file_on_float_preprocessing(classified, net, pictures):
    bundle = Bundle.open(classified.bundle)
    preprocessing = bundle.manifest.preprocessing
    pixels = prepare(read_picture(pictures / "005.png"), preprocessing.geometry.to_geometry())[None]
    options = {"providers": ["CPUExecutionProvider"]}
    (inside,) = ort.InferenceSession(bundle.graph("float").onnx, **options).run(None, {"images": pixels})
    values = float_preprocessing(pixels, preprocessing.arithmetic)
    (outside,) = ort.InferenceSession(str(net), **options).run(None, {"x": values})
    assert np.allclose(inside, outside, atol=1e-5)


def test_graphs_are_written_for_old_runtimes(classified):
    bundle = Bundle.open(classified.bundle)
    for encoding, spec in bundle.manifest.graphs.items():
        model = onnx.load_from_string(bundle.graph(encoding).onnx)
        assert (spec.opset, spec.ir_version) == (20, 10)
        assert [entry.version for entry in model.opset_import if entry.domain == ""] == [20]


def test_the_graphs_for_tensorrt_compute_in_fp16_and_nothing_else_of_them_differs(classified):
    bundle = Bundle.open(classified.bundle)
    halves = {}
    for encoding, spec in bundle.manifest.graphs.items():
        graph = onnx.shape_inference.infer_shapes(onnx.load_from_string(bundle.graph(encoding).onnx)).graph
        kinds = {value.name: value.type.tensor_type.elem_type for value in graph.value_info}
        products = [node.output[0] for node in graph.node if node.op_type in ("Conv", "Gemm")]
        halves[encoding] = [kinds.get(name) == onnx.TensorProto.FLOAT16 for name in products]
        ends = [value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)]
        assert ends == [onnx.TensorProto.UINT8, onnx.TensorProto.FLOAT]
        assert spec.macs.total == bundle.manifest.graphs[Encoding.FLOAT].macs.total
    assert halves[Encoding.FP16] == halves[Encoding.INT8_TENSORRT] == [True, True, True]
    assert not any(halves[Encoding.FLOAT] + halves[Encoding.INT8_CPU])
    assert bundle.manifest.graphs[Encoding.FP16].macs.planned_int8 == 0
    assert bundle.manifest.files["graphs/fp16.onnx"].bytes < bundle.manifest.files["graphs/float.onnx"].bytes


def test_fp16_agrees_with_float_and_is_in_the_report(classified):
    by_name = {encoding.encoding: encoding for encoding in classified.report.encodings}
    assert list(by_name) == ["float", "fp16", "int8-tensorrt", "int8-cpu"]
    assert by_name["fp16"].agreement.sqnr_db > 45
    assert by_name["fp16"].agreement.top1 == 1.0
    assert by_name["fp16"].scores.metrics["top1"] == 1.0


def test_golden_outputs_are_each_encodings_own_and_check_prepare_too(classified):
    bundle = Bundle.open(classified.bundle)
    golden = bundle.golden()
    for encoding in bundle.encodings:
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = ort.InferenceSession(bundle.graph(encoding).onnx, options, providers=["CPUExecutionProvider"])
        rows = [session.run(None, {"images": row[None]})[0] for row in golden.inputs]
        assert np.array_equal(np.concatenate(rows), golden.outputs(encoding)[0])
    assert not np.array_equal(golden.outputs(Encoding.FLOAT)[0], golden.outputs(Encoding.INT8_TENSORRT)[0])
    assert check_prepare(golden, bundle.manifest.preprocessing.geometry.to_geometry()).max_difference == 0


def test_the_report_measures_every_encoding_on_other_pictures(classified):
    report = classified.report
    assert (report.calibrating, report.compared, report.held_out) == (54, 18, True)
    by_name = {encoding.encoding: encoding for encoding in report.encodings}
    assert by_name["float"].scores.metrics["top1"] == 1.0
    assert by_name["float"].agreement is None
    for name in ("int8-tensorrt", "int8-cpu"):
        assert by_name[name].scores.metrics["top1"] >= 0.8
        assert by_name[name].agreement.top1 >= 0.8
        assert by_name[name].agreement.sqnr_db > 15
    assert by_name["int8-tensorrt"].planned_int8_macs > 0.5 * by_name["int8-tensorrt"].macs
    assert by_name["int8-tensorrt"].executed_int8_macs is None
    assert by_name["int8-cpu"].executed_int8_macs == by_name["int8-cpu"].planned_int8_macs


def test_the_report_lies_in_the_bundle_and_beside_it(classified):
    bundle = Bundle.open(classified.bundle)
    beside = classified.bundle.with_suffix(".report")
    passed_on, here = bundle.report(), json.loads((beside / "report.json").read_text())
    timed = {one["encoding"]: one.pop("latency") for one in here["encodings"]}
    by_openvino_too = {"int8-tensorrt"} if OpenVinoBackend().availability().usable else set()
    assert {name for name, latency in timed.items() if latency} == {"float", "int8-cpu"} | by_openvino_too
    assert [one.pop("latency") for one in passed_on["encodings"]] == [None] * 4, "times are this machine's"
    del passed_on["disagreements"], here["disagreements"]
    assert passed_on == here
    assert bundle.report()["verdict"]["headline"] in (beside / "report.html").read_text()
    assert bundle.calibration()["key"]["images"] > 0


def test_nothing_of_this_machine_is_in_the_bundle(classified, pictures, net):
    content = classified.bundle.read_bytes()
    assert str(pictures.parent).encode() not in content
    assert str(net.parent).encode() not in content


def test_the_same_request_gives_the_same_bytes(classified, tmp_path, net, pictures, labelled):
    again = tmp_path / "shop.edgekit"
    request = ExportRequest(str(net), again, CLASSIFY, int8=True, calibration=(pictures,), data=labelled, licence="MIT")
    export(request)
    assert again.read_bytes() == classified.bundle.read_bytes()


def test_a_detector_is_compared_by_its_boxes(tmp_path, write_yolox, pictures):
    path = write_yolox(tmp_path / "det.onnx", metadata={"names": "['a', 'b', 'c']"})
    result = export(ExportRequest(str(path), tmp_path / "det.edgekit", YOLOX, int8=True, calibration=(pictures,)))
    manifest = Bundle.open(result.bundle).manifest
    assert (manifest.decoder.name, manifest.class_names) == ("yolox", ("a", "b", "c"))
    assert manifest.batch.max > 1
    int8 = result.report.encodings[-1].agreement
    assert int8.float_boxes > 0
    assert int8.ap50 > 0.5


def test_without_int8_only_float_is_written_and_no_picture_is_needed(tmp_path, net):
    result = export(ExportRequest(str(net), tmp_path / "a" / "b.edgekit", CLASSIFY))
    bundle = Bundle.open(result.bundle)
    assert bundle.encodings[0] is Encoding.FLOAT
    assert not any("int8" in encoding.value for encoding in bundle.encodings)
    assert bundle.calibration() is None


def test_skipped_pictures_are_in_the_report_without_their_folders(tmp_path, net, write_pictures):
    write_pictures(tmp_path / "p", 20)[4].write_bytes(b"bad")
    request = ExportRequest(str(net), tmp_path / "x.edgekit", CLASSIFY, int8=True, calibration=(tmp_path / "p",))
    assert export(request).report.skipped == ("004.png: not a picture that OpenCV can decode",)


def test_stages_are_told_in_order_and_each_is_finished(tmp_path, net, write_pictures):
    write_pictures(tmp_path / "p", 16)
    told = []
    export(
        ExportRequest(str(net), tmp_path / "x.edgekit", CLASSIFY, int8=True, calibration=(tmp_path / "p",)),
        progress=lambda *step: told.append(step),
    )
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages[0] == "Reading the model"
    assert stages[-1] == "Writing the bundle"
    last = {stage: (done, total) for stage, done, total in told}
    assert all(done == total for done, total in last.values())


def _request(net, tmp_path, **changes):
    options = {"model": str(net), "output": tmp_path / "x.edgekit", "options": CLASSIFY, **changes}
    return ExportRequest(**options)


@pytest.mark.parametrize(
    ("changes", "error", "what"),
    [
        ({"int8": True}, UsageError, "--calibration is missing"),
        ({"output": "x.onnx"}, UsageError, "ends in .edgekit"),
        ({"model": "mobilenet_v9"}, ModelError, "Nearest: mobilenet_v"),
        ({"model": "none.onnx"}, ModelError, "no such model file"),
        ({"model": "resnet18"}, UsageError, "--checkpoint is missing"),
        ({"int8": True, "calibration": "empty"}, CalibrationError, "holds no picture"),
        ({"int8": True, "calibration": "corrupt", "max_images": 5}, UsageError, "images 5 is too few: at least 16"),
        ({"int8": True, "calibration": "corrupt"}, CalibrationError, "Only 0 usable"),
        ({"data": "none"}, DataError, "no such folder or list"),
        ({"options": "three names"}, ModelError, "names 3 classes; the model has 4"),
    ],
)
def test_bad_input_is_one_clear_error_and_writes_nothing(tmp_path, net, changes, error, what):
    (tmp_path / "empty").mkdir()
    (tmp_path / "corrupt").mkdir()
    for index in range(20):
        (tmp_path / "corrupt" / f"{index}.jpg").write_bytes(b"bad")
    (tmp_path / "names.txt").write_text("a\nb\nc\n")
    made = dict(changes)
    for key in ("output", "data"):
        if key in made:
            made[key] = tmp_path / made[key]
    if "calibration" in made:
        made["calibration"] = (tmp_path / made["calibration"],)
    if "options" in made:
        made["options"] = ModelOptions(task=Task.CLASSIFY, classes=tmp_path / "names.txt")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(error, match=what) as caught:
        export(_request(net, tmp_path, **made))
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("stage", ["Building the float graph", "Choosing golden pictures", "Writing the bundle"])
def test_an_interruption_leaves_nothing_half_written_and_the_old_bundle(tmp_path, net, stage):
    target = tmp_path / "x.edgekit"
    target.write_bytes(b"the old one")

    def interrupted(now, done, total):
        if now == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(_request(net, tmp_path), progress=interrupted)
    assert [path.name for path in tmp_path.iterdir()] == ["x.edgekit"]
    assert target.read_bytes() == b"the old one"


def test_a_folder_that_cannot_be_written_is_said_before_any_work(tmp_path, net):
    (tmp_path / "file").write_text("x")
    told = []
    with pytest.raises(OutputError, match="is not a folder that can be written to"):
        export(_request(net, tmp_path, output=tmp_path / "file" / "x.edgekit"), progress=lambda *s: told.append(s))
    (tmp_path / "y.edgekit").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        export(_request(net, tmp_path, output=tmp_path / "y.edgekit"))
    assert told == []


_FULL = """
import resource, sys
from pathlib import Path
from edgekit.bundle.manifest import Task
from edgekit.errors import OutputError
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions
model, out = sys.argv[1:]
def full(stage, done, total):
    if stage == "Writing the bundle":
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    export(ExportRequest(model, Path(out), ModelOptions(task=Task.CLASSIFY)), progress=full)
except OutputError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, net):
    out = tmp_path / "out" / "x.edgekit"
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(net), str(out)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith(f"Cannot write {out}: ")
    assert done.stdout.count("\n") == 1
    assert list(out.parent.iterdir()) == []


def test_with_max_drop_no_encoding_loses_more_than_allowed_and_the_report_says_what_that_means(
    net, pictures, labelled, tmp_path
):
    request = ExportRequest(
        str(net), tmp_path / "a.edgekit", CLASSIFY, int8=True, calibration=(pictures,), data=labelled, max_drop=0.0
    )
    report = export(request).report
    by_name = {encoding.encoding: encoding for encoding in report.encodings}
    for name in ("int8-tensorrt", "int8-cpu"):
        assert by_name[name].scores.metrics["top1"] >= by_name["float"].scores.metrics["top1"]
    assert any("--max-drop" in note for note in report.notes)


@pytest.mark.parametrize("options", [{"max_drop": 0.5}, {"max_drop": -1.0, "int8": True}], ids=["no int8", "below 0"])
def test_max_drop_without_int8_or_below_zero_is_refused(net, pictures, tmp_path, options):
    request = ExportRequest(str(net), tmp_path / "a.edgekit", CLASSIFY, calibration=(pictures,), **options)
    with pytest.raises(UsageError, match="--max-drop"):
        export(request)


def test_ranges_come_from_an_earlier_exports_table_where_nothing_changed(net, pictures, classified, tmp_path):
    again = ExportRequest(
        str(net), tmp_path / "a.edgekit", CLASSIFY, int8=True, calibration=(pictures,), table=classified.bundle
    )
    first, second = Bundle.open(classified.bundle), Bundle.open(export(again).bundle)
    for encoding in first.encodings:
        assert first.graph(encoding).onnx == second.graph(encoding).onnx


def test_a_table_of_other_pictures_is_refused_with_what_changed(net, classified, write_pictures, tmp_path):
    write_pictures(tmp_path / "others", 72, first=900)
    request = ExportRequest(
        str(net),
        tmp_path / "a.edgekit",
        CLASSIFY,
        int8=True,
        calibration=(tmp_path / "others",),
        table=classified.bundle,
    )
    with pytest.raises(CalibrationError, match="images"):
        export(request)
    assert not (tmp_path / "a.edgekit").exists()
