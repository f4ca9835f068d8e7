"""Whatever polygon a user draws: it is loaded as it is, or refused in one line that names file, line and facing."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.errors import PlanogramError
from edgekit.shelf.gtin import check_digit, normalised
from edgekit.shelf.planogram import load_planogram
from edgekit.shelf.polygon import area_px2, crosses_itself

points = st.tuples(st.integers(-3, 45), st.integers(-3, 35))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import cv2

    folder = tmp_path_factory.mktemp("planograms")
    cv2.imwrite(str(folder / "shelf.png"), np.zeros((32, 42, 3), np.uint8))
    return folder


@given(polygon=st.lists(points, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_polygon_is_taken_as_it_is_or_refused_in_one_line(folder, polygon) -> None:
    path = folder / "p.yaml"
    text = ", ".join(f"[{x}, {y}]" for x, y in polygon)
    path.write_text(f"reference: shelf.png\nfacings:\n  - id: a\n    product: b\n    polygon: [{text}]\n")
    refused, planogram = "", None
    try:
        planogram = load_planogram(path)
    except PlanogramError as error:
        refused = str(error)
    if planogram is None:
        assert refused.startswith(f"{path}:5: facing 'a': the polygon")
        assert "\n" not in refused
        return
    taken = planogram.facings[0].polygon_xy_px
    assert taken == tuple((float(x), float(y)) for x, y in polygon)
    assert len(taken) >= 3
    assert all(0 <= x <= 42 and 0 <= y <= 32 for x, y in taken)
    assert area_px2(taken) >= 16
    assert not crosses_itself(taken)


@given(st.lists(points, min_size=3, max_size=6, unique=True), st.integers(0, 5), st.booleans())
def test_where_a_polygon_starts_and_which_way_it_runs_does_not_matter(polygon, start, backwards) -> None:
    turned = polygon[start % len(polygon) :] + polygon[: start % len(polygon)]
    other = tuple(reversed(turned)) if backwards else tuple(turned)
    assert crosses_itself(other) == crosses_itself(tuple(polygon))
    assert area_px2(other) == pytest.approx(area_px2(tuple(polygon)))


@given(st.text("0123456789", min_size=7, max_size=13).filter(lambda text: len(text) in (7, 11, 12, 13)))
def test_one_wrong_digit_of_a_gtin_is_always_noticed(stem) -> None:
    gtin = stem + str(check_digit(stem))
    assert normalised(gtin) == gtin.zfill(14)
    for place, digit in itertools.product(range(len(gtin)), "0123456789"):
        if gtin[place] != digit:
            with pytest.raises(ValueError, match=r"check digit"):
                normalised(gtin[:place] + digit + gtin[place + 1 :])
