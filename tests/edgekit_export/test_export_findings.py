import json

import pytest
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Task


@pytest.fixture(scope="module")
def exported(tmp_path_factory, write_classifier, write_pictures):
    """A classifier on labels that it mostly gets wrong: what is measured matters here, not how good it is."""
    folder = tmp_path_factory.mktemp("findings")
    paths = write_pictures(folder / "labelled", 24, first=300)
    (folder / "labels.csv").write_text("\n".join(f"labelled/{path.name},{n % 4}" for n, path in enumerate(paths)))
    write_pictures(folder / "pictures", 64)
    return export(
        ExportRequest(
            str(write_classifier(folder / "net.onnx")),
            folder / "shop.edgekit",
            ModelOptions(task=Task.CLASSIFY),
            int8=True,
            calibration=(folder / "pictures",),
            data=folder / "labels.csv",
        )
    )


def test_every_metric_has_an_interval_and_every_encoding_its_losses(exported):
    floating, *others = exported.report.encodings
    assert {"top1", "macro_f1"} <= set(floating.levels)
    assert floating.losses == {}
    for encoding in others:
        assert set(encoding.losses) == {"top1", "top5", "macro_f1"}
        top1 = encoding.losses["top1"]
        assert top1.value == pytest.approx(floating.scores.metrics["top1"] - encoding.scores.metrics["top1"])
        assert top1.interval.low < top1.value < top1.interval.high
        assert encoding.confusion.newly_wrong - encoding.confusion.newly_right == round(24 * top1.value)
        assert encoding.agreement.interval.low < encoding.agreement.top1


def test_each_layer_has_its_signal_to_noise_in_each_int8_encoding(exported):
    layers = exported.report.layers
    assert [layer.op_type for layer in layers] == ["Conv", "Conv", "Gemm"]
    assert all("int8-tensorrt" in layer.sqnr_db for layer in layers)


def test_the_verdict_names_every_encoding_and_its_reason(exported):
    verdict = exported.report.verdict
    assert [one.encoding for one in verdict.encodings] == [one.encoding for one in exported.report.encodings[1:]]
    assert all(one.reason.endswith(".") for one in verdict.encodings)


def test_pictures_lie_beside_the_bundle_and_not_in_it(exported):
    beside = exported.report_html.read_text()
    inside = Bundle.open(exported.bundle).report()
    assert len(exported.report.disagreements) == len(inside["disagreements"])
    assert beside.count("data:image/jpeg") == len(exported.report.disagreements)
    assert b"data:image/jpeg" not in exported.bundle.read_bytes()
    assert "jpeg" not in json.dumps(inside)


def test_with_max_drop_the_verdict_goes_by_that_drop(exported, tmp_path):
    assert exported.report.verdict.max_loss == 0.01
    folder = exported.bundle.parent
    asked = ExportRequest(
        str(folder / "net.onnx"),
        tmp_path / "shop.edgekit",
        ModelOptions(task=Task.CLASSIFY),
        int8=True,
        calibration=(folder / "pictures",),
        data=folder / "labels.csv",
        max_drop=50.0,
    )
    assert export(asked).report.verdict.max_loss == 0.5
