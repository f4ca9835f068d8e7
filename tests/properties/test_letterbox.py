from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edgekit.vision.geometry import Anchor, Geometry, Interpolation, ResizeMode, mapping, prepare

sides = st.integers(2, 700)
sizes = st.tuples(sides, sides)
shares = st.floats(0, 1, width=32)


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    out = draw(st.integers(8, 448)), draw(st.integers(8, 448))
    return Geometry(
        draw(st.sampled_from(ResizeMode)),
        out,
        anchor=draw(st.sampled_from(Anchor)),
        pad_value=draw(st.integers(0, 255)),
        interpolation=draw(st.sampled_from(Interpolation)),
        resize_shorter_px=draw(st.one_of(st.none(), st.integers(8, 512))),
    )


@given(sizes, geometries(), shares, shares)
def test_a_point_comes_back_within_a_pixel(size_hw: tuple[int, int], geometry: Geometry, x: float, y: float) -> None:
    point = np.array([[x * size_hw[1], y * size_hw[0]]], np.float32)
    there = mapping(size_hw, geometry)
    assert np.abs(there.to_frame(there.to_prepared(point)) - point).max() < 1.0


@given(sizes, geometries())
def test_a_letterboxed_picture_lies_inside_its_canvas_and_touches_two_sides(
    size_hw: tuple[int, int], geometry: Geometry
) -> None:
    letterbox = Geometry(ResizeMode.LETTERBOX, geometry.size_hw, anchor=geometry.anchor)
    corners = mapping(size_hw, letterbox).to_prepared(np.array([[0, 0], [size_hw[1], size_hw[0]]], np.float32))
    extent = corners[1] - corners[0]
    out_h, out_w = letterbox.size_hw
    assert (corners[0] >= 0).all()
    assert corners[1][0] <= out_w + 1e-3
    assert corners[1][1] <= out_h + 1e-3
    assert np.isclose(extent[0], out_w) or np.isclose(extent[1], out_h)


@settings(max_examples=60, deadline=None)
@given(sizes, geometries())
def test_a_box_drawn_into_the_frame_is_found_where_the_mapping_says(
    size_hw: tuple[int, int], geometry: Geometry
) -> None:
    """A white quarter on black: its edges in the prepared pixels lie within a pixel of the mapped ones."""
    there = mapping(size_hw, geometry)
    if min(there.scale_xy) * min(size_hw) < 16 or max(there.scale_xy) > 1 or max(size_hw) > 20 * min(size_hw):
        return  # too small to see an edge, or enlarged: then an edge is wider than a pixel
    frame = np.zeros((*size_hw, 3), np.uint8)
    top, left = size_hw[0] // 4, size_hw[1] // 4
    frame[top:, left:] = 255
    inside = np.zeros((*size_hw, 3), np.uint8)
    inside[...] = 255
    padded = prepare(inside, Geometry(**{**_fields(geometry), "pad_value": 0}))[..., 0] > 127
    shown = prepare(frame, Geometry(**{**_fields(geometry), "pad_value": 0}))[..., 0] > 127
    edge = there.to_prepared(np.array([[left, top]], np.float32))[0]
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if len(rows) and 1 < edge[1] < geometry.size_hw[0] - 1:
        assert abs(rows[0] - edge[1]) <= 1.0
    if len(columns) and 1 < edge[0] < geometry.size_hw[1] - 1:
        assert abs(columns[0] - edge[0]) <= 1.0
    assert not (shown & ~padded).any()


@settings(max_examples=40, deadline=None)
@given(sizes, geometries())
def test_a_used_buffer_is_overwritten_whole(size_hw: tuple[int, int], geometry: Geometry) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*size_hw, 3), np.uint8)
    if max(size_hw) > 20 * min(size_hw):
        return
    buffers = [np.full((*geometry.size_hw, 3), fill, np.uint8) for fill in (0, 255)]
    for buffer in buffers:
        assert prepare(pixels, geometry, buffer) is buffer
    assert (buffers[0] == buffers[1]).all()
    assert (buffers[0] == prepare(pixels, geometry)).all()


def _fields(geometry: Geometry) -> dict[str, object]:
    return {name: getattr(geometry, name) for name in Geometry.__dataclass_fields__}
