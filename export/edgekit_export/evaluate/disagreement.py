"""Pictures on which float and an encoding disagree most, small enough to look at on one page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from edgekit.frame import Pixels
from edgekit.vision.detection import Detections
from edgekit_export.evaluate.answers import BoxAnswers, ClassAnswers
from edgekit_export.evaluate.box_changes import BoxChanges, box_changes

__all__ = ["Disagreement", "Mark", "disagreements"]

_LONGEST_PX: Final = 240
_QUALITY: Final = 70
"""Of a JPEG of that size: about 10 kB."""

_PEOPLE: Final = frozenset({"person", "people", "face", "pedestrian", "man", "woman", "child"})
_MAYBE: Final = 0.1
"""A box of a person with this score or more is enough for a picture not to be shown."""

Reader = Callable[[int], "Pixels | None"]
"""The pixels of a picture by its index in the answers, in the boxes' coordinates; None where they are not to be had."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box that only one of the two models finds.

    Attributes:
        box_xyxy: left, top, right, bottom as shares of the picture's width and height.
        label: its class and score.
        lost: float finds it and the encoding does not; else the other way round.
    """

    box_xyxy: tuple[float, float, float, float]
    label: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One picture to which an encoding answers otherwise than float.

    Attributes:
        picture: its file name.
        encoding: which one.
        floating: float's answer, in words.
        answer: the encoding's answer, in words.
        truth: the label, where there is one.
        marks: detectors: boxes that only one of the two finds.
        size_wh: of `jpeg`.
        jpeg: the picture made small, or None where it is not to be had.
    """

    picture: str
    encoding: str
    floating: str
    answer: str
    truth: str | None = None
    marks: tuple[Mark, ...] = ()
    size_wh: tuple[int, int] | None = None
    jpeg: bytes | None = None


def disagreements(
    encoding: str,
    floating: ClassAnswers | BoxAnswers,
    other: ClassAnswers | BoxAnswers,
    class_names: Sequence[str],
    read: Reader,
    *,
    most: int = 4,
) -> tuple[Disagreement, ...]:
    """The pictures on which two models disagree most, the worst first.

    A picture in which a detector finds a person is never among them: a report is passed on.

    Worst is, for classifiers, where float is right and the encoding is not, then where both are surest; for detectors,
    where the boxes that only one of them finds have the highest scores together.

    Args:
        encoding: name of the other model.
        floating: float's answers.
        other: the encoding's answers to the same pictures.
        class_names: of the bundle.
        read: gives a picture's pixels.
        most: at most so many.
    """
    if floating.names != other.names:
        return ()
    if isinstance(floating, ClassAnswers) and isinstance(other, ClassAnswers):
        return _of_classes(encoding, floating, other, class_names, read, most)
    if isinstance(floating, BoxAnswers) and isinstance(other, BoxAnswers):
        return _of_boxes(encoding, floating, other, class_names, read, most)
    return ()


def _of_classes(
    encoding: str, floating: ClassAnswers, other: ClassAnswers, names: Sequence[str], read: Reader, most: int
) -> tuple[Disagreement, ...]:
    apart = floating.first != other.first
    severity = np.minimum(floating.probability, other.probability).astype(np.float64)
    if floating.truth is not None:
        severity += floating.truth == floating.first
    chosen = [int(index) for index in np.argsort(-severity, kind="stable") if apart[index]][:most]
    found = []
    for index in chosen:
        size_wh, jpeg = _thumbnail(read(index))
        found.append(
            Disagreement(
                picture=_file_name(floating.names[index]),
                encoding=encoding,
                floating=_answer(floating, index, names),
                answer=_answer(other, index, names),
                truth=None if floating.truth is None else names[int(floating.truth[index])],
                size_wh=size_wh,
                jpeg=jpeg,
            )
        )
    return tuple(found)


def _answer(answers: ClassAnswers, index: int, names: Sequence[str]) -> str:
    return f"{names[int(answers.first[index])]} ({100 * float(answers.probability[index]):.0f} %)"


def _of_boxes(
    encoding: str, floating: BoxAnswers, other: BoxAnswers, names: Sequence[str], read: Reader, most: int
) -> tuple[Disagreement, ...]:
    changes = [box_changes(*pair) for pair in zip(floating.found, other.found, strict=True)]
    severity = [float(change.lost.scores.sum() + change.added.scores.sum()) for change in changes]
    people = [index for index, name in enumerate(names) if name.lower() in _PEOPLE]
    shown = [
        not any(np.isin(found.class_ids[found.scores >= _MAYBE], people).any() for found in pair)
        for pair in zip(floating.found, other.found, strict=True)
    ]
    wanted = (index for index, value in enumerate(severity) if value > 0 and shown[index])
    chosen = sorted(wanted, key=lambda index: -severity[index])
    found = []
    for index in chosen[:most]:
        pixels, change = read(index), changes[index]
        size_wh, jpeg = _thumbnail(pixels)
        found.append(
            Disagreement(
                picture=_file_name(floating.names[index]),
                encoding=encoding,
                floating=_listed(change.lost, names),
                answer=_listed(change.added, names),
                marks=() if pixels is None else _marks(change, pixels, names),
                size_wh=size_wh,
                jpeg=jpeg,
            )
        )
    return tuple(found)


def _listed(found: Detections, names: Sequence[str]) -> str:
    labels = [_label(one.class_id, one.score, names) for one in found]
    return ", ".join(labels) if labels else "nothing"


def _label(class_id: int, score: float, names: Sequence[str]) -> str:
    return f"{names[class_id]} {100 * score:.0f} %"


def _marks(change: BoxChanges, pixels: Pixels, names: Sequence[str]) -> tuple[Mark, ...]:
    height, width = pixels.shape[:2]
    whole = np.array((width, height, width, height))
    marks = []
    for found, lost in ((change.lost, True), (change.added, False)):
        for one in found:
            left, top, right, bottom = (float(v) for v in np.clip(np.array(one.box_xyxy_px) / whole, 0, 1).round(4))
            marks.append(Mark((left, top, right, bottom), _label(one.class_id, one.score, names), lost))
    return tuple(marks)


def _thumbnail(pixels: Pixels | None) -> tuple[tuple[int, int] | None, bytes | None]:
    """Width and height, and the JPEG."""
    if pixels is None:
        return None, None
    import cv2

    height, width = pixels.shape[:2]
    scale = min(1.0, _LONGEST_PX / max(height, width))
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA)
    ok, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return (size_wh, encoded.tobytes()) if ok else (None, None)


def _file_name(name: str) -> str:
    """Without folders: a page holds nothing of the machine that made it."""
    return name.replace("\\", "/").rpartition("/")[2]
