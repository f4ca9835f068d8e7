"""Encodings against float: several pictures run at a time, and each is still judged by its own outputs."""

from dataclasses import replace

import cv2
import numpy as np
import onnx
import pytest
from edgekit_export.calibration_images import PreparedPicture
from edgekit_export.evaluate.agreement import Comparison
from edgekit_export.graph import float_graph
from edgekit_export.graph_predictor import GraphPredictor
from edgekit_export.graphs import float_only
from edgekit_export.measuring import agreements_of
from edgekit_export.models import ModelOptions, resolve_model

from edgekit.bundle.manifest import Encoding, Task


@pytest.fixture
def case(tmp_path, write_classifier):
    source = resolve_model(str(write_classifier(tmp_path / "net.onnx")), ModelOptions(task=Task.CLASSIFY))
    floating = float_graph(source.onnx, source.preprocessing.arithmetic).model
    other = onnx.ModelProto()
    other.CopyFrom(floating)
    for tensor in other.graph.initializer:
        if tensor.name == "w2" or list(tensor.dims)[:1] == [4]:
            values = onnx.numpy_helper.to_array(tensor)
            tensor.CopyFrom(onnx.numpy_helper.from_array(values[::-1].copy(), tensor.name))
    # Each of one grey, that its name says.
    greys = (0, 40, 80, 120, 160, 200, 240)
    pictures = [PreparedPicture(f"{grey}.png", np.full((32, 32, 3), grey, np.uint8), (32, 32)) for grey in greys]
    return source, replace(float_only(floating), models={Encoding.FLOAT: floating, Encoding.FP16: other}), pictures


def test_every_picture_is_compared_in_its_turn_by_its_own_outputs(case):
    source, graphs, pictures = case
    told = []
    found = agreements_of(graphs, source, pictures, lambda stage, done, total: told.append((done, total)))
    one_by_one = Comparison(source.task, source.decoder, (32, 32), len(source.class_names))
    predictors = [GraphPredictor(model, source.preprocessing, source.decoder) for model in graphs.models.values()]
    for picture in pictures:
        one_by_one.add([picture.name], *(predictor.run(picture.prepared[None]) for predictor in predictors))
    agreement, expected = found.agreements[Encoding.FP16], one_by_one.result(np.random.default_rng(0))
    assert agreement.sqnr_db == pytest.approx(expected.sqnr_db, abs=1e-3)
    assert replace(agreement, sqnr_db=0.0) == replace(expected, sqnr_db=0.0)
    assert told == [(done, 7) for done in range(1, 8)]
    assert found.disagreements
    for one in found.disagreements:
        shown = cv2.imdecode(np.frombuffer(one.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert shown.mean() == pytest.approx(float(one.picture.removesuffix(".png")), abs=3)


def test_without_pictures_nothing_is_compared(case):
    source, graphs, _ = case
    assert agreements_of(graphs, source, (), lambda stage, done, total: None).agreements == {}
