"""Drafts: what is wrong with them, and that what is written is read back as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgekit.errors import PlanogramError
from edgekit.planograms.draft import Draft, DraftFacing, draft_from_json, draft_of, draft_to_json
from edgekit.planograms.problems import Severity, problems_of
from edgekit.planograms.writing import write_planogram, write_reference
from edgekit.shelf.planogram import load_planogram

SIZE = (200, 300)
SQUARE = ((10.0, 10.0), (60.0, 10.0), (60.0, 60.0), (10.0, 60.0))


def facing(name: str = "f1", **fields) -> DraftFacing:
    return DraftFacing(name, **{"product": "tea", "polygon_xy_px": SQUARE, **fields})


def said(*facings: DraftFacing) -> list[tuple[str, int | None, str]]:
    return [(p.severity.value, p.facing, p.text) for p in problems_of(Draft(SIZE, facings))]


def moved(dx: float) -> tuple[tuple[float, float], ...]:
    return tuple((x + dx, y) for x, y in SQUARE)


def test_a_draft_without_problems_has_none() -> None:
    assert said(facing(), facing("f2", polygon_xy_px=moved(50))) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"product": ""}, "no name"),
        ({"gtin": "4006381333932"}, "check digit of 4006381333932 should be 1"),
        ({"gtin": "40063"}, "8, 12, 13 or 14 digits"),
        ({"method": "apearance"}, "Did you mean `appearance`?"),
        ({"capacity": 0}, "greater than or equal to 1"),
        ({"polygon_xy_px": SQUARE[:2]}, "needs at least 3"),
        ({"polygon_xy_px": ((10, 10), (60, 60), (60, 10), (10, 60))}, "crosses itself"),
        ({"polygon_xy_px": ((-1, 10), (60, 10), (60, 60))}, "outside the picture"),
        ({"polygon_xy_px": ((10, 10), (20, 20), (30, 30))}, "no area"),
        ({"polygon_xy_px": ((10, 10), (12, 10), (12, 12))}, "smaller than 16 square pixels"),
        ({"id": "a b"}, "letters, digits"),
    ],
)
def test_what_a_planogram_file_may_not_hold_is_an_error_that_names_it(changes, text: str, tmp_path: Path) -> None:
    wrong = DraftFacing(**{"id": "f1", "product": "tea", "polygon_xy_px": SQUARE, **changes})
    found = said(wrong)
    assert [(severity, number) for severity, number, _ in found] == [("error", 0)]
    assert text in found[0][2]
    write_reference(tmp_path / "r.png", np.zeros((*SIZE, 3), np.uint8))
    with pytest.raises(PlanogramError):
        write_planogram(tmp_path / "p.yaml", Draft(SIZE, (wrong,)), tmp_path / "r.png")
    assert not (tmp_path / "p.yaml").exists()


def test_one_id_twice_is_an_error_of_both() -> None:
    assert [number for _, number, _ in said(facing(), facing(polygon_xy_px=moved(100)))] == [0, 1]


def test_facings_over_each_other_are_warned_of_on_both_and_touching_ones_are_not() -> None:
    found = said(facing(), facing("f2", polygon_xy_px=moved(25)))
    assert [(severity, number) for severity, number, _ in found] == [("warning", 0), ("warning", 1)]
    assert found[0][2] in {f"It lies over f2 ({share}% of the smaller one)." for share in (49, 50, 51)}
    assert said(facing(), facing("f2", polygon_xy_px=moved(48))) == []


def test_a_tiny_facing_and_one_gtin_under_two_names_are_warned_of() -> None:
    tiny = ((10.0, 10.0), (18.0, 10.0), (18.0, 18.0), (10.0, 18.0))
    assert "tiny" in said(facing(polygon_xy_px=tiny))[0][2]
    one = facing(gtin="4006381333931", product="green tea")
    other = facing("f2", gtin="04006381333931", product="green te", polygon_xy_px=moved(100))
    severity, number, text = said(one, other)[0]
    assert (severity, number) == (Severity.WARNING.value, 1)
    assert "slip" in text


@pytest.mark.parametrize(
    "product",
    [
        "tea",
        'say "cheese": {now}',
        "yes",
        "0123",
        "Käse & Öl",
        "#1",
        "a\tb",
        "null",
        "- x",
        "1e5",
        "\x85",
        "~",
        "a\u2028b",
        "\x7f",
    ],
)
def test_whatever_a_product_is_called_it_is_read_back_as_it_was(product: str, tmp_path: Path) -> None:
    write_reference(tmp_path / "my shelf: #1.png", np.zeros((*SIZE, 3), np.uint8))
    draft = Draft(
        SIZE,
        (
            facing(product=product, gtin="04006381333931", method="appearance", capacity=3),
            facing("f2", empty_in_reference=True, polygon_xy_px=((60.5, 10), (99.9, 10), (80, 60))),
        ),
        {product: ("bottle", "wine bottle")},
    )
    written = write_planogram(tmp_path / "p.yaml", draft, tmp_path / "my shelf: #1.png")
    assert draft_of(written) == draft
    assert draft_of(load_planogram(tmp_path / "p.yaml")) == draft


def test_what_goes_to_the_page_comes_back_the_same() -> None:
    draft = Draft(
        SIZE, (facing(gtin="04006381333931", capacity=2), facing("f2", empty_in_reference=True)), {"tea": ("t",)}
    )
    assert draft_from_json(draft_to_json(draft), draft) == draft


def test_classes_of_a_product_that_is_gone_go_with_it() -> None:
    draft = Draft(SIZE, (facing(),), {"tea": ("t",)})
    told = draft_to_json(draft)
    told["facings"][0]["product"] = "coffee"
    assert draft_from_json(told, draft).classes == {}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"facings": 1},
        {"facings": [1]},
        {"facings": [{"id": 3}]},
        {"facings": [{"id": "a", "polygon": [[1, 2, 3]]}]},
        {"facings": [{"id": "a", "polygon": [[1, float("inf")]]}]},
        {"facings": [{"id": "a", "polygon": [["1", 2]]}]},
        {"facings": [{"id": "a", "polygon": [], "capacity": True}]},
        {"facings": [{"id": "a", "polygon": [[0, 0]] * 65}]},
        {"facings": [{}] * 5001},
    ],
)
def test_what_is_no_draft_is_refused(value) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        draft_from_json(value, Draft(SIZE))
