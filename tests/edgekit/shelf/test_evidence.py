"""What each method says of a facing, given what its model found."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgekit.errors import PlanogramError
from edgekit.shelf.evidence.another import shows_a_product
from edgekit.shelf.evidence.colours import unseen_around, without_noise
from edgekit.shelf.evidence.edges import PatchShape, edges_of, inside_of, patch_of, printed, shape_of
from edgekit.shelf.evidence.judges import Judges
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Evidence, Probabilities, UnknownReason
from edgekit.vision.detection import Detections

DETECTOR = {"shelf": ModelInfo("detect", ("person", "bottle", "can"))}
CLASSES = (*(f"class {n}" for n in range(98)), "water bottle, mineral water", "wine bottle")
CLASSIFIER = {"shelf": ModelInfo("classify", CLASSES)}
RULES = ShelfRules(initial_samples=2)


def found(*boxes):
    """Detections from (left, top, right, bottom, class, score)."""
    if not boxes:
        return Detections.none()
    rows = np.array(boxes, np.float32)
    return Detections(rows[:, :4], rows[:, 4].astype(np.int64), rows[:, 5])


class Bench:
    def __init__(self, scenes, planogram, models, reference=None):
        self.scenes = scenes
        self.layout = layout_of(planogram.facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
        self.reference = scenes.picture() if reference is None else reference
        self.judges = Judges(planogram, RULES, models, self.reference, self.layout)
        self.baselines = {}

    def learn(self, finding):
        wants = self.judges.wants(self.reference, self.layout.places)
        self.baselines = self.judges.asked(self.layout.places, wants, {"shelf": finding})
        return self

    def judge(self, finding=None, pixels=None, hidden="", visible=1.0):
        pixels = self.scenes.picture(seed=5) if pixels is None else pixels
        gates = {
            name: Evidence(name, visible, False, None, UnknownReason.OCCLUDED if name in hidden else None)
            for name in self.scenes.LEFTS
        }
        places = [place for place in self.layout.places if place.facing.id not in hidden]
        wants = self.judges.wants(pixels, places)
        findings = {} if finding is None else {"shelf": finding}
        evidence, self.baselines, _ = self.judges.evidence(
            pixels, self.layout.places, gates, wants, findings, self.baselines
        )
        return evidence


def standing(scenes, name, *, score=0.9, class_id=1, lift=0, aside=0):
    left = scenes.LEFTS[name] + aside
    return (left, scenes.TOP - lift, left + scenes.WIDTH, scenes.BOTTOM - lift, class_id, score)


def three(scenes, **kwargs):
    return found(*(standing(scenes, name, **kwargs) for name in "abc"))


@pytest.fixture
def detector(scenes):
    return Bench(scenes, scenes.planogram("detector"), DETECTOR).learn(three(scenes))


def test_a_box_of_the_product_in_its_place_is_stocked_and_none_is_empty(detector, scenes) -> None:
    evidence = detector.judge(found(standing(scenes, "a"), standing(scenes, "b", aside=7)))
    assert [evidence[name].fill for name in "abc"] == [1.0, 1.0, 0.0]
    assert {one.method for one in evidence.values()} == {"detector"}


@pytest.mark.parametrize(
    "box",
    [
        {"class_id": 0},
        {"lift": 30},
        {"aside": 45},
        {"score": 0.05},
    ],
)
def test_another_class_a_lifted_product_another_place_and_a_faint_box_do_not_count(detector, scenes, box) -> None:
    assert detector.judge(found(standing(scenes, "b", **box)))["b"].fill <= RULES.empty_at


@pytest.mark.parametrize(
    ("own", "other", "fill"),
    [
        pytest.param(0.4, 0.9, 0.0, id="clearly the other's"),
        pytest.param(0.6, 0.9, 0.5, id="undecided"),
        pytest.param(0.6, 0.6, 1.0, id="alike"),
        pytest.param(0.4, 0.2, 0.4 / 0.6, id="a faint other"),
    ],
)
def test_another_class_that_has_a_higher_score_in_the_same_place_speaks_against_the_product(
    detector, scenes, own, other, fill
) -> None:
    both = found(standing(scenes, "b", class_id=2, score=other), standing(scenes, "b", score=own))
    assert detector.judge(both)["b"].fill == pytest.approx(fill, abs=1e-6)


def test_what_another_class_outdoes_is_misplaced_and_a_part_of_the_product_is_not_its_place(detector, scenes) -> None:
    outdone = found(standing(scenes, "b", class_id=2, score=0.9), standing(scenes, "b", score=0.4))
    assert detector.judge(outdone)["b"].misplaced == 1.0
    left, top, right, bottom, *_ = standing(scenes, "b")
    label = (left, (top + bottom) / 2, right, bottom, 2, 0.9)
    assert detector.judge(found(label, standing(scenes, "b", score=0.6)))["b"].fill == pytest.approx(1.0)


def test_a_product_that_the_reference_picture_shows_as_another_rather_is_not_known(scenes) -> None:
    rather_another = [standing(scenes, name, class_id=2, score=0.95) for name in "abc"]
    unsure = Bench(scenes, scenes.planogram("detector"), DETECTOR).learn(
        found(*rather_another, *(standing(scenes, name, score=0.8) for name in "abc"))
    )
    assert unsure.judge(found())["b"].reason is UnknownReason.NO_EVIDENCE


def test_what_is_surely_of_a_class_that_the_planogram_does_not_name_is_misplaced(detector, scenes) -> None:
    one = detector.judge(found(standing(scenes, "b", class_id=2, score=0.7)))["b"]
    assert (one.fill, one.misplaced) == (0.0, 1.0)


@pytest.mark.parametrize(
    "hint",
    [
        pytest.param({"score": 0.2}, id="the product, faintly"),
        pytest.param({"class_id": 2, "score": 0.5}, id="something that is not surely there"),
    ],
)
def test_a_place_in_which_something_may_stand_is_not_called_empty(detector, scenes, hint) -> None:
    one = detector.judge(found(standing(scenes, "b", **hint)))["b"]
    assert (one.fill, one.reason) == (None, UnknownReason.UNDECIDED)


def test_of_a_facing_that_is_partly_covered_a_detector_says_only_what_it_finds(detector, scenes) -> None:
    boxes = found(standing(scenes, "a"), standing(scenes, "b", class_id=2))
    evidence = detector.judge(boxes, visible=0.8)
    assert evidence["a"].fill == 1.0
    assert evidence["b"].misplaced == 1.0
    assert (evidence["c"].fill, evidence["c"].reason) == (None, UnknownReason.OCCLUDED)
    assert detector.judge(boxes, visible=0.9)["c"].fill == 0.0


def test_a_product_set_down_unevenly_still_counts(detector, scenes) -> None:
    assert detector.judge(found(standing(scenes, "b", lift=10)))["b"].fill == 1.0


def test_fill_is_one_half_at_the_smallest_score(detector, scenes) -> None:
    assert detector.judge(found(standing(scenes, "b", score=0.3)))["b"].fill == pytest.approx(0.5)


def test_a_sample_that_the_model_has_not_answered_is_no_evidence(detector) -> None:
    assert detector.judge(None)["a"].reason is UnknownReason.NO_EVIDENCE


def test_silence_means_nothing_where_the_reference_was_silent(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("detector"), DETECTOR).learn(found(standing(scenes, "a")))
    evidence = bench.judge(found())
    assert evidence["a"].fill == 0.0
    assert (evidence["b"].fill, evidence["b"].reason) == (None, UnknownReason.NO_EVIDENCE)
    assert bench.judge(found(standing(scenes, "b")))["b"].fill == 1.0
    assert bench.judge(found())["b"].fill is None


def test_silence_means_something_once_the_product_was_found_in_many_samples_in_a_row(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("detector"), DETECTOR).learn(found())
    for _ in range(9):
        bench.judge(three(scenes))
    assert bench.judge(found())["a"].fill is None
    for _ in range(10):
        bench.judge(three(scenes))
    assert bench.judge(found())["a"].fill == 0.0


def test_units_are_counted_where_there_are_several(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("detector", capacity=4), DETECTOR).learn(three(scenes))
    halves = [
        (46, 60, 60, 95, 1, 0.9),
        (62, 60, 76, 95, 1, 0.8),
        (46, 100, 60, 140, 1, 0.9),
        (62, 100, 76, 140, 1, 0.1),
    ]
    evidence = bench.judge(found(*halves))
    assert (evidence["a"].fill, evidence["a"].units) == (0.75, True)
    assert evidence["b"].fill == 0.0


def test_another_product_of_the_planogram_in_the_place_is_misplaced(scenes) -> None:
    from dataclasses import replace

    planogram = scenes.planogram("detector")
    first, *rest = planogram.facings
    planogram = replace(planogram, facings=(replace(first, product="can"), *rest))
    bench = Bench(scenes, planogram, DETECTOR).learn(
        found(standing(scenes, "a", class_id=2), standing(scenes, "b"), standing(scenes, "c"))
    )
    evidence = bench.judge(found(standing(scenes, "b", class_id=2), standing(scenes, "c", class_id=0)))
    assert (evidence["b"].fill, evidence["b"].misplaced) == (0.0, 1.0)
    assert (evidence["c"].fill, evidence["c"].misplaced) == (0.0, 0.0)


def test_any_product_takes_every_class(scenes) -> None:
    models = {"shelf": ModelInfo("detect", ("product",))}
    bench = Bench(scenes, scenes.planogram("any_product"), models).learn(three(scenes, class_id=0))
    assert bench.judge(found(standing(scenes, "b", class_id=0)))["b"].fill == 1.0


def rows(*sums):
    """Probabilities whose last two classes sum to each of `sums`."""
    values = np.full((len(sums), 100), 0.0, np.float32)
    for row, total in zip(values, sums, strict=True):
        row[98:] = total / 2
        row[:98] = (1 - total) / 98
    return Probabilities(values)


@pytest.fixture
def classifier(scenes):
    classes = {"bottle": ("water bottle", "wine bottle")}
    return Bench(scenes, scenes.planogram("classifier", classes=classes), CLASSIFIER).learn(rows(0.8, 0.6, 0.03))


def test_the_sum_of_classes_is_judged_against_the_facing_s_own_reference(classifier) -> None:
    evidence = classifier.judge(rows(0.7, 0.5, 0.7))
    assert evidence["a"].fill > 0.85
    assert evidence["b"].fill > 0.85
    assert (evidence["c"].fill, evidence["c"].reason) == (None, UnknownReason.NO_EVIDENCE)
    evidence = classifier.judge(rows(0.03, 0.01, 0.0))
    assert evidence["a"].fill < 0.2
    assert evidence["b"].fill == 0.0


def test_a_classifier_of_two_classes_is_undecided_at_one_half(scenes) -> None:
    models = {"shelf": ModelInfo("classify", ("bottle", "empty"))}
    bench = Bench(scenes, scenes.planogram("classifier"), models).learn(
        Probabilities(np.array([[0.98, 0.02]] * 3, np.float32))
    )
    evidence = bench.judge(Probabilities(np.array([[0.5, 0.5], [0.97, 0.03], [0.03, 0.97]], np.float32)))
    assert [round(evidence[name].fill, 1) for name in "abc"] == [0.5, 0.9, 0.1]


def test_only_visible_facings_are_cut_out(classifier, scenes) -> None:
    assert classifier.judge(rows(0.7, 0.7), hidden="b")["b"].reason is UnknownReason.OCCLUDED
    want = classifier.judges.wants(scenes.picture(), classifier.layout.places[:2])[0]
    assert want.facings == ("a", "b")
    assert all(region.shape[0] == region.shape[1] for region in want.regions)


@pytest.mark.parametrize(
    "kwargs", [{"seed": 3}, {"seed": 3, "aside": 6}, {"seed": 3, "light": 0.5}, {"seed": 3, "noise": 6.0}]
)
def test_by_appearance_a_product_stays_itself_aside_and_in_another_light(scenes, kwargs) -> None:
    evidence = Bench(scenes, scenes.planogram(), {}).judge(pixels=scenes.picture(**kwargs))
    assert all(one.fill > 0.9 for one in evidence.values())


@pytest.mark.parametrize("light", [1.0, 0.5])
def test_by_appearance_a_gap_is_empty(scenes, light) -> None:
    evidence = Bench(scenes, scenes.planogram(), {}).judge(pixels=scenes.picture("ac", seed=3, light=light))
    assert evidence["b"].fill < 0.2
    assert min(evidence["a"].fill, evidence["c"].fill) > 0.9


def test_by_appearance_a_facing_that_the_reference_shows_empty_is_stocked_once_it_changes(scenes) -> None:
    planogram = scenes.planogram(empty_in_reference=True)
    # The facing must have edges of its own: here the upper corner of the board runs through it.
    reference = scenes.picture("", draw=lambda pixels: pixels.__setitem__(slice(100, 110), 30))
    bench = Bench(scenes, planogram, {}, reference)
    assert bench.judge(pixels=reference)["a"].fill < 0.05
    assert bench.judge(pixels=scenes.picture())["a"].fill > 0.8


def test_by_appearance_a_facing_without_edges_says_nothing(scenes) -> None:
    bench = Bench(scenes, scenes.planogram(), {}, np.full((*scenes.SIZE_HW, 3), 128, np.uint8))
    assert bench.judge()["a"].reason is UnknownReason.NO_EVIDENCE


def test_auto_takes_what_the_models_and_the_planogram_allow(scenes) -> None:
    def method(models, **kwargs):
        return Bench(scenes, scenes.planogram("auto", **kwargs), models).judges.methods["a"]

    assert method({}) == "appearance"
    assert method(DETECTOR) == "detector"
    assert method(CLASSIFIER) == "appearance"
    assert method(CLASSIFIER, classes={"bottle": ("wine bottle",)}) == "classifier"
    assert method({"a": CLASSIFIER["shelf"], "b": DETECTOR["shelf"]}, product="bottle") == "detector"
    assert method(DETECTOR, product="soap") == "appearance"


def test_auto_judges_by_appearance_what_the_model_does_not_know(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("auto"), DETECTOR).learn(found(standing(scenes, "a")))
    evidence = bench.judge(found(standing(scenes, "a")), scenes.picture("ac", seed=4))
    assert [evidence[name].method for name in "abc"] == ["detector", "appearance", "appearance"]
    assert evidence["b"].fill < 0.2
    assert evidence["c"].fill > 0.9


def test_auto_does_not_believe_a_model_that_misses_what_looks_as_it_did(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("auto"), DETECTOR).learn(three(scenes))
    evidence = bench.judge(found(), scenes.picture("ac", seed=4))
    assert evidence["b"].fill == 0.0
    assert (evidence["a"].fill, evidence["a"].reason) == (None, UnknownReason.UNDECIDED)


@pytest.mark.parametrize(
    ("method", "models", "product", "says"),
    [
        ("detector", {}, "bottle", "no model can detect"),
        ("classifier", DETECTOR, "bottle", "no model can classify"),
        ("any_product", {}, "bottle", "no model can detect"),
        ("detector", DETECTOR, "botle", "It has person, bottle, can"),
        ("classifier", CLASSIFIER, "wine botle", "Did you mean `wine bottle`"),
    ],
)
def test_a_method_that_cannot_work_here_is_refused_at_once(scenes, method, models, product, says) -> None:
    with pytest.raises(PlanogramError, match=says) as raised:
        Bench(scenes, scenes.planogram(method, product=product), models)
    assert "facing 'a'" in str(raised.value)


def cut_down(scenes, units, of):
    """The shelf with so many of `of` units left in facing a, side by side from the right."""
    pixels, empty = scenes.picture(), scenes.picture("bc")
    left, right = scenes.LEFTS["a"] - 6, scenes.LEFTS["a"] + scenes.WIDTH + 6
    edge = right - round((right - left) * units / of)
    pixels[:, left:edge] = empty[:, left:edge]
    return pixels


@pytest.mark.parametrize(("units", "of"), [(0, 2), (1, 2), (2, 2), (0, 3), (1, 3), (2, 3), (3, 3)])
def test_by_appearance_the_units_of_a_facing_are_told_by_what_still_looks_as_it_did(scenes, units, of) -> None:
    bench = Bench(scenes, scenes.planogram("appearance", capacity=of), {})
    judged = bench.judge(pixels=cut_down(scenes, units, of))["a"]
    assert judged.fill == pytest.approx(units / of)
    assert judged.units


def test_by_appearance_a_product_behind_the_one_that_was_taken_is_still_there(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("appearance"), {})
    pixels, left = scenes.picture("bc"), scenes.LEFTS["a"]
    front = scenes.picture()[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH]
    behind = cv2.resize(front, None, fx=0.85, fy=0.85, interpolation=cv2.INTER_AREA)
    height, width = behind.shape[:2]
    pixels[scenes.BOTTOM - 4 - height : scenes.BOTTOM - 4, left + 3 : left + 3 + width] = behind * 0.6
    assert bench.judge(pixels=pixels)["a"].fill >= 0.5
    assert bench.judge(pixels=scenes.picture("bc"))["a"].fill < 0.1


def test_by_appearance_the_last_unit_behind_the_others_is_one_unit(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("appearance", capacity=2), {})
    pixels, left = scenes.picture("bc"), scenes.LEFTS["a"]
    front = scenes.picture()[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH]
    pixels[scenes.TOP - 6 : scenes.BOTTOM - 6, left : left + scenes.WIDTH] = front * 0.8
    assert bench.judge(pixels=pixels)["a"].fill == 0.5


def test_by_appearance_what_has_a_units_edges_but_not_its_colours_is_no_unit(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("appearance", capacity=2), {})
    dyed, left = scenes.picture(), scenes.LEFTS["a"]
    place = dyed[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH]
    place[:] = place * (0.2, 1, 1)  # hardly any blue
    assert bench.judge(pixels=dyed)["a"].fill == 0.0


def test_by_appearance_another_product_is_misplaced_and_an_empty_place_is_not(scenes) -> None:
    bench = Bench(scenes, scenes.planogram("appearance"), {})
    swapped, left_b, left_c = scenes.picture(), scenes.LEFTS["b"], scenes.LEFTS["c"]
    at = slice(scenes.TOP, scenes.BOTTOM)
    swapped[at, left_b : left_b + scenes.WIDTH] = scenes.picture()[at, left_c : left_c + scenes.WIDTH]
    told = bench.judge(pixels=swapped)["b"]
    assert (told.fill, told.misplaced) == (pytest.approx(0.0, abs=0.3), pytest.approx(1.0, abs=0.3))
    assert bench.judge(pixels=scenes.picture("ac"))["b"].misplaced < 0.3
    assert bench.judge()["b"].misplaced == pytest.approx(0.0, abs=0.1)


def test_by_appearance_neighbours_in_the_box_of_a_place_that_is_seen_aslant_are_no_product_in_it(scenes) -> None:
    aslant = ((150.0, 54.0), (190.0, 54.0), (150.0, 144.0), (110.0, 144.0))
    facing = replace(scenes.planogram().facings[1], polygon_xy_px=aslant)
    place = layout_of((facing,), register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]
    shape = shape_of(place.box_xyxy_px)
    print_ = np.kron(np.random.default_rng(5).uniform(20, 230, (18, 24, 3)), np.ones((10, 14, 1)))[:180, :320]
    within = np.zeros(scenes.SIZE_HW, np.uint8)
    cv2.fillPoly(within, [np.array(aslant, np.int32)], 1)

    def shown(gap):
        clean = without_noise(
            patch_of(np.where(gap[..., None], scenes.picture(""), print_).astype(np.uint8), place, shape)
        )
        return shows_a_product(clean, shape, inside_of(place, shape))

    assert shown(within > 0) < 0.05
    assert shown(within > 1) > 0.8


@pytest.mark.parametrize(
    "turn", [lambda front: front[:, ::-1], lambda front: front[::-1]], ids=["around", "upside down"]
)
def test_by_appearance_a_product_that_was_put_back_turned_stands_and_is_not_misplaced(scenes, turn) -> None:
    bench, at = Bench(scenes, scenes.planogram("appearance"), {}), slice(scenes.TOP, scenes.BOTTOM)
    turned, own = scenes.picture(), slice(scenes.LEFTS["b"], scenes.LEFTS["b"] + scenes.WIDTH)
    turned[at, own] = turn(scenes.picture()[at, own])
    told = bench.judge(pixels=turned)["b"]
    assert told.fill > 0.6
    assert told.misplaced < 0.4


def pushed_back(scenes, product, light):
    """Facing b with a product at 85 % of its size, darker, and its foot higher."""
    left, height, width = scenes.LEFTS["b"] + 3, scenes.BOTTOM - scenes.TOP, scenes.WIDTH
    small = cv2.resize(product, (round(0.85 * width), round(0.85 * height)), interpolation=cv2.INTER_AREA) * light
    pixels, foot = scenes.picture("ac"), scenes.BOTTOM - 4
    pixels[foot - small.shape[0] : foot, left : left + small.shape[1]] = small.astype(np.uint8)
    return pixels


@pytest.mark.parametrize("light", [0.85, 0.7, 0.5])
def test_by_appearance_a_product_that_was_pushed_back_stands_and_another_there_does_not(scenes, light) -> None:
    bench, at = Bench(scenes, scenes.planogram("appearance"), {}), slice(scenes.TOP, scenes.BOTTOM)
    own, another = (scenes.picture()[at, scenes.LEFTS[name] : scenes.LEFTS[name] + scenes.WIDTH] for name in "bc")
    told = bench.judge(pixels=pushed_back(scenes, own, light))["b"]
    assert told.fill > 0.6
    assert told.misplaced < 0.1
    told = bench.judge(pixels=pushed_back(scenes, another, light))["b"]
    assert told.fill < 0.2
    assert told.misplaced > 0.8


def plain_at_b(scenes, bgr):
    def plain(pixels):
        pixels[scenes.TOP : scenes.BOTTOM, scenes.LEFTS["b"] : scenes.LEFTS["b"] + scenes.WIDTH] = bgr

    return Bench(scenes, scenes.planogram("appearance"), {}).judge(pixels=scenes.picture("ac", draw=plain))["b"]


@pytest.mark.parametrize("bgr", [(40, 40, 200), (190, 110, 40), (120, 175, 100)])
def test_by_appearance_another_product_without_any_print_is_misplaced_for_its_colour(scenes, bgr) -> None:
    judged = plain_at_b(scenes, bgr)
    assert judged.fill < 0.1
    assert judged.misplaced > 0.9


@pytest.mark.parametrize("grey", [30, 60, 120, 200, 250])
def test_by_appearance_a_place_in_plain_grey_is_empty_however_it_is_lit(scenes, grey) -> None:
    judged = plain_at_b(scenes, (grey, grey, grey))
    assert judged.fill < 0.1
    assert judged.misplaced < 0.5


def test_by_appearance_an_empty_place_before_a_panelled_wall_is_no_product(scenes) -> None:
    def panels(pixels):
        pixels[30:145, ::8] *= 0.6

    bench = Bench(scenes, scenes.planogram("appearance"), {}, reference=scenes.picture(draw=panels))
    judged = bench.judge(pixels=scenes.picture("ac", draw=panels, noise=3))["b"]
    assert judged.fill < 0.1
    assert judged.misplaced < 0.2


def test_by_appearance_a_unit_farther_back_is_a_unit_and_not_another_product(scenes) -> None:
    label = np.random.default_rng(3).uniform(20, 230, (8, 4, 3))

    def unit(top, left, width, height):
        rows, columns = np.arange(height) * 8 // height, np.arange(width) * 4 // width

        def draw(pixels):
            pixels[top : top + height, left : left + width] = label[rows][:, columns]

        return draw

    full = scenes.picture("ac", draw=unit(scenes.TOP, scenes.LEFTS["b"], scenes.WIDTH, 80))
    bench = Bench(scenes, scenes.planogram("appearance", capacity=2), {}, reference=full)
    farther = scenes.picture("ac", draw=unit(scenes.TOP - 6, scenes.LEFTS["b"] + 8, 30, 50))
    judged = bench.judge(pixels=farther)["b"]
    assert (judged.fill, judged.misplaced) == (0.5, 0.0)


def test_what_a_dark_night_s_noise_adds_to_a_small_facing_is_neither_an_edge_nor_a_colour() -> None:
    wall = np.clip(np.random.default_rng(1).normal(120, 12, (40, 40, 3)), 0, 255).astype(np.uint8)
    clean = without_noise(wall)
    assert edges_of(wall).share > 0.2
    assert edges_of(clean).share < 0.1
    assert unseen_around(clean, PatchShape((32, 32), (4, 4))) < 0.7 * unseen_around(wall, PatchShape((32, 32), (4, 4)))


def test_light_adds_no_print_and_print_is_print_in_the_dark() -> None:
    shape, rng = PatchShape((24, 32), (4, 4)), np.random.default_rng(0)
    wall = np.repeat(np.linspace(110, 230, 40)[:, None, None], 32, 1).repeat(3, 2) + rng.normal(0, 2, (40, 32, 3))
    product = np.kron(rng.uniform(40, 250, (10, 8, 3)), np.ones((4, 4, 1)))
    for light in (0.3, 0.6, 1.0):
        assert printed((wall * light).astype(np.uint8), shape).mean() < 0.05
        assert printed((product * light).astype(np.uint8), shape).mean() > 0.5


def test_what_lies_blurred_in_the_dark_at_the_back_is_no_print() -> None:
    goods = np.kron(np.random.default_rng(0).uniform(40, 250, (10, 8, 3)), np.ones((4, 4, 1)))
    behind = cv2.GaussianBlur(goods, (0, 0), 2.0) * 0.2
    assert printed(behind.astype(np.uint8), PatchShape((24, 32), (4, 4))).mean() < 0.15
