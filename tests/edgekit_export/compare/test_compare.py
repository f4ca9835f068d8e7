"""Any two models on the same pictures: bundles, ONNX files, their options and what does not go together."""

import json
import math
from dataclasses import replace

import cv2
import numpy as np
import onnx
import pytest
from edgekit_export.compare import PreparedPictures, WalkOptions, compare, open_sides
from edgekit_export.models import ModelOptions
from edgekit_export.picture_stream import open_pictures

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Task
from edgekit.errors import BundleError, DataError, ModelError, UsageError


def run(shop, a, b, options=None, *, data="p", layers=None):
    given = options or ModelOptions()
    one, two = open_sides(*(name if name.endswith(":f") else str(shop / name) for name in (a, b)), given, given)
    return compare(one, two, open_pictures([shop / data]), layers=layers)


def test_a_model_file_is_compared_with_its_bundle_by_the_bundles_preprocessing(shop):
    found = run(shop, "net.onnx", "shop.edgekit")
    assert found.worst_db > 90
    assert found.a.preprocessing == found.b.preprocessing
    assert (found.decisions.pictures, found.decisions.same, found.decisions.share) == (16, 16, 1.0)
    assert found.notes == ()


def test_int8_parts_from_float_in_layers_that_can_be_named(shop):
    found = run(shop, "shop.edgekit", "shop.edgekit:int8-tensorrt", layers=WalkOptions(max_pictures=3))
    assert 10 < found.worst_db < 60
    assert found.walk.pictures == 3
    assert "Conv" in {layer.op_type for layer in found.walk.worst}
    assert all(layer.output_sqnr_db is not None for layer in found.walk.worst)


def test_a_side_without_reading_is_read_as_the_other(shop):
    found = run(shop, "shop.edgekit:int8-tensorrt", "net.onnx")
    assert found.decisions is not None


def test_two_model_files_need_a_preprocessing_from_the_user(shop):
    with pytest.raises(UsageError, match=r"Neither .* says how pictures are prepared"):
        run(shop, "net.onnx", "net.onnx")
    assert run(shop, "net.onnx", "net.onnx", ModelOptions(preprocess="unit")).worst_db == math.inf
    assert run(shop, "net.onnx", "net.onnx", ModelOptions(task=Task.CLASSIFY)).decisions.share == 1.0


def test_another_preprocessing_is_part_of_the_difference_and_said(shop):
    found = run(shop, "shop.edgekit", "net.onnx", ModelOptions(preprocess="yolox"))
    assert found.worst_db < 30
    assert "They prepare pictures differently; that is part of the difference." in found.notes


def test_without_task_or_decoder_only_figures_are_compared(shop):
    found = run(shop, "net.onnx", "net.onnx", ModelOptions(preprocess="unit"))
    assert found.decisions is None
    assert any("How the outputs are read is not known" in note for note in found.notes)


def test_boxes_that_are_lost_and_new_are_counted(tmp_path, write_yolox, write_pictures):
    write_pictures(tmp_path / "p", 3)
    write_yolox(tmp_path / "a.onnx")
    model = onnx.load(tmp_path / "a.onnx")
    for tensor in model.graph.initializer:
        if tensor.name.startswith("b_score"):
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.full(4, -9, np.float32), tensor.name))
        elif tensor.name.startswith("w_score"):
            tensor.CopyFrom(
                onnx.numpy_helper.from_array(np.zeros_like(onnx.numpy_helper.to_array(tensor)), tensor.name)
            )
    onnx.save(model, tmp_path / "blind.onnx")
    options = ModelOptions(decoder="yolox")
    found = run(tmp_path, "a.onnx", "blind.onnx", options).decisions
    assert found.boxes_a > 0
    assert (found.found_again, found.boxes_b, found.new, found.share) == (0, 0, 0, 0.0)
    assert sum(lost for _, lost, _ in found.parted) == found.boxes_a
    same = run(tmp_path, "a.onnx", "a.onnx", options).decisions
    assert (same.found_again, same.new, same.share) == (same.boxes_a, 0, 1.0)
    neither = run(tmp_path, "blind.onnx", "blind.onnx", options).decisions
    assert neither.share is None


