"""Planograms of other programs: what is read of them, and how what is wrong in them is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgekit.errors import PlanogramError
from edgekit.planograms.importing import layout_of_file
from edgekit.planograms.layout import Layout, Placed, parsed_corners, projected
from edgekit.planograms.problems import problems_of

HEADER = "shelf,position,product,gtin,width,height,facings\n"


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def boxes(layout: Layout) -> list[tuple[int, str, tuple[float, ...]]]:
    return [(one.shelf, one.product, one.box) for one in layout.placed]


def test_a_csv_is_laid_out_row_by_row_from_the_top(tmp_path: Path) -> None:
    text = HEADER + "2,1,tea,,10,20,1\n1,2,jam,,5,12,1\n1,1,rice,4006381333931,8,30,2\n"
    layout = layout_of_file(written(tmp_path, "a.csv", text))
    assert boxes(layout) == [
        (1, "rice", (0, -30, 8, 0)),
        (1, "rice", (8, -30, 16, 0)),
        (1, "jam", (16, -30, 21, -18)),
        (2, "tea", (0, -50, 10, -30)),
    ]
    assert layout.placed[0].gtin == "04006381333931"
    assert layout.bounds == (0, -50, 21, 0)


def test_what_an_office_program_writes_is_read_too(tmp_path: Path) -> None:
    text = "Shelf;Position;Name;EAN;Width\r\n1;1;Käse;4006381333931;7,5\r\n;;;;\r\n1;2;Öl;;5\r\n"
    layout = layout_of_file(written(tmp_path, "a.csv", text, "cp1252"))
    assert boxes(layout) == [(1, "Käse", (0, -1, 7.5, 0)), (1, "Öl", (7.5, -1, 12.5, 0))]


def test_json_is_the_same_as_a_list_or_as_facings_of_an_object(tmp_path: Path) -> None:
    rows = [{"shelf": 1, "position": n, "product": f"p{n}", "gtin": None, "width": 4} for n in (1, 2)]
    one = layout_of_file(written(tmp_path, "a.json", json.dumps(rows, indent="\t")))
    other = layout_of_file(written(tmp_path, "b.json", json.dumps({"name": "x", "facings": rows})))
    assert one == other
    assert boxes(one) == [(1, "p1", (0, -1, 4, 0)), (1, "p2", (4, -1, 8, 0))]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "a.csv:1: there is no column `shelf`"),
        ("a.csv", "shelf,position,product,widht\n", "no column `width`. Did you mean `widht`?"),
        ("a.csv", HEADER, "no facing in it"),
        ("a.csv", HEADER + "1,1,tea,4006381333932,5,,\n", "a.csv:2: the check digit of 4006381333932 should be 1"),
        ("a.csv", HEADER + "1,1,tea,,wide,,\n", "a.csv:2: `width` is a number, not 'wide'"),
        ("a.csv", HEADER + "1,1,tea,,0,,\n", "a.csv:2: `width` is more than 0"),
        ("a.csv", HEADER + "1.5,1,tea,,5,,\n", "a.csv:2: `shelf` is a whole number from 1"),
        ("a.csv", HEADER + "1,1,tea,,5,,0\n", "a.csv:2: `facings` is a whole number from 1"),
        ("a.csv", HEADER + "1,1,,,5,,\n", "a.csv:2: `product` is missing"),
        ("a.csv", HEADER + "1,1,tea,,5,,,,\n", "a.csv:2: 9 cells, but the header names 7"),
        ("a.csv", HEADER + "1,1,tea,,5,,\n1,1,jam,,5,,\n", "a.csv:3: shelf 1 has position 1 already"),
        ("a.csv", HEADER + '1,1,"tea,,5,,\n', "not valid CSV"),
        ("a.csv", HEADER + "1,1,tea,,5,,\n\0", "no text file"),
        ("a.json", "[{", "a.json:1: not valid JSON"),
        ("a.json", "3", "expected a list"),
        (
            "a.json",
            '[\n {"shelf": 1, "position": 1, "product": "a", "width": 2},\n {"shelf": 1}\n]',
            "a.json:3: `position`",
        ),
        ("a.json", '[{"shelf": 1, "position": 1, "product": "a", "width": 2, "gtni": "1"}]', "Did you mean `gtin`?"),
        ("a.json", '[{"shelf": true, "position": 1, "product": "a", "width": 2}]', "`shelf` is a number"),
        ("a.json", '[{"shelf": 1, "position": 1, "product": "a", "width": NaN}]', "`width` is a number"),
        ("a.json", "[3]", "expected an object"),
        ("a.xlsx", "", "Known are .csv, .json, .psa"),
    ],
)
def test_bad_input_is_told_with_file_and_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(PlanogramError) as raised:
        layout_of_file(written(tmp_path, name, text))
    assert said in str(raised.value)


def record(kind: str, **fields: object) -> str:
    """A line whose fields stand at the places that the letters' numbers name: f1=…, f4=…"""
    cells = [kind] + [""] * 44
    for place, value in fields.items():
        cells[int(place[1:])] = str(value)
    return ",".join(cells)


def psa(*lines: str) -> str:
    return "\r\n".join(["PROSPACE SCHEMATIC FILE", record("Planogram", f1="Aisle", f3=100, f4=60), *lines]) + "\r\n"


