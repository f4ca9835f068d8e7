"""NMS against another implementation of what torchvision's CPU kernel does, written as loops."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgekit.vision.nms import nms, nms_per_class

Array = NDArray[np.float32]


def reference(boxes: Array, scores: Array, max_iou: float) -> list[int]:
    """float32 arithmetic, the comparison with the threshold in double; stable order of equal scores."""
    order = sorted(range(len(boxes)), key=lambda index: -float(scores[index]))
    zero = np.float32(0)
    kept: list[int] = []
    for index in order:
        for other in kept:
            a, b = boxes[other], boxes[index]
            width = max(zero, min(a[2], b[2]) - max(a[0], b[0]))
            height = max(zero, min(a[3], b[3]) - max(a[1], b[1]))
            shared = width * height
            union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
            with np.errstate(all="ignore"):
                if float(shared / union) > max_iou:
                    break
        else:
            kept.append(index)
    return kept


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Array, NDArray[np.int64], Array]:
    """Clustered boxes with many ties: from few corners, sizes, scores and classes."""
    count = draw(st.one_of(st.integers(0, 40), st.integers(120, 400)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    step = draw(st.sampled_from([1.0, 0.1, 7.3]))
    corners = rng.integers(0, 30, (count, 2)) * step
    sizes = rng.integers(0, 20, (count, 2)) * step
    boxes = np.concatenate([corners, corners + sizes], axis=1).astype(np.float32)
    scores = (rng.integers(0, draw(st.sampled_from([3, 1000])), count) / 1000).astype(np.float32)
    return boxes, rng.integers(0, draw(st.integers(1, 5)), count), scores


thresholds = st.one_of(st.sampled_from([0.0, 0.5, 0.6, 0.65, 0.1, 1.0]), st.floats(0, 1))


@settings(max_examples=60, deadline=None)
@given(pictures(), thresholds)
def test_nms_keeps_what_the_plain_loops_keep(picture: tuple[Array, NDArray[np.int64], Array], max_iou: float) -> None:
    boxes, _, scores = picture
    assert nms(boxes, scores, max_iou).tolist() == reference(boxes, scores, max_iou)


@settings(max_examples=60, deadline=None)
@given(pictures(), thresholds)
def test_nms_per_class_is_nms_of_each_class_merged_by_score(
    picture: tuple[Array, NDArray[np.int64], Array], max_iou: float
) -> None:
    boxes, classes, scores = picture
    expected = []
    for class_id in np.unique(classes):
        members = np.flatnonzero(classes == class_id)
        expected += [int(members[at]) for at in reference(boxes[members], scores[members], max_iou)]
    expected.sort(key=lambda index: (-float(scores[index]), index))
    assert nms_per_class(boxes, classes, scores, max_iou).tolist() == expected