def test_outputs_of_other_names_are_paired_in_order(shop, tmp_path):
    model = onnx.load(shop / "net.onnx")
    model.graph.node[-1].output[0] = model.graph.output[0].name = "scores"
    onnx.save(model, tmp_path / "renamed.onnx")
    a, b = open_sides(str(shop / "shop.edgekit"), str(tmp_path / "renamed.onnx"), ModelOptions(), ModelOptions())
    found = compare(a, b, open_pictures([shop / "p"]))
    assert [(output.name, output.name_b) for output in found.outputs] == [("logits", "scores")]
    assert found.worst_db > 90
    assert found.decisions.share == 1.0


def test_boxes_are_read_by_the_names_of_the_side_that_says_how(tmp_path, write_pictures):
    def detector(path, boxes, scores):
        weight = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
        nodes = [
            onnx.helper.make_node("GlobalAveragePool", ["x"], ["p"]),
            onnx.helper.make_node("Flatten", ["p"], ["f"]),
            onnx.helper.make_node("Gemm", ["f", "w"], ["g"], transB=1),
            onnx.helper.make_node("Reshape", ["g", "shape"], ["r"]),
            onnx.helper.make_node("Slice", ["r", "zero", "four", "last"], ["raw"]),
            onnx.helper.make_node("Add", ["raw", "corners"], [boxes]),
            onnx.helper.make_node("Slice", ["r", "four", "six", "last"], ["s"]),
            onnx.helper.make_node("Sigmoid", ["s"], [scores]),
        ]
        constants = {"shape": [1, 1, 6], "zero": [0], "four": [4], "six": [6], "last": [2]}
        tensors = [onnx.numpy_helper.from_array(np.array(value, np.int64), name) for name, value in constants.items()]
        tensors.append(onnx.numpy_helper.from_array(weight, "w"))
        tensors.append(onnx.numpy_helper.from_array(np.array([[[2, 2, 28, 28]]], np.float32), "corners"))
        graph = onnx.helper.make_graph(
            nodes,
            "detector",
            [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 3, 32, 32])],
            [
                onnx.helper.make_tensor_value_info(boxes, onnx.TensorProto.FLOAT, [1, 1, 4]),
                onnx.helper.make_tensor_value_info(scores, onnx.TensorProto.FLOAT, [1, 1, 2]),
            ],
            tensors,
        )
        onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8), path)

    write_pictures(tmp_path / "p", 3)
    detector(tmp_path / "a.onnx", "boxes", "scores")
    detector(tmp_path / "b.onnx", "dets", "probabilities")
    told = ModelOptions(task=Task.DETECT, decoder="boxes_scores:normalised=false", preprocess="unit")
    untold = ModelOptions(preprocess="unit")
    names = str(tmp_path / "a.onnx"), str(tmp_path / "b.onnx")
    for options in ((told, untold), (untold, told)):
        found = compare(*open_sides(*names, *options), open_pictures([tmp_path / "p"]))
        assert found.decisions.boxes_a == found.decisions.found_again == found.decisions.boxes_b > 0


def test_graphs_with_different_outputs_are_refused_by_name_and_shape(shop, tmp_path, write_classifier):
    write_classifier(tmp_path / "ten.onnx", 10)
    a, b = open_sides(str(shop / "shop.edgekit"), str(tmp_path / "ten.onnx"), ModelOptions(), ModelOptions())
    with pytest.raises(ModelError, match=r"gives logits \(1, 4\);.*gives logits \(1, 10\)"):
        compare(a, b, open_pictures([shop / "p"]))


def test_an_output_that_only_one_has_is_named(shop, tmp_path):
    model = onnx.load(shop / "net.onnx")
    model.graph.output.append(onnx.helper.make_tensor_value_info("f", onnx.TensorProto.FLOAT, [1, 16]))
    onnx.save(model, tmp_path / "two.onnx")
    a, b = open_sides(str(tmp_path / "two.onnx"), str(shop / "shop.edgekit"), ModelOptions(), ModelOptions())
    assert f"f is an output of {tmp_path / 'two.onnx'} only." in compare(a, b, open_pictures([shop / "p"])).notes


def test_a_size_that_does_not_fit_is_refused(shop, tmp_path, write_classifier):
    write_classifier(tmp_path / "big.onnx", side=64)
    with pytest.raises(ModelError, match="takes 64x64 pixels; the other side's pictures are prepared as 32x32"):
        open_sides(str(shop / "shop.edgekit"), str(tmp_path / "big.onnx"), ModelOptions(), ModelOptions())


