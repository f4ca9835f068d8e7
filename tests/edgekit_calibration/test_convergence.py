import numpy as np
import pytest
from edgekit_calibration import Range, convergence_of
from edgekit_calibration.convergence import snapshot_counts


def at(*highs: float) -> dict[str, Range]:
    return {f"t{index}": Range(-1.0, high) for index, high in enumerate(highs)}


def test_ranges_are_looked_at_after_an_eighth_a_quarter_half_and_all_of_the_images():
    assert snapshot_counts(96) == (12, 24, 48, 96)
    assert snapshot_counts(1) == (1,)
    assert snapshot_counts(0) == ()


def test_ranges_that_came_to_rest_are_enough():
    found = convergence_of([(16, at(2.0, 2.0)), (32, at(2.9, 2.9)), (64, at(3.0, 3.0)), (128, at(3.0, 3.0))])
    assert found.enough
    assert [point.images for point in found.points] == [16, 32, 64]
    assert [point.p90_move for point in found.points] == pytest.approx([0.25, 0.025, 0.0])
    assert found.sentence().startswith("Enough calibration pictures: over the last 64 of 128 pictures")


def test_ranges_that_still_move_are_not_enough_and_the_one_that_moves_most_is_named():
    found = convergence_of([(64, at(2.0, 3.0)), (128, at(3.0, 3.0))])
    assert not found.enough
    assert found.points[-1].furthest == "t0"
    assert "more" in found.sentence().lower()


def test_one_outlier_among_many_tensors_does_not_ask_for_more_pictures():
    before, after = at(*np.full(40, 3.0)), at(*np.full(39, 3.0), 9.0)
    assert convergence_of([(64, before), (128, after)]).enough


def test_one_image_says_nothing():
    found = convergence_of([(1, at(1.0))])
    assert not found.enough
    assert "too few to tell" in found.sentence()
    assert convergence_of([]).points == ()


def test_the_curve_is_plain_data():
    values = convergence_of([(4, at(1.0)), (8, at(1.0))]).as_values()
    assert values["images"] == 8
    assert values["points"] == [{"images": 4, "median_move": 0.0, "p90_move": 0.0, "furthest": "t0"}]
