"""The live page in a real browser, over a Runtime that really runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edgekit.cli.sentence import sentence
from edgekit.errors import SourceError
from edgekit.frame import Frame
from edgekit.runtime import Runtime
from edgekit.shelf.planogram import load_planogram
from edgekit.testing import FakeCamera, FakeShelf
from edgekit.web.http import Request
from edgekit.web.live_page import LivePage
from edgekit.web.live_watch import MAX_SIDE_PX, LiveWatch

READY = "document.body?.dataset.ready && document.querySelector('img[data-shown]')"


class Shop:
    """A fake shelf with a live camera, watched; its pictures come until they are used up, then it stands still."""

    def __init__(self, folder: Path, scenes, *, then: tuple[object, ...] = ()) -> None:
        self.shelf = FakeShelf(folder)
        pictures = [*self.shelf.pictures(scenes), *then]
        self.watch = LiveWatch()
        self.enough = threading.Event()
        self.runtime = Runtime(
            self.shelf.site(),
            sources={"cam": FakeCamera(self._until_shown(pictures), live=True)},
            observer=self.watch,
        )
        self.runtime.on(self.watch.event)
        planograms = {"cam": load_planogram(self.shelf.planogram)}
        self.page = LivePage(self.watch, planograms, health=self.runtime.health, sentence=sentence, store="s-001")

    def _until_shown(self, pictures) -> Iterator[object]:
        # One after the other, each looked at: a live camera drops what is late.
        for number, picture in enumerate(pictures):
            self._wait_seen(number)
            yield picture

    def _wait_seen(self, number: int) -> None:
        for _ in range(500):
            seen = self.watch.seen("cam")
            if number == 0 or (seen is not None and seen.number >= number) or self.enough.wait(0.01):
                return

    def state(self):
        return json.loads(self.page.page[("GET", "/api/live")](Request()).body)


@pytest.fixture
def shop(tmp_path: Path):
    shops: list[Shop] = []

    def open_up(scenes, **options) -> Shop:
        made = Shop(tmp_path, scenes, **options)
        made.runtime.start()
        shops.append(made)
        return made

    yield open_up
    for one in shops:
        one.enough.set()
        one.runtime.close()


def test_an_emptied_facing_is_seen_open_with_its_event_and_its_details_on_a_tap(shop, serve, phone, desktop) -> None:
    url = serve(shop([(3.0, ()), (3.0, {"left"})]).page.page).url
    phone.call("Page.bringToFront")
    phone.open(url, until=READY)
    phone.wait("document.querySelector('#open button')")
    assert "box out of stock" in phone.text("#open")
    assert "cam/left" in phone.text("#open")
    assert "box out of stock" in phone.text("#events")
    assert phone.text("#open-count") == "1"
    assert phone.js("document.querySelector('[data-facing=left]').classList.contains('out_of_stock')")
    assert phone.js("document.querySelector('[data-facing=right]').classList.contains('stocked')")
    phone.click("[data-facing='right']")
    phone.wait("!document.querySelector('.detail').hidden")
    assert "Fill" in phone.text(".detail")
    assert phone.js("document.documentElement.scrollWidth") == 390
    assert phone.complaints == []


def test_a_facing_that_cannot_be_judged_says_why_in_words(shop, serve, desktop) -> None:
    desktop.open(serve(shop([(0.4, ())]).page.page).url, until=READY)
    desktop.wait("document.querySelector('.why').innerText.includes('too little seen yet: left, right')")
    assert "2 unknown" in desktop.text(".chips")
    assert desktop.js("document.querySelector('[data-facing=left]').classList.contains('hidden')")
    assert desktop.complaints == []


def test_a_camera_that_is_lost_is_said_with_what_to_do_and_its_last_picture_is_greyed(shop, serve, desktop) -> None:
    desktop.open(serve(shop([(2.0, ())], then=(SourceError("the cable is out."),)).page.page).url, until=READY)
    desktop.wait("document.querySelector('.alarm')?.innerText.includes('check the camera')")
    assert desktop.js("document.querySelector('.view').classList.contains('stale')")
    assert desktop.text(".chips") == "2 unknown"
    assert "no picture comes: left, right" in desktop.text(".why")


def test_a_covered_camera_is_said_with_what_to_do(shop, serve, desktop) -> None:
    dark = [np.full((144, 192, 3), 3, np.uint8) + np.uint8(i % 3) for i in range(40)]
    desktop.open(serve(shop([(2.0, ())], then=tuple(dark)).page.page).url, until=READY)
    desktop.wait("document.querySelector('.alarm')?.innerText.includes('switch the light on')")


def test_a_run_that_ended_is_said_and_its_last_picture_stays(shop, desktop) -> None:
    from edgekit.web.server import LocalServer

    server = LocalServer(shop([(2.0, ())]).page.page)
    with server:
        desktop.open(server.url, until=READY)
    desktop.wait("document.querySelector('#banner').innerText.includes('does not answer')")
    assert desktop.js("document.querySelector('.view').classList.contains('stale')")


def test_a_picture_is_made_when_somebody_looks_once_for_all_and_scaled_down() -> None:
    import cv2

    watch = LiveWatch()
    pixels = np.zeros((1500, 3000, 3), np.uint8)
    watch.on_frame("cam", Frame(pixels, 0.0, 0), None, {}, ())
    assert watch._pictures == {}
    first = watch.jpeg("cam")
    assert first is not None
    assert cv2.imdecode(np.frombuffer(first, np.uint8), cv2.IMREAD_COLOR).shape == (640, MAX_SIDE_PX, 3)
    assert watch.jpeg("cam") is first
    assert watch.jpeg("cam", after=1) is None
    watch.on_frame("cam", Frame(pixels, 0.1, 1), None, {}, ())
    assert watch.jpeg("cam", after=1) is not None
    assert watch.jpeg("another") is None


def test_no_other_address_of_a_camera_is_answered(shop, tmp_path) -> None:
    from edgekit.web.http import Wrong

    picture = shop([(0.4, ())]).page.page[("GET", "/camera/")]
    for rest, query in (
        ("../cam.jpg", {}),
        ("nobody.jpg", {}),
        ("cam.jpg", {"after": "-1"}),
        ("cam.jpg", {"after": "9" * 30}),
    ):
        with pytest.raises(Wrong, match="no such picture"):
            picture(Request(rest, query))
