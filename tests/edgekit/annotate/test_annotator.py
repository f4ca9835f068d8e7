from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgekit.annotate.annotator import Annotator
from edgekit.annotate.model import said_of
from edgekit.annotate.style import STATE_COLOURS
from edgekit.frame import Frame
from edgekit.shelf.words import FacingStatus, Transition, TransitionKind, UnknownReason
from edgekit.vision.detection import Detections


@dataclass
class Facing:
    id: str
    polygon_xy_px: list[list[float]]


@dataclass
class Planogram:
    facings: list[Facing]
    reference_size_hw: tuple[int, int] = (240, 320)


@dataclass
class Reading:
    state: FacingStatus
    committed: FacingStatus
    reason: UnknownReason | None = None
    fill: float | None = None
    outline_xy_px: tuple[tuple[float, float], ...] | None = None


PLANOGRAM = Planogram([Facing("left", [[40, 60], [120, 60], [120, 200], [40, 200]])])
OUT, STOCKED = FacingStatus.OUT_OF_STOCK, FacingStatus.STOCKED


def frame(index: int) -> Frame:
    pixels = np.full((240, 320, 3), 120, np.uint8)
    pixels.setflags(write=False)
    return Frame(pixels, index / 10, index)


def opened(index: int, facing: str = "left") -> Transition:
    return Transition(facing, TransitionKind.OPENED, 1, 1, OUT, STOCKED, None, 0.1, 0.9, 2.0, index / 10, index)


def video(path: Path) -> list[np.ndarray]:
    capture = cv2.VideoCapture(str(path))
    pictures = []
    while True:
        success, pixels = capture.read()
        if not success:
            return pictures
        pictures.append(pixels)


def reddish(pixels: np.ndarray, rows: slice) -> float:
    blue, _, red = STATE_COLOURS["out_of_stock"]
    part = pixels[rows].astype(int)
    return float(((part[..., 2] - part[..., 0]) > (red - blue) / 2).mean())


def test_it_leaves_every_frame_and_a_tile_for_each_event(tmp_path: Path) -> None:
    annotator = Annotator(tmp_path, {"table": PLANOGRAM}, fps={"table": 10})
    state = STOCKED
    for index in range(60):
        transitions = [opened(index)] if index == 10 else []
        state = OUT if index >= 10 else state
        annotator.on_frame("table", frame(index), None, {"left": Reading(state, state)}, transitions)
    assert annotator.finish() == (tmp_path / "annotated.mp4", tmp_path / "contact-sheet.png")
    pictures = video(tmp_path / "annotated.mp4")
    assert len(pictures) == 60
    banner = [reddish(picture, slice(225, 240)) > 0.5 for picture in pictures]
    assert banner == [10 <= index < 40 for index in range(60)]  # three seconds


def test_frames_between_samples_keep_what_was_last_known(tmp_path: Path) -> None:
    annotator = Annotator(tmp_path, {"table": PLANOGRAM})
    boxes = Detections(np.array([[200, 60, 300, 200]], np.float32), np.zeros(1, np.int64), np.ones(1, np.float32))
    annotator.on_frame("table", frame(0), boxes, {"left": Reading(OUT, OUT)}, [])
    for index in (1, 2, 20):
        annotator.on_frame("table", frame(index), None, {}, [])
    annotator.finish()
    shown = video(tmp_path / "annotated.mp4")
    assert all(reddish(picture, slice(40, 210)) > 0.02 for picture in shown)
    drawn_box = [float(picture[60:200, 196:304].std()) > 5 for picture in shown]
    assert drawn_box == [True, True, True, False]  # boxes of two seconds ago are not of this frame


@pytest.mark.parametrize("frames", [50, 12])
def test_a_camera_that_says_no_rate_is_filmed_at_the_rate_at_which_its_frames_come(tmp_path: Path, frames: int) -> None:
    annotator = Annotator(tmp_path, {"table": PLANOGRAM})
    for index in range(frames):
        annotator.on_frame("table", frame(index), None, {}, [])
    annotator.finish()
    assert len(video(tmp_path / "annotated.mp4")) == frames
    assert cv2.VideoCapture(str(tmp_path / "annotated.mp4")).get(cv2.CAP_PROP_FPS) == pytest.approx(10, abs=0.01)


def test_several_cameras_have_a_video_each_and_one_sheet(tmp_path: Path) -> None:
    annotator = Annotator(tmp_path, {"a": PLANOGRAM, "b": PLANOGRAM})
    for camera in ("a", "b"):
        annotator.on_frame(camera, frame(0), None, {}, [opened(0)])
    annotator.on_frame("unknown", frame(0), None, {}, [opened(0)])
    assert [path.name for path in annotator.finish()] == ["annotated-a.mp4", "annotated-b.mp4", "contact-sheet.png"]


def test_a_camera_that_gave_nothing_has_no_video(tmp_path: Path) -> None:
    assert Annotator(tmp_path, {"a": PLANOGRAM}).finish() == (tmp_path / "contact-sheet.png",)


def test_the_frame_s_own_pixels_stay_as_they_are(tmp_path: Path) -> None:
    annotator = Annotator(tmp_path, {"a": PLANOGRAM})
    given = frame(0)
    annotator.on_frame("a", given, None, {"left": Reading(OUT, OUT)}, [opened(0)])
    annotator.abandon()
    assert (given.pixels == 120).all()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "state", "previous", "reason", "text"),
    [
        (TransitionKind.OPENED, OUT, STOCKED, None, "out of stock"),
        (TransitionKind.OPENED, OUT, FacingStatus.UNKNOWN, "at_start", "out of stock (at start)"),
        (TransitionKind.OPENED, FacingStatus.LOW, STOCKED, None, "low"),
        (TransitionKind.UPDATED, OUT, FacingStatus.LOW, "state_changed", "now out of stock"),
        (TransitionKind.UPDATED, OUT, OUT, "reminder", "now out of stock (reminder)"),
        (TransitionKind.RESOLVED, STOCKED, OUT, None, "restocked"),
        (TransitionKind.RETRACTED, STOCKED, OUT, "facing_removed", "out of stock taken back (facing removed)"),
    ],
)
def test_a_transition_is_said_in_a_few_words(
    kind: TransitionKind, state: FacingStatus, previous: FacingStatus, reason: str | None, text: str
) -> None:
    assert said_of(Transition("a", kind, 1, 1, state, previous, reason, None, 1.0, 0.0, 0.0, 0)) == text
