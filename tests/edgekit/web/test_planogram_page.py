"""The planogram page in a real browser, with mouse and with finger."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgekit.planograms.draft import Draft, DraftFacing
from edgekit.planograms.writing import write_planogram, write_reference
from edgekit.shelf.planogram import load_planogram
from edgekit.web.planogram_page import PlanogramPage
from edgekit.web.server import LocalServer

SIZE = (360, 640)
READY = "document.body?.dataset.ready"


def box(left: float, top: float, right: float, bottom: float):
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def facing(name: str, left: float, **fields) -> DraftFacing:
    return DraftFacing(name, **{"product": "tea", "polygon_xy_px": box(left, 100, left + 80, 250), **fields})


@pytest.fixture
def desk(tmp_path: Path, serve):
    """The page over a made-up shelf with three facings; it saves to shelf.yaml."""
    pixels = np.random.default_rng(1).integers(40, 220, (*SIZE, 3), np.uint8)
    write_reference(tmp_path / "shelf.jpg", pixels)
    draft = Draft(SIZE, (facing("s1-f1", 100), facing("s1-f2", 200), facing("s1-f3", 300)))
    page = PlanogramPage(
        pixels,
        draft,
        name="shelf.yaml",
        save=lambda draft: write_planogram(tmp_path / "shelf.yaml", draft, tmp_path / "shelf.jpg"),
    )
    page.url = serve(page.page).url
    page.file = tmp_path / "shelf.yaml"
    return page


@pytest.fixture
def on_desktop(desk, desktop):
    yield desktop.open(desk.url, until=READY)
    assert desktop.complaints == []


@pytest.fixture
def on_phone(desk, phone):
    yield phone.open(desk.url, until=READY)
    assert phone.complaints == []


def polygon_of(tab, name: str):
    return load_points(tab.js(f"document.querySelector('[data-facing=\"{name}\"]').getAttribute('points')"))


def load_points(text: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in text.replace(" ", ",").split(",")]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def scale(tab) -> float:
    return tab.js("document.querySelector('#view').getCTM().a")


def save(tab, desk):
    tab.click("#save")
    tab.wait("document.querySelector('#banner').innerText.startsWith('Saved')")
    return load_planogram(desk.file)


def test_a_corner_dragged_with_the_mouse_moves_and_is_saved(desk, on_desktop) -> None:
    tab = on_desktop
    tab.click("[data-facing='1']")
    step = scale(tab)
    tab.drag(tab.middle("[data-points='2']"), (20 * step, 30 * step))
    assert polygon_of(tab, "1")[2] == (pytest.approx(300, abs=1), pytest.approx(280, abs=1))
    saved = save(tab, desk)
    assert saved.facings[1].polygon_xy_px[2] == (pytest.approx(300, abs=1), pytest.approx(280, abs=1))
    assert saved.facings[0].polygon_xy_px == box(100, 100, 180, 250)
    assert desk.saves == 1


def test_a_corner_dragged_with_a_finger_moves(desk, on_phone) -> None:
    tab = on_phone
    tab.click("[data-facing='0']")
    step = scale(tab)
    tab.drag(tab.middle("[data-points='0']"), (-40 * step, -20 * step))
    assert save(tab, desk).facings[0].polygon_xy_px[0] == (pytest.approx(60, abs=2), pytest.approx(80, abs=2))


def test_an_edge_moves_both_of_its_corners_and_a_facing_moves_whole_within_the_picture(desk, on_desktop) -> None:
    tab = on_desktop
    tab.click("[data-facing='2']")
    step = scale(tab)
    tab.drag(tab.middle("[data-points='1,2']"), (30 * step, 0))
    assert [x for x, _ in polygon_of(tab, "2")] == pytest.approx([300, 410, 410, 300], abs=1)
    tab.drag(tab.middle("[data-facing='2']"), (900 * step, 0))
    assert max(x for x, _ in polygon_of(tab, "2")) == 640


def test_a_finger_on_a_facing_that_is_not_selected_moves_the_picture_and_not_the_facing(desk, on_phone) -> None:
    tab = on_phone
    before = tab.js("document.querySelector('#view').getCTM().e")
    tab.drag(tab.middle("[data-facing='1']"), (60, 0))
    assert tab.js("document.querySelector('#view').getCTM().e") > before + 30
    assert polygon_of(tab, "1") == list(box(200, 100, 280, 250))


def test_two_fingers_zoom_and_change_no_facing(desk, on_phone) -> None:
    tab = on_phone
    before = scale(tab)
    x, y = tab.middle("#stage")
    tab.pinch((x - 40, y), (x + 40, y), 60)
    assert scale(tab) > 1.8 * before
    assert polygon_of(tab, "0") == list(box(100, 100, 180, 250))


def test_add_duplicate_split_delete_undo_and_redo(desk, on_desktop) -> None:
    tab = on_desktop
    left, top = tab.middle("[data-facing='2']")
    step = scale(tab)
    tab.click("#add")
    tab.drag((left + 100 * step, top - 50 * step), (60 * step, 100 * step))
    assert tab.text("#tally").startswith("4 facings")
    tab.click("#duplicate")
    assert tab.text("#tally").startswith("5 facings")
    tab.click("#split")
    tab.type("#split-parts", "3")
    tab.click("#split-form button")
    assert tab.text("#tally").startswith("7 facings")
    tab.click("#delete")
    assert tab.text("#tally").startswith("6 facings")
    for expected in ("7", "5", "4", "3"):
        tab.click("#undo")
        assert tab.text("#tally").startswith(expected)
    assert tab.js("document.querySelector('#undo').disabled")
    tab.click("#redo")
    saved = save(tab, desk)
    assert [one.id for one in saved.facings] == ["s1-f1", "s1-f2", "s1-f3", "s1-f4"]


def test_the_keyboard_does_it_all(desk, on_desktop) -> None:
    tab = on_desktop
    tab.click("[data-facing='0']")
    tab.press("ArrowRight")
    tab.press("ArrowDown", shift=True)
    assert polygon_of(tab, "0")[0] == (101, 110)
    tab.press("z", ctrl=True)
    assert polygon_of(tab, "0")[0] == (100, 100)
    tab.press("z", ctrl=True, shift=True)
    tab.press("d")
    assert tab.text("#tally").startswith("4 facings")
    tab.press("Delete")
    assert tab.text("#tally").startswith("3 facings")
    tab.press("s", ctrl=True)
    tab.wait("document.querySelector('#banner').innerText.startsWith('Saved')")
    assert load_planogram(desk.file).facings[0].polygon_xy_px[0] == (101, 110)


def test_a_wrong_gtin_is_said_while_one_types_and_keeps_the_file_from_being_written(desk, on_phone, tmp_path) -> None:
    tab = on_phone
    tab.click("[data-facing='1']")
    tab.type("#f-gtin", "4006381333932")
    tab.wait("document.querySelector('#problems').innerText.includes('check digit of 4006381333932 should be 1')")
    assert tab.js("document.querySelector('#f-gtin').classList.contains('wrong')")
    tab.click("#save")
    tab.wait("document.querySelector('#banner').innerText.startsWith('Not saved')")
    assert not desk.file.exists()
    tab.screenshot(tmp_path / "wrong.png")
    tab.type("#f-gtin", "4006381333931")
    tab.type("#f-product", "green tea")
    tab.wait("!document.querySelector('#problems').innerText.includes('check digit')")
    saved = save(tab, desk)
    assert (saved.facings[1].gtin, saved.facings[1].product) == ("04006381333931", "green tea")


def test_facings_over_each_other_are_warned_of_and_saved_all_the_same(desk, on_desktop) -> None:
    tab = on_desktop
    tab.click("[data-facing='0']")
    step = scale(tab)
    tab.drag(tab.middle("[data-facing='0']"), (60 * step, 0))
    tab.wait("document.querySelector('#problems').innerText.includes('lies over s1-f2')")
    assert len(save(tab, desk).facings) == 3


def test_a_page_whose_edgekit_is_gone_says_so_and_loses_nothing(desktop) -> None:
    page = PlanogramPage(np.zeros((*SIZE, 3), np.uint8), Draft(SIZE, (facing("a", 100),)), name="x", save=print)
    with LocalServer(page.page) as server:
        desktop.open(server.url, until=READY)
    desktop.click("[data-facing='0']")
    desktop.type("#f-product", "coffee")
    desktop.wait("document.querySelector('#banner').innerText.includes('does not answer')")
    desktop.click("#save")
    desktop.wait("document.querySelector('#banner').innerText.startsWith('Not saved')")
    assert desktop.js("document.querySelector('#f-product').value") == "coffee"


def test_done_ends_the_page(desk, on_desktop) -> None:
    save(on_desktop, desk)
    on_desktop.click("#done")
    on_desktop.wait("document.querySelector('#banner').innerText.startsWith('Done')")
    assert desk.done.is_set()


def test_the_corners_of_an_import_are_dragged_and_the_facings_follow(tmp_path, serve, desktop) -> None:
    pixels = np.full((*SIZE, 3), 90, np.uint8)
    draft = Draft(SIZE)

    def project(corners):
        left, right = corners[0], corners[2]
        return Draft(SIZE, (facing("a", 0, polygon_xy_px=box(left[0], left[1], right[0], right[1])),))

    page = PlanogramPage(pixels, draft, name="shelf.yaml", save=lambda draft: None, project=project)
    tab = desktop.open(serve(page.page).url, until=READY)
    step = scale(tab)
    tab.drag(tab.middle("[data-corner='0']"), (-30 * step, 20 * step))
    tab.wait("document.querySelector('[data-facing]')?.getAttribute('points').startsWith('46.')")
    tab.click("#corners-done")
    assert tab.js("document.querySelector('#save').hidden") is False
    assert tab.complaints == []
