import sys

import numpy as np
import pytest
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions, resolve_model

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding, Task
from edgekit.errors import ModelError, UsageError

pytestmark = pytest.mark.torch

_CODE = """
import torch
from torch import nn

from edgekit.bundle.manifest import ArithmeticSpec, DecoderSpec, GeometrySpec, Preprocessing, Task
from edgekit_export.models import UserModel


def net(classes=3):
    return nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes))


def bare():
    return net()


def whole():
    contract = Preprocessing(
        geometry=GeometrySpec(mode="stretch", size_hw=(32, 48)), arithmetic=ArithmeticSpec(order="bgr", scale=0.5)
    )
    return UserModel(net(), (32, 48), Task.CLASSIFY, preprocessing=contract, class_names=("a", "b", "c"))


class Boxes(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 7, 8, 8)

    def forward(self, x):
        rows = self.conv(x).flatten(2).transpose(1, 2)
        return rows[..., :4], rows[..., 4:].sigmoid()


def boxes():
    return UserModel(
        Boxes(), (32, 32), Task.DETECT, outputs=("boxes", "scores"),
        decoder=DecoderSpec(name="boxes_scores", parameters={"box_format": "cxcywh", "normalised": True}),
    )


def two_names():
    return UserModel(net(), (32, 32), Task.CLASSIFY, class_names=("a", "b"))


def breaks():
    raise ValueError("no weights here")


def uncalled():
    return Boxes


def leaves():
    raise SystemExit(2)


def text():
    return "a model"


class Bad(nn.Module):
    def forward(self, x):
        raise RuntimeError("shapes do not fit")


def bad():
    return Bad()


number = 3
"""


@pytest.fixture(autouse=True)
def package(tmp_path, monkeypatch):
    (tmp_path / "shopnets.py").write_text(_CODE)
    monkeypatch.chdir(tmp_path)
    path = list(sys.path)
    yield
    sys.path[:] = path
    sys.modules.pop("shopnets", None)


def test_a_user_model_brings_what_it_knows():
    model = resolve_model("shopnets:whole", ModelOptions())
    assert (model.name, model.task, model.class_names) == ("whole", Task.CLASSIFY, ("a", "b", "c"))
    assert model.preprocessing.geometry.size_hw == (32, 48)
    assert (model.preprocessing_from, model.classes_from) == ("factory", "factory shopnets:whole")


def test_a_bare_module_needs_task_and_size_and_says_so():
    with pytest.raises(UsageError, match="--task is missing"):
        resolve_model("shopnets:bare", ModelOptions())
    with pytest.raises(UsageError, match="--input-size is missing"):
        resolve_model("shopnets:bare", ModelOptions(task=Task.CLASSIFY))
    with pytest.raises(UsageError, match="--decoder is missing"):
        resolve_model("shopnets:bare", ModelOptions(task=Task.DETECT, input_size=32))
    model = resolve_model("shopnets:bare", ModelOptions(task=Task.CLASSIFY, input_size=32))
    assert model.class_names == ("class_0", "class_1", "class_2")


def test_a_detectors_decoder_keeps_its_parameters():
    model = resolve_model("shopnets:boxes", ModelOptions())
    parameters = model.decoder.parameters
    assert (parameters["box_format"], parameters["normalised"]) == ("cxcywh", True)
    assert (parameters["boxes"], parameters["scores"]) == ("boxes", "scores")
    assert len(model.class_names) == 3


def test_a_checkpoint_is_put_into_the_users_module(tmp_path):
    import torch
    from edgekit_export.graph.running import run

    picture = np.ones((1, 3, 32, 48), np.float32)
    resolve_model("shopnets:whole", ModelOptions())
    made = sys.modules["shopnets"].net().state_dict()
    torch.save({key: torch.zeros_like(value) for key, value in made.items()}, tmp_path / "w.pt")
    model = resolve_model("shopnets:whole", ModelOptions(checkpoint=tmp_path / "w.pt"))
    assert not run(model.onnx, {"images": picture})[0].any()
    assert model.source == "w.pt"
    torch.save({"x": torch.zeros(1)}, tmp_path / "w.pt")
    with pytest.raises(ModelError, match="does not fit shopnets:whole"):
        resolve_model("shopnets:whole", ModelOptions(checkpoint=tmp_path / "w.pt"))


@pytest.mark.parametrize(
    ("named", "what"),
    [
        ("nowhere:net", "nowhere cannot be imported: ModuleNotFoundError"),
        ("shopnets:nothing", "has no function 'nothing'"),
        ("shopnets:number", "has no function 'number'"),
        ("shopnets:breaks", "failed: ValueError: no weights here"),
        ("shopnets:leaves", "failed: SystemExit: 2"),
        ("shopnets:text", "returned a str"),
        ("shopnets:uncalled", "returned the class Boxes; a torch.nn.Module"),
        ("shopnets:two_names", "names 2 classes; its module gives 3"),
    ],
)
def test_a_factory_that_cannot_be_used_says_why(named, what):
    with pytest.raises(ModelError, match=what):
        resolve_model(named, ModelOptions())


def test_a_module_that_cannot_be_traced_says_why():
    with pytest.raises(ModelError, match=r"cannot be exported to ONNX with a 32x32 picture: shapes do not fit"):
        resolve_model("shopnets:bad", ModelOptions(task=Task.CLASSIFY, input_size=32))


def test_the_whole_way_to_int8(tmp_path, pictures):
    request = ExportRequest("shopnets:whole", tmp_path / "x.edgekit", int8=True, calibration=(pictures,))
    bundle = Bundle.open(export(request).bundle)
    assert {Encoding.INT8_TENSORRT, Encoding.INT8_CPU} <= set(bundle.encodings)
    assert bundle.manifest.class_names == ("a", "b", "c")


def test_the_example_is_exported_from_the_repository(tmp_path, repository, monkeypatch, pictures):
    monkeypatch.chdir(repository)
    named = "examples.own_model:shelf_classifier"
    try:
        result = export(ExportRequest(named, tmp_path / "own.edgekit", int8=True, calibration=(pictures,)))
    finally:
        for name in ("examples.own_model", "examples"):
            sys.modules.pop(name, None)
    manifest = Bundle.open(result.bundle).manifest
    assert manifest.class_names == ("cola", "water", "juice", "empty")
    assert manifest.preprocessing.geometry.resize_shorter_px == 73
