"""The pictures of a whole run: what they show, that they are there first, and what happens when they cannot be."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edgekit.config.schema import PicturesConfig
from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera, FakeShelf, InStep

SCENES = [(3.0, ()), (3.0, {"left"}), (3.0, ())]


@pytest.fixture
def shelf(tmp_path: Path) -> FakeShelf:
    return FakeShelf(tmp_path)


def run(shelf: FakeShelf, scenes=SCENES, *, frames=None, **pictures):
    camera = FakeCamera(frames if frames is not None else shelf.pictures(scenes), fps=shelf.fps)
    site = shelf.site(pictures=PicturesConfig(**pictures))
    with Runtime(site, sources={"cam": camera}) as runtime:
        events = list(runtime.events())
        return events, runtime.health()


def shown(shelf: FakeShelf, path: str):
    picture = cv2.imread(str(shelf.folder / "state" / path))
    assert picture is not None
    return picture


def is_like(picture, expected) -> bool:
    return picture.shape == expected.shape and float(np.abs(picture.astype(int) - expected).mean()) < 25


def crop(pixels):
    """Of the left facing, (24, 24)-(72, 120), with the margin of a fifth of its longer side."""
    return pixels[24 - 19 - 1 : 120 + 20, 24 - 19 - 1 : 72 + 20]


def test_an_event_names_what_the_facing_looked_like_before_and_after(shelf) -> None:
    (opened, resolved), health = run(shelf)
    assert opened.data.pictures == (f"pictures/{opened.id}-before.jpg", f"pictures/{opened.id}-after.jpg")
    full, empty = crop(shelf.picture()), crop(shelf.picture({"left"}))
    before, after = (shown(shelf, path) for path in opened.data.pictures)
    assert is_like(before, full)
    assert is_like(after, empty)
    assert not is_like(after, full)
    before, after = (shown(shelf, path) for path in resolved.data.pictures)
    assert is_like(before, empty)
    assert is_like(after, full)
    assert health.pictures.count == 4
    assert health.well


def test_the_whole_picture_is_written_only_where_it_is_asked_for(shelf) -> None:
    (opened, _), _ = run(shelf, whole_picture=True, before_after=False)
    assert opened.data.pictures == (f"pictures/{opened.id}-whole.jpg",)
    assert is_like(shown(shelf, opened.data.pictures[0]), shelf.picture({"left"}))


def test_without_pictures_nothing_is_written(shelf) -> None:
    (opened, _), _ = run(shelf, before_after=False)
    assert opened.data.pictures == ()
    assert not (shelf.folder / "state" / "pictures").exists()


def test_a_facing_that_is_empty_at_first_sight_has_no_picture_from_before(shelf) -> None:
    (opened,), _ = run(shelf, [(4.0, {"left"})])
    assert opened.data.reason == "at_start"
    assert opened.data.pictures == (f"pictures/{opened.id}-after.jpg",)


def test_the_same_recording_gives_the_same_bytes(tmp_path) -> None:
    found = []
    for name in ("one", "two"):
        shelf = FakeShelf(tmp_path / name)
        events, _ = run(shelf)
        folder = shelf.folder / "state" / "pictures"
        found.append(([event.to_json() for event in events], {p.name: p.read_bytes() for p in folder.iterdir()}))
    assert found[0] == found[1]


def test_a_picture_that_cannot_be_written_never_costs_the_event(shelf) -> None:
    (shelf.folder / "in-the-way").write_text("a file")
    events, health = run(shelf, folder=shelf.folder / "in-the-way")
    assert [event.type.rsplit(".", 1)[1] for event in events] == ["opened", "resolved"]
    assert all(event.data.pictures == () for event in events)
    assert health.pictures.failed == 4
    assert any("evidence pictures" in error for error in health.errors)


def with_somebody(pixels):
    """Somebody in bright red between the facings, who reaches into the margin of the left one's crop."""
    pixels = pixels.copy()
    pixels[20:, 82:112] = (0, 0, 255)
    return pixels


@pytest.mark.parametrize("mask", [True, False])
def test_somebody_beside_the_facing_is_not_in_its_picture(shelf, mask) -> None:
    frames = [shelf.picture() for _ in range(15)]
    frames += [with_somebody(shelf.picture({"left"})) for _ in range(20)]
    (opened,), _ = run(shelf, frames=frames, mask_people=mask, whole_picture=True)
    _, after, whole = (shown(shelf, path).astype(int) for path in opened.data.pictures)
    for strip in (after[30:, -8:-2], whole[40:, 86:108]):
        redness = float((strip[..., 2] - strip[..., 0]).mean())
        assert (redness > 150) is not mask
        assert (abs(redness) < 40) is mask


def test_after_a_restart_the_picture_from_before_is_the_last_runs(shelf) -> None:
    runs = []
    for scenes in ([(3.0, ())], [(4.0, {"left"})]):
        in_step = InStep(shelf.pictures(scenes))
        camera = FakeCamera(in_step.pictures(), fps=shelf.fps, live=True)
        with Runtime(shelf.site(), sources={"cam": camera}, observer=in_step) as runtime:
            assert in_step.all_seen.wait(20)
            runs.append([next(runtime.events())] if runs else [])
    (opened,) = runs[1]
    assert opened.data.reason is None
    before, after = (shown(shelf, path) for path in opened.data.pictures)
    assert is_like(before, crop(shelf.picture()))
    assert is_like(after, crop(shelf.picture({"left"})))
