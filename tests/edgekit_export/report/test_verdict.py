import pytest
from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.report.verdict import EncodingFindings, Level, verdict_of


def _classifier(top1, images=100, metric=None, encoding="int8-cpu"):
    return EncodingFindings(encoding, Agreement(images, 20.0, top1=top1), metric)


@pytest.mark.parametrize(
    ("int8", "level"), [(0.81, Level.SAFE), (0.80, Level.SAFE), (0.795, Level.CHECK), (0.77, Level.UNSAFE)]
)
def test_labelled_pictures_decide_where_there_are_some(int8, level):
    verdict = verdict_of("classify", "top1", 0.81, [_classifier(0.5, metric=int8)])
    assert verdict.level is level
    assert f"{int8:.3f}, float 0.810" in verdict.reason


@pytest.mark.parametrize(("share", "level"), [(0.96, Level.SAFE), (0.90, Level.CHECK), (0.5, Level.UNSAFE)])
def test_without_labels_agreement_decides(share, level):
    assert verdict_of("classify", None, None, [_classifier(share)]).level is level


def test_the_worst_encoding_decides():
    found = [_classifier(0.99, encoding="int8-tensorrt"), _classifier(0.3, encoding="int8-cpu")]
    verdict = verdict_of("classify", None, None, found)
    assert verdict.level is Level.UNSAFE
    assert "int8-cpu" in verdict.reason


def test_perfect_agreement_on_few_pictures_is_not_yet_safe():
    verdict = verdict_of("classify", None, None, [_classifier(1.0, images=8)])
    assert verdict.level is Level.CHECK
    assert "few" in verdict.reason


def test_a_detector_that_finds_nothing_in_float_cannot_be_judged():
    found = EncodingFindings("int8-cpu", Agreement(40, 20.0, ap50=None, float_boxes=0))
    verdict = verdict_of("detect", None, None, [found])
    assert verdict.level is Level.CHECK
    assert "cannot be judged" in verdict.reason


def test_a_float_bundle_is_as_safe_as_the_model_file():
    assert verdict_of("detect", None, None, []).level is Level.SAFE
