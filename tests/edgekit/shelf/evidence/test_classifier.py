"""Evidence by a classifier: the sum of a product's classes, held against the facing's own reference."""

import numpy as np
import pytest

from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.words import Probabilities, UnknownReason


def rows(*sums):
    """Probabilities whose last two classes sum to each of `sums`."""
    values = np.full((len(sums), 100), 0.0, np.float32)
    for row, total in zip(values, sums, strict=True):
        row[98:] = total / 2
        row[:98] = (1 - total) / 98
    return Probabilities(values)


@pytest.fixture
def classifier(judging, scenes):
    classes = {"bottle": ("water bottle", "wine bottle")}
    return judging.Bench(scenes, scenes.planogram("classifier", classes=classes), judging.CLASSIFIER).learn(
        rows(0.8, 0.6, 0.03)
    )


def test_the_sum_of_classes_is_judged_against_the_facing_s_own_reference(classifier) -> None:
    evidence = classifier.judge(rows(0.7, 0.5, 0.7))
    assert evidence["a"].fill > 0.85
    assert evidence["b"].fill > 0.85
    assert (evidence["c"].fill, evidence["c"].reason) == (None, UnknownReason.NO_EVIDENCE)
    evidence = classifier.judge(rows(0.03, 0.01, 0.0))
    assert evidence["a"].fill < 0.2
    assert evidence["b"].fill == 0.0


def test_a_classifier_of_two_classes_is_undecided_at_one_half(judging, scenes) -> None:
    models = {"shelf": ModelInfo("classify", ("bottle", "empty"))}
    bench = judging.Bench(scenes, scenes.planogram("classifier"), models).learn(
        Probabilities(np.array([[0.98, 0.02]] * 3, np.float32))
    )
    evidence = bench.judge(Probabilities(np.array([[0.5, 0.5], [0.97, 0.03], [0.03, 0.97]], np.float32)))
    assert [round(evidence[name].fill, 1) for name in "abc"] == [0.5, 0.9, 0.1]


def test_only_visible_facings_are_cut_out(classifier, scenes) -> None:
    assert classifier.judge(rows(0.7, 0.7), hidden="b")["b"].reason is UnknownReason.OCCLUDED
    want = classifier.judges.wants(scenes.picture(), classifier.layout.places[:2])[0]
    assert want.facings == ("a", "b")
    assert all(region.shape[0] == region.shape[1] for region in want.regions)
