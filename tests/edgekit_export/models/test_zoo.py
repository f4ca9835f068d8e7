import pytest
from edgekit_export.models.zoo import ZOO, architecture, architecture_preprocessing

from edgekit.bundle.manifest import Task
from edgekit.errors import ModelError


def test_the_zoo_holds_the_documented_architectures():
    assert set(ZOO) == {
        "mobilenet_v2",
        "mobilenet_v3_small",
        "mobilenet_v3_large",
        "efficientnet_b0",
        "efficientnet_b1",
        "efficientnet_b2",
        "efficientnet_b3",
        "efficientnet_b4",
        "efficientnet_v2_s",
        "resnet18",
        "resnet50",
        "efficientnet_lite0",
        "ssdlite320_mobilenet_v3_large",
    }


def test_an_unknown_architecture_gets_the_nearest_names():
    with pytest.raises(ModelError, match=r"Nearest: mobilenet_v2"):
        architecture("mobilnet_v2")


def test_faster_rcnn_is_refused_with_the_reason_and_what_works():
    with pytest.raises(ModelError, match=r"RoiAlign.*Use ssdlite320_mobilenet_v3_large"):
        architecture("fasterrcnn_mobilenet_v3_large_320_fpn")


@pytest.mark.parametrize("name", ZOO)
def test_the_contract_has_the_architectures_size(name):
    known = ZOO[name]
    geometry = architecture_preprocessing(known, None).geometry
    assert geometry.size_hw == (known.size_px, known.size_px)
    assert geometry.resize_shorter_px == known.resize_shorter_px
    assert (known.resize_shorter_px is None) == (known.task is Task.DETECT)


def test_another_input_size_keeps_the_proportion_of_resize_and_crop():
    geometry = architecture_preprocessing(ZOO["resnet18"], 112).geometry
    assert (geometry.size_hw, geometry.resize_shorter_px) == ((112, 112), 128)