def test_a_size_that_is_left_open_is_the_other_sides(shop, tmp_path, write_classifier):
    write_classifier(tmp_path / "open.onnx", side=None)
    a, b = open_sides(str(shop / "shop.edgekit"), str(tmp_path / "open.onnx"), ModelOptions(), ModelOptions())
    assert compare(a, b, open_pictures([shop / "p"])).worst_db > 90


def test_a_graph_taken_out_of_a_bundle_is_compared_as_it_is(shop, tmp_path):
    (tmp_path / "float.onnx").write_bytes(Bundle.open(shop / "shop.edgekit").graph("float").onnx)
    a, b = open_sides(str(shop / "shop.edgekit"), str(tmp_path / "float.onnx"), ModelOptions(), ModelOptions())
    assert compare(a, b, open_pictures([shop / "p"])).worst_db == math.inf


def test_a_quantized_model_file_is_compared_too(shop, tmp_path):
    (tmp_path / "int8.onnx").write_bytes(Bundle.open(shop / "shop.edgekit").graph("int8-tensorrt").onnx)
    a, b = open_sides(
        str(shop / "shop.edgekit:int8-tensorrt"), str(tmp_path / "int8.onnx"), ModelOptions(), ModelOptions()
    )
    assert compare(a, b, open_pictures([shop / "p"])).worst_db == math.inf


def test_unreadable_pictures_are_left_out_and_named(shop, tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((40, 40, 3), 90, np.uint8))
    (tmp_path / "b.png").write_bytes(b"torn")
    a, b = open_sides(str(shop / "shop.edgekit"), str(shop / "shop.edgekit"), ModelOptions(), ModelOptions())
    found = compare(a, b, open_pictures([tmp_path]), layers=WalkOptions())
    assert found.pictures == found.walk.pictures == 1
    assert found.skipped == (f"{tmp_path / 'b.png'}: not a picture that OpenCV can decode",)
    (tmp_path / "a.png").unlink()
    with pytest.raises(DataError, match="None of the 1 pictures can be read"):
        compare(a, b, open_pictures([tmp_path]))


def test_golden_pictures_are_compared_as_they_were_prepared(shop):
    golden = PreparedPictures("golden", tuple(Bundle.open(shop / "shop.edgekit").golden().inputs))
    a, b = open_sides(str(shop / "shop.edgekit"), str(shop / "net.onnx"), ModelOptions(), ModelOptions())
    assert compare(a, b, golden).pictures == len(golden)
    other = replace(
        b,
        preprocessing=b.preprocessing.model_copy(
            update={"geometry": b.preprocessing.geometry.model_copy(update={"pad_value": 0})}
        ),
    )
    with pytest.raises(UsageError, match="prepared ones will not do"):
        compare(a, other, golden)


def test_the_pictures_that_part_most_come_first(shop):
    found = run(shop, "shop.edgekit", "shop.edgekit:int8-tensorrt")
    figures = [one.sqnr_db for one in found.most_parted]
    assert figures == sorted(figures)
    assert len(figures) == 5


def test_json_holds_no_infinity(shop):
    found = run(shop, "shop.edgekit", "shop.edgekit", layers=WalkOptions(max_pictures=1))
    text = json.dumps(found.to_json(), allow_nan=False)
    read = json.loads(text)
    assert read["worst_sqnr_db"] is None
    assert read["outputs"][0]["sqnr_db"] is None
    assert read["decisions"]["kind"] == "top1"
    assert read["walk"]["layers"][0]["own_sqnr_db"] is None


@pytest.mark.parametrize(
    ("name", "error", "what"),
    [
        ("shop.edgekit:int4", BundleError, "has no graph 'int4'; it has float"),
        ("gone.edgekit", BundleError, "gone.edgekit"),
        ("gone.onnx", ModelError, "gone.onnx: no such model file"),
        ("gone.plan", ModelError, "Cannot read the engine"),
        ("p/000.png.onnx", ModelError, "no such model file"),
    ],
)
def test_what_cannot_be_opened_is_named(shop, name, error, what):
    with pytest.raises(error, match=what):
        open_sides(str(shop / name), str(shop / "net.onnx"), ModelOptions(), ModelOptions())
