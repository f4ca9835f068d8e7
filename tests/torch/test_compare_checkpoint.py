"""A checkpoint that torch runs, against the ONNX files that exporters made of it."""

import warnings

import cv2
import numpy as np
import onnx
import pytest
from edgekit_export.compare import WalkOptions, compare, open_sides
from edgekit_export.models import ModelOptions
from edgekit_export.models.torch_zoo import build_module
from edgekit_export.models.zoo import ZOO
from edgekit_export.picture_stream import open_pictures

from edgekit.errors import ModelError

pytestmark = pytest.mark.torch

NAME, SIDE = "mobilenet_v3_small", 96


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """w.pt, net.onnx as torch's exporter writes it, wrong.onnx with one layer's bias lost, and two pictures."""
    import torch

    torch.manual_seed(0)
    where = tmp_path_factory.mktemp("checkpoint")
    module = build_module(ZOO[NAME], 5, SIDE)
    torch.save(module.state_dict(), where / "w.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own deprecation
        picture = torch.zeros(1, 3, SIDE, SIDE)
        torch.onnx.export(module, (picture,), str(where / "net.onnx"), dynamo=False, opset_version=13)
    model = onnx.load(where / "net.onnx")
    wrong = [node for node in model.graph.node if node.op_type == "Conv" and len(node.input) > 2][20]
    for tensor in model.graph.initializer:
        if tensor.name == wrong.input[1]:
            tensor.CopyFrom(onnx.numpy_helper.from_array(-onnx.numpy_helper.to_array(tensor), tensor.name))
    onnx.save(model, where / "wrong.onnx")
    (where / "wrong.txt").write_text(wrong.name)
    (where / "p").mkdir()
    rng = np.random.default_rng(0)
    for index in range(2):
        cv2.imwrite(str(where / "p" / f"{index}.png"), rng.integers(0, 256, (120, 160, 3), np.uint8))
    return where


def run(folder, name, **layers):
    options = ModelOptions(checkpoint=folder / "w.pt", input_size=SIDE)
    a, b = open_sides(NAME, str(folder / name), options, ModelOptions())
    return compare(a, b, open_pictures([folder / "p"]), **layers)


def test_an_export_that_changed_nothing_differs_by_rounding_only(folder):
    found = run(folder, "net.onnx")
    assert found.worst_db > 90
    assert "run by torch" in found.a.what
    assert found.decisions.share == 1.0


def test_an_export_that_broke_one_layer_is_found_out(folder):
    found = run(folder, "wrong.onnx", layers=WalkOptions())
    assert found.worst_db < 60
    assert found.walk.worst[0].layer == (folder / "wrong.txt").read_text()
    assert any("traces" in note for note in found.notes)


def test_a_checkpoint_is_the_first_or_the_second(folder):
    options = ModelOptions(checkpoint=folder / "w.pt", input_size=SIDE)
    a, b = open_sides(str(folder / "net.onnx"), NAME, ModelOptions(), options)
    assert compare(a, b, open_pictures([folder / "p"])).worst_db > 90


@pytest.mark.slow
def test_a_detectors_raw_heads_are_compared(tmp_path, folder):
    import torch

    name = "ssdlite320_mobilenet_v3_large"
    torch.save(build_module(ZOO[name], 4, 320).state_dict(), tmp_path / "d.pt")
    options = ModelOptions(checkpoint=tmp_path / "d.pt")
    a, b = open_sides(name, name, options, options)
    found = compare(a, b, open_pictures([folder / "p"]))
    assert {output.name for output in found.outputs} == {"logits", "offsets"}
    assert found.worst_db > 100


def test_a_wrong_checkpoint_is_told_before_anything_runs(tmp_path, folder):
    (tmp_path / "w.pt").write_bytes(b"no checkpoint")
    options = ModelOptions(checkpoint=tmp_path / "w.pt", input_size=SIDE)
    with pytest.raises(ModelError, match=r"w\.pt"):
        open_sides(NAME, str(folder / "net.onnx"), options, ModelOptions())
