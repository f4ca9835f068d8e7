"""Every architecture of the zoo is built, takes its checkpoint and has the preprocessing that its makers document."""

import numpy as np
import pytest
from edgekit_export.graph.running import run
from edgekit_export.models import ModelOptions, resolve_model
from edgekit_export.models.torch_zoo import build_module
from edgekit_export.models.zoo import ZOO, architecture_preprocessing

from edgekit.bundle.manifest import Task
from edgekit.errors import ModelError, UsageError

pytestmark = pytest.mark.torch

CLASSIFIERS = [name for name, known in ZOO.items() if known.task is Task.CLASSIFY]
TORCHVISION = [name for name, known in ZOO.items() if known.package == "torchvision" and known.task is Task.CLASSIFY]


def _save(tmp_path, name, classes, *, prefix="", wrap=None):
    import torch

    known = ZOO[name]
    module = build_module(known, classes + known.class_offset, known.size_px)
    weights = {prefix + key: value for key, value in module.state_dict().items()}
    path = tmp_path / f"{name}.pt"
    torch.save({wrap: weights} if wrap else weights, path)
    return module, path


def _classes(tmp_path, count):
    path = tmp_path / "classes.txt"
    path.write_text("\n".join(f"product {index}" for index in range(count)))
    return path


@pytest.mark.parametrize("name", TORCHVISION)
def test_the_table_is_torchvisions_own_of_the_default_weights(name):
    from torchvision.models import get_model_weights

    documented = get_model_weights(name).DEFAULT.transforms()
    contract = architecture_preprocessing(ZOO[name], None)
    assert contract.geometry.size_hw == (documented.crop_size[0],) * 2
    assert contract.geometry.resize_shorter_px == documented.resize_size[0]
    assert contract.arithmetic.mean == tuple(documented.mean)
    assert contract.arithmetic.std == tuple(documented.std)
    assert contract.arithmetic.order == "rgb"
    assert contract.arithmetic.scale == pytest.approx(1 / 255)


def test_the_detectors_contract_is_torchvisions_own():
    module = build_module(ZOO["ssdlite320_mobilenet_v3_large"], 4, 320)
    contract = architecture_preprocessing(ZOO["ssdlite320_mobilenet_v3_large"], None)
    assert contract.arithmetic.mean == tuple(module.transform.image_mean)
    assert contract.arithmetic.std == tuple(module.transform.image_std)
    assert tuple(module.transform.fixed_size) == contract.geometry.size_hw


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_takes_its_checkpoint_and_gives_what_torch_gives(tmp_path, name):
    import torch

    module, path = _save(tmp_path, name, 3)
    # A small picture keeps the larger architectures quick; the weights do not depend on it.
    options = ModelOptions(checkpoint=path, classes=_classes(tmp_path, 3), input_size=64)
    model = resolve_model(name, options)
    assert (model.task, model.class_names) == (Task.CLASSIFY, ("product 0", "product 1", "product 2"))
    assert model.architecture == name
    assert model.source == f"{name}.pt"
    picture = np.random.default_rng(0).standard_normal((1, 3, 64, 64)).astype(np.float32)
    if name == "efficientnet_lite0":
        module = build_module(ZOO[name], 3, 64)
        module.load_state_dict(torch.load(path, weights_only=True))
    with torch.no_grad():
        expected = module.eval()(torch.from_numpy(picture)).numpy()
    (found,) = run(model.onnx, {"images": picture})
    assert np.allclose(found, expected, atol=1e-4 + 1e-4 * np.abs(expected).max())


def test_a_classifiers_backbone_embeds(tmp_path):
    _, path = _save(tmp_path, "mobilenet_v3_small", 3)
    model = resolve_model("mobilenet_v3_small", ModelOptions(task=Task.EMBED, checkpoint=path, input_size=64))
    picture = np.random.default_rng(0).standard_normal((1, 3, 64, 64)).astype(np.float32)
    assert (model.task, model.class_names, model.decoder.name) == (Task.EMBED, (), "embedding")
    assert run(model.onnx, {"images": picture})[0].shape == (1, 1024)


