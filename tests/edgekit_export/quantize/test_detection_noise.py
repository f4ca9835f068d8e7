import numpy as np
import pytest
from edgekit_export.quantize.detection_noise import DetectionNoise, overlap
from edgekit_export.quantize.noise import ValueNoise, noise

from edgekit.vision.decoders import make_decoder

SIZE = (128, 128)
# Where nothing is found, and where something surely is.
NOTHING, SURE = 0, 1
SCORES_GROUP, BOXES_GROUP = 0, 1


def measure(name="boxes_scores", outputs=("boxes", "scores"), **parameters) -> DetectionNoise:
    return DetectionNoise(make_decoder(name, parameters, SIZE), outputs)


def pictures(count=2, places=6, classes=3) -> list[list[np.ndarray]]:
    """Boxes and scores; in the first two places of each what NOTHING and SURE say."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(count):
        corner, size = rng.uniform(0, 60, (1, places, 2)), rng.uniform(10, 40, (1, places, 2))
        scores = rng.uniform(0, 0.2, (1, places, classes))
        scores[0, NOTHING], scores[0, SURE, 1] = 0.01, 0.9
        found.append([np.concatenate((corner, corner + size), axis=2).astype(np.float32), scores.astype(np.float32)])
    return found


def copied(outputs) -> list[list[np.ndarray]]:
    return [[values.copy() for values in one] for one in outputs]


def boxes_noise(references, others) -> float:
    return float(noise(measure().of(references), others)[BOXES_GROUP])


def test_the_same_outputs_make_no_noise():
    yardstick = measure().of(pictures())
    assert yardstick.groups == 2
    assert noise(yardstick, pictures()).tolist() == [0.0, 0.0]


def test_a_box_that_moves_counts_where_something_was_found_and_hardly_where_nothing_was():
    references = pictures()

    def moved(place: int) -> float:
        others = copied(references)
        corner = others[0][0][0, place, :2].copy()
        others[0][0][0, place] = (*corner, *(corner + 30))
        references[0][0][0, place] = (*(corner + 5), *(corner + 35))
        return boxes_noise(references, others)

    assert 0 < moved(NOTHING) < 1e-3
    assert moved(SURE) > 0.5


def test_a_score_that_is_wiped_out_is_the_whole_noise_of_the_scores_and_none_of_the_boxes():
    references = pictures()
    others = copied(references)
    for outputs in others:
        outputs[1][:] = 0
    assert noise(measure().of(references), others).tolist() == pytest.approx([1.0, 0.0], abs=1e-12)


def test_a_box_that_loses_its_score_too_counts_by_the_score_that_float_gave_it():
    references = pictures()
    moved, wiped = copied(references), copied(references)
    for outputs in (moved[0], wiped[0]):
        outputs[0][0, SURE, :2] -= 5
    wiped[0][1][0, SURE] = 0
    assert boxes_noise(references, wiped) == boxes_noise(references, moved) > 0


def test_a_box_that_loses_a_third_of_its_overlap_counts_as_much_as_a_score_lost_whole():
    references = [[np.float32([[[0, 0, 100, 10]]]), np.float32([[[0.7, 0.2]]])]]
    others = [[np.float32([[[0, 0, 65, 10]]]), references[0][1]]]
    assert boxes_noise(references, others) == pytest.approx(1.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("sides", [slice(0, 4), slice(0, 2), slice(2, 4), slice(3, 4)])
def test_a_box_that_is_not_finite_is_lost_whole_without_a_warning(value, sides):
    references = pictures(count=1)
    apart, broken = copied(references), copied(references)
    apart[0][0][0, SURE] = (200, 200, 210, 210)
    broken[0][0][0, SURE, sides] = value
    lost = boxes_noise(references, broken)
    assert lost == pytest.approx(boxes_noise(references, apart))
    assert lost > 1


def test_sizes_that_overflow_are_boxes_lost_without_a_warning():
    rows = np.zeros((1, 16 * 16 + 8 * 8 + 4 * 4, 6), np.float32)
    rows[..., 4:] = 0.5
    broken = rows.copy()
    broken[0, 3, 2:4] = 100  # exp(100) is infinite in float32
    yardstick = measure("yolox", ("output",)).of([[rows]])
    assert yardstick.share(0, [broken])[BOXES_GROUP] == pytest.approx((1 / 0.35) ** 2 / rows.shape[1])


def test_where_the_graph_chose_the_boxes_itself_its_values_are_judged():
    rng = np.random.default_rng(1)

    def outputs():
        return [
            rng.uniform(0, 90, (1, 8, 4)).astype(np.float32),
            rng.uniform(0, 1, (1, 8)).astype(np.float32),
            np.arange(8)[None],
        ]

    references, others = [outputs(), outputs()], [outputs(), outputs()]
    names = {"boxes": "boxes", "scores": "scores", "labels": "labels"}
    found = noise(measure(outputs=tuple(names), **names).of(references), others)
    assert found.tolist() == noise(ValueNoise().of(references), others).tolist()
    assert found.min() > 0


def test_shares_are_of_the_energy_of_all_pictures_and_sum_to_the_noise():
    references, others = pictures(3), copied(pictures(3))
    rng = np.random.default_rng(2)
    for outputs in others:
        for values in outputs:
            values += rng.uniform(0, 0.05 * values.max(), values.shape).astype(np.float32)
    yardstick = measure().of(references)
    shares = [yardstick.share(index, outputs) for index, outputs in enumerate(others)]
    assert min(share.min() for share in shares) > 0
    np.testing.assert_allclose(noise(yardstick, others), np.sum(shares, axis=0))
    np.testing.assert_allclose(noise(yardstick, others[:2]), np.sum(shares[:2], axis=0))
    wiped = [references[0][0], np.zeros_like(references[0][1])]
    energies = [float(np.square(outputs[1], dtype=np.float64).sum()) for outputs in references]
    assert yardstick.share(0, wiped)[SCORES_GROUP] == pytest.approx(energies[0] / sum(energies))


def test_outputs_are_taken_by_their_names_in_the_order_of_the_graph():
    references, others = pictures(), copied(pictures())
    others[0][0][0, SURE, 0] -= 3
    swapped = measure(outputs=("scores", "boxes"), boxes="boxes", scores="scores")
    turned = [[outputs[::-1] for outputs in one] for one in (references, others)]
    assert noise(swapped.of(turned[0]), turned[1]).tolist() == noise(measure().of(references), others).tolist()


def test_without_a_score_there_is_nothing_to_judge():
    assert measure().of([[boxes, np.zeros_like(scores)] for boxes, scores in pictures()]).groups == 0


def test_overlap_is_intersection_over_union():
    one = np.float32([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 4, 4], [5, 5, 5, 9], [3, 3, 1, 1]])
    two = np.float32([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10], [1, 1, 3, 3], [0, 0, 10, 10], [0, 0, 10, 10]])
    expected = [1, 50 / 150, 0, 4 / 16, 0, 0]
    np.testing.assert_allclose(overlap(one, two), expected)
    np.testing.assert_allclose(overlap(two, one), expected)


@pytest.mark.parametrize("box", [(-np.inf, 0, np.inf, 0), (np.inf,) * 4, (-np.inf, -np.inf, np.inf, np.inf)])
def test_boxes_that_are_not_finite_do_not_overlap_even_with_themselves(box):
    assert overlap(np.float32([box]), np.float32([box])).tolist() == [0.0]


def test_a_box_without_area_that_stays_where_it_was_makes_no_noise():
    one = [np.float32([[[5, 5, 5, 9], [0, 0, 10, 10]]]), np.float32([[[0.3], [0.9]]])]
    assert noise(measure().of([one]), [one]).tolist() == [0.0, 0.0]