TEA = record("Product", f1="4006381333931", f3="Th\xe9 vert\\, 20 sachets", f5=10, f6=20)
JAM = record("Product", f1="77", f3="Jam", f5=5, f6=8)
LOWER = record("Fixture", f1=0, f2="Lower", f4=0, f5=100, f6=0, f7=2)
UPPER = record("Fixture", f1=0, f2="Upper", f4=0, f5=100, f6=30, f7=2)
BAR = record("Fixture", f1=6, f2="Bar", f4=0, f5=100, f6=50, f7=1)


def position(upc: str, **fields: object) -> str:
    return record("Position", f1=upc, **{"f14": 1, "f15": 1, **fields})


def test_a_psa_file_gives_each_facing_its_place_shelf_and_product(tmp_path: Path) -> None:
    text = psa(
        TEA,
        JAM,
        LOWER,
        position("4006381333931", f4=30, f5=20, f6=2, f7=20, f14=2),
        position("77", f4=10, f6=2, f15=3),
        UPPER,
        position("4006381333931", f4=0, f5=10, f6=32, f7=20),
    )
    layout = layout_of_file(written(tmp_path, "a.psa", text, "cp1252"))
    assert boxes(layout) == [
        (1, "Thé vert, 20 sachets", (0, 32, 10, 52)),
        (2, "Jam", (10, 2, 15, 26)),
        (2, "Thé vert, 20 sachets", (30, 2, 40, 22)),
        (2, "Thé vert, 20 sachets", (40, 2, 50, 22)),
    ]
    assert [one.capacity for one in layout.placed] == [1, 3, 1, 1]
    assert [one.gtin for one in layout.placed][:2] == ["04006381333931", None]
    assert layout.notes == ("1 products have a number that is no GTIN with its check digit (77): left without.",)


def test_what_hangs_on_no_shelf_is_left_out_and_told(tmp_path: Path) -> None:
    text = psa(TEA, LOWER, position("4006381333931", f4=0, f6=2), BAR, position("4006381333931", f4=0, f6=50))
    layout = layout_of_file(written(tmp_path, "a.psa", text))
    assert len(layout.placed) == 1
    assert layout.notes == ("1 positions that are on no shelf were left out.",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello\r\n", "a.psa:1: this is no .psa planogram"),
        (psa(TEA, LOWER), "no product stands on a shelf"),
        (psa(TEA, LOWER, position("99", f4=0)), "a.psa:5: there is no Product '99'"),
        (psa(TEA, position("4006381333931")), "a.psa:4: a Position stands before any Fixture"),
        (psa(TEA, LOWER, "Position,4006381333931,,,5"), "a.psa:5: the Position record breaks off after 5 fields"),
        (
            psa(TEA, LOWER, position("4006381333931", f4="left")),
            "field 4 of the Position record is a number, not 'left'",
        ),
        (psa(record("Product", f1="5"), LOWER, position("5")), "a.psa:5: the Position of 5 has no size"),
        (psa(TEA, LOWER, position("4006381333931", f14=1e6)), "cannot be"),
    ],
)
def test_a_broken_psa_file_is_told_with_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PlanogramError) as raised:
        layout_of_file(written(tmp_path, "a.psa", text))
    assert said in str(raised.value)


def two() -> Layout:
    return Layout((Placed(1, "tea", None, (0, 10, 10, 20)), Placed(2, "jam", None, (0, 0, 10, 10))))


def test_four_corners_bring_the_plan_into_the_picture(tmp_path: Path) -> None:
    draft = projected(two(), ((100, 50), (300, 50), (300, 250), (100, 250)), (360, 640))
    assert [facing.id for facing in draft.facings] == ["s1-f1", "s2-f1"]
    assert draft.facings[0].polygon_xy_px == ((100, 50), (300, 50), (300, 150), (100, 150))
    assert draft.facings[1].polygon_xy_px == ((100, 150), (300, 150), (300, 250), (100, 250))
    assert problems_of(draft) == ()


def test_a_slanted_view_puts_the_middle_where_the_diagonals_cross() -> None:
    corners = ((100.0, 40.0), (300.0, 90.0), (300.0, 210.0), (100.0, 260.0))
    draft = projected(two(), corners, (360, 640))
    # The diagonals of this trapezium cross at y = 150, on the line between both shelves.
    left, right = draft.facings[0].polygon_xy_px[3], draft.facings[0].polygon_xy_px[2]
    assert left == pytest.approx((100, 150), abs=0.1)
    assert right == pytest.approx((300, 150), abs=0.1)


def test_what_reaches_beyond_the_picture_is_cut_off_at_its_edge() -> None:
    draft = projected(two(), ((-50, 50), (300, 50), (300, 250), (-50, 250)), (360, 640))
    assert min(x for facing in draft.facings for x, _ in facing.polygon_xy_px) == 0


@pytest.mark.parametrize(
    "corners",
    [
        ((100, 50), (300, 50), (100, 250), (300, 250)),
        ((100, 250), (300, 250), (300, 50), (100, 50)),
        ((100, 50), (110, 50), (110, 250), (100, 250)),
        ((100, 50), (300, 50), (300, 250)),
        ((100, 50), (300, 50), (150, 80), (100, 250)),
    ],
)
def test_corners_that_span_no_shelf_are_refused(corners) -> None:
    with pytest.raises(PlanogramError, match="corners"):
        projected(two(), corners, (360, 640))


def test_corners_are_typed_as_four_pairs() -> None:
    assert parsed_corners("1,2 3,4.5 5,6 7,8") == ((1, 2), (3, 4.5), (5, 6), (7, 8))
    for text in ("", "1,2 3,4 5,6", "1,2 3,4 5,6 7", "a,b c,d e,f g,h"):
        with pytest.raises(PlanogramError, match="not four points"):
            parsed_corners(text)
