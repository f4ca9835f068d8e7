import numpy as np
import pytest
from edgekit_export.export import ExportRequest, export
from edgekit_export.graph.running import run
from edgekit_export.models import ModelOptions, resolve_model
from edgekit_export.models.torch_zoo import build_module
from edgekit_export.models.zoo import ZOO

from edgekit.bundle.bundle import Bundle
from edgekit.vision.decoders import make_decoder

pytestmark = pytest.mark.torch

NAME = "ssdlite320_mobilenet_v3_large"


@pytest.fixture(scope="module")
def detector(torchvision_library, tmp_path_factory):
    """A detector of three classes with random weights, and its checkpoint."""
    import torch

    torch.manual_seed(1)
    module = build_module(ZOO[NAME], 4, 320)
    # Untrained normalisation lets every signal die out on the way to the heads: take its statistics from noise once.
    norms = [layer for layer in module.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    for layer in norms:
        layer.momentum = None
    with torch.no_grad():
        module.train()
        module.head(list(module.backbone(torch.randn(4, 3, 320, 320)).values()))
        module.eval()
        for name, weight in module.head.named_parameters():
            if weight.ndim == 4 and weight.shape[2:] == (1, 1):
                weight.normal_(0, 0.2 if "classification" in name else 0.05)
    path = tmp_path_factory.mktemp("ssd") / "ssd.pt"
    torch.save(module.state_dict(), path)
    return module, path


def test_graph_and_decoder_give_torchvisions_own_boxes_and_scores(detector):
    import torch
    from torchvision.models.detection.image_list import ImageList

    module, path = detector
    model = resolve_model(NAME, ModelOptions(checkpoint=path))
    assert len(model.class_names) == 3
    picture = np.random.default_rng(0).uniform(-1, 1, (1, 3, 320, 320)).astype(np.float32)
    logits, offsets = run(model.onnx, {"images": picture})
    decoder = make_decoder(model.decoder.name, model.decoder.parameters, (320, 320))
    (found,) = decoder({"logits": logits, "offsets": offsets}, min_score=0.0)

    with torch.no_grad():
        features = list(module.backbone(torch.from_numpy(picture)).values())
        heads = module.head(features)
        anchors = module.anchor_generator(ImageList(torch.from_numpy(picture), [(320, 320)]), features)[0]
        boxes = module.box_coder.decode_single(heads["bbox_regression"][0], anchors).numpy()
        scores = heads["cls_logits"][0].softmax(dim=-1)[:, 1:].numpy()

    assert len(found) == scores.size
    assert np.array_equal(found.class_ids, np.tile(np.arange(3), len(boxes)))
    assert np.allclose(found.scores, scores.reshape(-1), atol=1e-5)
    assert np.allclose(found.boxes_xyxy_px, np.repeat(boxes, 3, axis=0), atol=0.02)
    assert found.scores.std() > 0.05


def test_a_checkpoint_of_another_number_of_classes_says_how_many(detector, tmp_path):
    _, path = detector
    names = tmp_path / "names.txt"
    names.write_text("a\nb\n")
    from edgekit.errors import ModelError

    with pytest.raises(ModelError, match=r"names 2 classes; ssd\.pt has 3"):
        resolve_model(NAME, ModelOptions(checkpoint=path, classes=names))


def test_the_bundle_finds_what_torchvision_finds(detector, tmp_path):
    """Whole way: torchvision's own forward on the picture against bundle, runtime decoding and NMS."""
    import torch

    from edgekit.backends.selection import load_model
    from edgekit.predictor import Predictor

    module, path = detector
    result = export(ExportRequest(NAME, tmp_path / "ssd.edgekit", ModelOptions(checkpoint=path)))
    bundle = Bundle.open(result.bundle)
    assert bundle.manifest.batch.max > 1
    pixels = np.random.default_rng(3).integers(0, 256, (320, 320, 3), np.uint8)
    model = load_model(bundle, encoding="float")
    try:
        (found,) = Predictor(model).detect([pixels], min_score=0.001, max_iou=module.nms_thresh, max_detections=300)
    finally:
        model.close()
    rgb = torch.from_numpy(np.ascontiguousarray(pixels[..., ::-1].transpose(2, 0, 1))).float() / 255
    with torch.no_grad():
        (expected,) = module([rgb])
    best = int(expected["scores"].argmax())
    # torchvision cuts boxes at the border before NMS and keeps 300 a class, so only what is best must be the same.
    assert found.scores[0] == pytest.approx(float(expected["scores"][best]), abs=1e-4)
    assert found.class_ids[0] == int(expected["labels"][best]) - 1
    assert np.allclose(found.boxes_xyxy_px[0], expected["boxes"][best].numpy(), atol=0.1)