@pytest.mark.parametrize(("prefix", "wrap"), [("module.", "state_dict"), ("", "model"), ("_orig_mod.", None)])
def test_wrapped_checkpoints_are_unwrapped(tmp_path, prefix, wrap):
    _, path = _save(tmp_path, "mobilenet_v3_small", 3, prefix=prefix, wrap=wrap)
    options = ModelOptions(checkpoint=path, classes=_classes(tmp_path, 3), input_size=64)
    assert len(resolve_model("mobilenet_v3_small", options).class_names) == 3


def test_safetensors_are_read(tmp_path):
    from safetensors.torch import save_file

    module, _ = _save(tmp_path, "mobilenet_v3_small", 3)
    save_file(module.state_dict(), tmp_path / "w.safetensors")
    options = ModelOptions(checkpoint=tmp_path / "w.safetensors", input_size=64)
    assert resolve_model("mobilenet_v3_small", options).class_names == ("class_0", "class_1", "class_2")


def test_without_a_class_list_the_checkpoint_says_how_many_there_are(tmp_path):
    _, path = _save(tmp_path, "resnet18", 5)
    model = resolve_model("resnet18", ModelOptions(checkpoint=path, input_size=64))
    assert model.class_names == tuple(f"class_{index}" for index in range(5))


def test_a_class_list_of_the_wrong_length_says_both_lengths(tmp_path):
    _, path = _save(tmp_path, "mobilenet_v3_small", 3)
    with pytest.raises(ModelError, match=r"names 4 classes; mobilenet_v3_small\.pt has 3"):
        resolve_model("mobilenet_v3_small", ModelOptions(checkpoint=path, classes=_classes(tmp_path, 4)))


def test_a_checkpoint_of_another_architecture_is_refused_with_the_weight_that_differs(tmp_path):
    _, path = _save(tmp_path, "mobilenet_v3_small", 3)
    with pytest.raises(ModelError, match=r"does not fit mobilenet_v3_large .*: .* is .*, expected"):
        resolve_model("mobilenet_v3_large", ModelOptions(checkpoint=path, classes=_classes(tmp_path, 3)))
    with pytest.raises(ModelError, match=r"does not fit resnet18 .*lacks conv1\.weight"):
        resolve_model("resnet18", ModelOptions(checkpoint=path, classes=_classes(tmp_path, 3)))


def test_one_weight_of_another_shape_is_named_with_both_shapes(tmp_path):
    import torch

    _, path = _save(tmp_path, "resnet18", 3)
    weights = torch.load(path, weights_only=True)
    weights["layer1.0.conv1.weight"] = torch.zeros(64, 64, 5, 5)
    torch.save(weights, path)
    with pytest.raises(ModelError, match=r"layer1\.0\.conv1\.weight is 64x64x5x5, expected 64x64x3x3"):
        resolve_model("resnet18", ModelOptions(checkpoint=path))


def test_options_that_do_not_go_with_an_architecture_are_refused(tmp_path):
    _, path = _save(tmp_path, "resnet18", 3)
    with pytest.raises(UsageError, match="is a model for classify"):
        resolve_model("resnet18", ModelOptions(checkpoint=path, task=Task.DETECT))
    with pytest.raises(UsageError, match="its own decoder"):
        resolve_model("resnet18", ModelOptions(checkpoint=path, decoder="yolox"))


def test_lite0_brings_its_own_weights_and_names():
    model = resolve_model("efficientnet_lite0", ModelOptions())
    assert len(model.class_names) == 1000
    assert {"water bottle", "wine bottle", "nipple", "measuring cup"} <= set(model.class_names)
    assert model.source == "efficientnet-lite0-57934424.pth"


def test_lite0_knows_imagenet_by_its_own_preprocessing(assets_dir, tmp_path):
    from edgekit_export.evaluate import evaluate
    from edgekit_export.export import ExportRequest, export

    lines = [f"{assets_dir}/imagenet-1000/{index:03d}.jpg,{index}" for index in range(0, 1000, 10)]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    bundle = export(ExportRequest("efficientnet_lite0", tmp_path / "lite0.edgekit")).bundle
    result = evaluate(bundle, tmp_path / "labels.csv", encoding="float")
    # 79 of these 100; ImageNet's mean and deviation instead of its own arithmetic cost about ten of a hundred.
    assert result.metrics["top1"] >= 0.76
