"""Recognition on the shelf: the facing's own product, another one, none."""

from __future__ import annotations

import numpy as np
import pytest

from edgekit.errors import PlanogramError
from edgekit.recognition.index import Index, Product
from edgekit.shelf.evidence.judges import Judges
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Detections, Embeddings, Evidence, UnknownReason

WIDTH = 64
NAMES = tuple(f"product {number}" for number in range(10))


def embedding(kind: int, number: int) -> np.ndarray:
    """Unit vectors: a direction of its own for each kind, and what differs between photos."""
    way = np.random.default_rng(kind).standard_normal(WIDTH)
    off = np.random.default_rng(1000 * (kind + 1) + number).standard_normal(WIDTH)
    row = way + 0.5 * off
    return (row / np.linalg.norm(row)).astype(np.float32)


@pytest.fixture(scope="module")
def index() -> Index:
    products = []
    for kind, name in enumerate(NAMES):
        views = np.stack([[embedding(kind, 10 * photo + view) for view in range(9)] for photo in range(5)])
        products.append(Product(name, None, tuple("ab" * 32 for _ in range(5)), views))
    return Index("0" * 64, "int8-cpu", tuple(sorted(products, key=lambda one: one.name)))


def seen(*kinds: int) -> Embeddings:
    return Embeddings(np.stack([embedding(kind, 500 + number) for number, kind in enumerate(kinds)]))


class Bench:
    """Facings a, b, c of the product `product 0`; `product 1` and `product 2` are elsewhere in the planogram."""

    def __init__(self, scenes, index, method="recognition", extra=None) -> None:
        base = scenes.planogram(method, product=NAMES[0])
        others = [
            type(base.facings[0])(f"x{kind}", None, False, NAMES[kind], "appearance", 1, base.facings[0].polygon_xy_px)
            for kind in (1, 2)
        ]
        planogram = type(base)(
            base.path, base.reference, base.reference_size_hw, (*base.facings, *others), base.classes
        )
        models = {**(extra or {}), "names": ModelInfo("embed", index.names, index=index)}
        self.pixels = scenes.picture()
        self.layout = layout_of(planogram.facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
        self.judges = Judges(planogram, ShelfRules(), models, self.pixels, self.layout)
        self.baselines = {}

    def learn(self, **findings):
        wants = self.judges.wants(self.pixels, self.layout.places)
        self.baselines = self.judges.asked(self.layout.places, wants, findings)
        return self

    def judge(self, pixels=None, **findings):
        pixels = self.pixels if pixels is None else pixels
        gates = {place.facing.id: Evidence(place.facing.id, 1.0, False, None) for place in self.layout.places}
        wants = self.judges.wants(pixels, self.layout.places)
        return self.judges.evidence(pixels, self.layout.places, gates, wants, findings, self.baselines)[0]


def test_the_own_product_is_stocked_another_is_misplaced_and_an_unknown_one_is_neither(scenes, index) -> None:
    bench = Bench(scenes, index).learn(names=seen(0, 0, 0))
    told = bench.judge(names=seen(0, 1, 99))
    assert told["a"].fill >= 0.6
    assert told["a"].misplaced == 0
    assert told["b"].fill <= 0.4
    assert told["b"].misplaced >= 0.6
    assert told["c"].fill <= 0.4
    assert told["c"].misplaced == 0


def test_products_that_are_not_in_the_planogram_are_not_looked_for(scenes, index) -> None:
    bench = Bench(scenes, index).learn(names=seen(0, 0, 0))
    assert bench.judge(names=seen(7, 0, 0))["a"].misplaced == 0


def test_a_facing_whose_product_is_not_recognised_in_the_reference_gives_no_evidence(scenes, index) -> None:
    bench = Bench(scenes, index).learn(names=seen(99, 0, 0))
    told = bench.judge(names=seen(1, 0, 0))
    assert (told["a"].fill, told["a"].reason) == (None, UnknownReason.NO_EVIDENCE)
    assert told["b"].fill is not None


def test_all_crops_go_in_one_batch(scenes, index) -> None:
    bench = Bench(scenes, index)
    (want,) = bench.judges.wants(bench.pixels, bench.layout.places)
    assert want.facings == ("a", "b", "c")
    assert all(crop.shape[0] == crop.shape[1] for crop in want.regions)


def test_auto_takes_recognition_for_an_enrolled_product(scenes, index) -> None:
    bench = Bench(scenes, index, "auto")
    assert {bench.judges.methods[name] for name in "abc"} == {"recognition"}


def test_beside_a_detector_recognition_says_what_is_misplaced(scenes, index) -> None:
    detector = {"shelf": ModelInfo("detect", (NAMES[0],))}
    boxes = np.array(
        [[left, scenes.TOP, left + scenes.WIDTH, scenes.BOTTOM] for left in scenes.LEFTS.values()], np.float32
    )
    found = Detections(boxes, np.zeros(3, np.int64), np.full(3, 0.9, np.float32))
    bench = Bench(scenes, index, "auto", detector).learn(shelf=found, names=seen(0, 0, 0))
    told = bench.judge(shelf=found, names=seen(0, 1, 99))
    assert {told[name].method for name in "abc"} == {"detector"}
    assert (told["a"].fill, told["c"].fill) == (1.0, 1.0)
    assert told["b"].fill <= 0.4
    assert told["b"].misplaced >= 0.6


def test_a_product_that_is_not_enrolled_is_named_with_what_to_do(scenes, index) -> None:
    with pytest.raises(PlanogramError, match=r"facing 'a': the product 'product 0' is not enrolled.*edgekit enroll"):
        Bench(scenes, index.without(NAMES[0]))
