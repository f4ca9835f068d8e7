"""A torchvision classifier with a checkpoint and a class list becomes an INT8 bundle."""

import pytest
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions
from edgekit_export.models.torch_zoo import build_module
from edgekit_export.models.zoo import ZOO

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding

pytestmark = pytest.mark.torch


@pytest.mark.slow
def test_a_checkpoint_becomes_an_int8_bundle(tmp_path, pictures):
    import torch

    name = "mobilenet_v3_small"
    torch.save(build_module(ZOO[name], 3, 96).state_dict(), tmp_path / "w.pt")
    (tmp_path / "classes.txt").write_text("cola\nwater\njuice\n")
    options = ModelOptions(checkpoint=tmp_path / "w.pt", classes=tmp_path / "classes.txt", input_size=96)
    result = export(ExportRequest(name, tmp_path / "x.edgekit", options, int8=True, calibration=(pictures,)))
    bundle = Bundle.open(result.bundle)
    assert {Encoding.FLOAT, Encoding.INT8_TENSORRT, Encoding.INT8_CPU} <= set(bundle.encodings)
    assert bundle.manifest.class_names == ("cola", "water", "juice")
    assert bundle.manifest.provenance.architecture == name
    int8 = bundle.manifest.graphs[Encoding.INT8_TENSORRT].macs
    assert int8.planned_int8 >= 0.9 * int8.total
