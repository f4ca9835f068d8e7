"""A scene cut from a photograph of a real shelf: emptied places show a gap of the same photograph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from market_clips.fixtures import Cell
from market_clips.paint import Image, shaded, smooth_noise
from market_clips.products import Look
from market_clips.scene import MARGIN_PX, Facing, Pose

Quad = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was drawn by hand on one photograph, in its pixels: the view's corner, a gap, and the facings."""

    corner: tuple[int, int]
    gap: Quad
    facings: tuple[Quad, ...]


SHELF_03: Final = Drawing(
    corner=(55, 118),
    gap=((114, 198), (246, 221), (241, 277), (109, 247)),
    facings=(
        ((167, 122), (293, 130), (279, 197), (165, 176)),
        ((290, 137), (358, 141), (357, 207), (288, 199)),
        ((362, 143), (438, 153), (426, 224), (360, 208)),
        ((441, 153), (482, 162), (472, 234), (430, 227)),
        ((486, 166), (571, 175), (551, 245), (473, 234)),
        ((261, 226), (346, 237), (340, 299), (254, 286)),
        ((349, 230), (417, 237), (405, 311), (347, 300)),
        ((420, 245), (460, 251), (451, 320), (408, 313)),
        ((463, 257), (505, 263), (498, 328), (453, 321)),
        ((154, 284), (208, 290), (202, 352), (151, 345)),
        ((210, 296), (284, 308), (280, 367), (206, 355)),
        ((286, 313), (350, 321), (345, 383), (281, 370)),
        ((354, 321), (425, 328), (417, 396), (348, 384)),
        ((428, 336), (498, 345), (482, 414), (422, 403)),
    ),
)
SHELF_04: Final = Drawing(
    corner=(50, 118),
    gap=((146, 245), (274, 242), (274, 316), (143, 317)),
    facings=(
        ((120, 163), (185, 157), (186, 230), (120, 230)),
        ((325, 144), (407, 141), (407, 225), (325, 225)),
        ((410, 141), (499, 135), (499, 218), (409, 221)),
        ((502, 129), (578, 123), (578, 215), (502, 218)),
        ((278, 240), (373, 237), (374, 319), (278, 319)),
        ((376, 237), (508, 234), (508, 318), (376, 319)),
        ((511, 237), (578, 235), (578, 313), (511, 316)),
        ((79, 340), (130, 339), (132, 401), (81, 401)),
        ((134, 339), (231, 337), (231, 403), (135, 403)),
        ((251, 337), (328, 337), (328, 400), (251, 400)),
        ((457, 343), (554, 340), (554, 409), (457, 410)),
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class PhotoScene:
    """A view of a photographed shelf.

    Attributes:
        full: the canvas with every facing stocked.
        bare: what each facing looks like when nothing is left, as a whole canvas.
        strangers: whose goods stand in a facing when they are another's.
    """

    view_wh: tuple[int, int]
    facings: tuple[Facing, ...]
    full: Image
    bare: Image
    corners: Mapping[str, NDArray[np.float32]]
    strangers: Mapping[str, str]

    def polygon(self, facing: Facing) -> NDArray[np.float64]:
        """The facing's outline on the canvas, four corners, (4, 2)."""
        return self.corners[facing.name].astype(np.float64)

    def spot(self, facing: Facing, unit: int) -> tuple[float, float]:
        """The middle of the facing: its units cannot be told apart."""
        x, y = self.corners[facing.name].mean(axis=0).tolist()
        return x, y

    def labels(self) -> tuple[NDArray[np.float64], ...]:
        """None: the photograph's labels stay as they are."""
        return ()

    def still(self, poses: Mapping[str, Pose]) -> Image:
        """The canvas with the goods as they stand and nothing in front of the shelf."""
        canvas = self.full.copy()
        for facing in self.facings:
            pose, quad = poses[facing.name], self.corners[facing.name]
            if pose.stranger:
                _lay(canvas, self.full, self.corners[self.strangers[facing.name]], quad)
            elif pose.count == 0:
                _lay(canvas, self.bare, quad, quad)
            elif pose.dx or pose.back:
                _lay(canvas, self.bare, quad, quad)
                shift = np.array([pose.dx * float(np.ptp(quad[:, 0])), -3 * pose.back], np.float32)
                _lay(canvas, self.full, quad, (quad + shift).astype(np.float32))
        return np.ascontiguousarray(canvas)

    def held(self, facing: Facing, *, stranger: bool = False) -> Image:
        """A unit of the facing as it looks in a hand, BGRA."""
        name = self.strangers[facing.name] if stranger else facing.name
        quad = self.corners[name]
        wide, high = float(np.ptp(quad[:, 0])), float(np.ptp(quad[:, 1]))
        size = int(max(8.0, min(wide, 70.0))), int(max(8.0, high * 0.8))
        flat = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
        part = cv2.warpPerspective(self.full, cv2.getPerspectiveTransform(quad, flat), size)
        unit: Image = cv2.cvtColor(part, cv2.COLOR_BGR2BGRA)
        return unit


def _lay(canvas: Image, source: Image, from_quad: NDArray[np.float32], to_quad: NDArray[np.float32]) -> None:
    """Copy one quadrilateral of the source into another of the canvas, with soft edges."""
    warp = cv2.getPerspectiveTransform(from_quad, to_quad)
    size = canvas.shape[1], canvas.shape[0]
    laid = cv2.warpPerspective(source, warp, size, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(mask, [to_quad.astype(np.int32)], 255)
    share = cv2.GaussianBlur(mask, (5, 5), 0).astype(np.float32)[..., None] / 255
    canvas[:] = (laid * share + canvas * (1 - share)).astype(np.uint8)


def photo_scene(photo: Image, drawing: Drawing, rng: np.random.Generator) -> PhotoScene:
    """A 960x540 view of a photographed shelf, mirrored or tinted anew by the generator."""
    view_wh, scale = (960, 540), 1.8
    size = view_wh[0] + 2 * MARGIN_PX, view_wh[1] + 2 * MARGIN_PX
    to_canvas = np.array(
        [[scale, 0, MARGIN_PX - scale * drawing.corner[0]], [0, scale, MARGIN_PX - scale * drawing.corner[1]]]
    )
    full: Image = cv2.warpAffine(photo, to_canvas, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    full = _other_colours(full, rng)
    quads = [np.array(quad, np.float32) * scale + to_canvas[:, 2].astype(np.float32) for quad in drawing.facings]
    gap = np.array(drawing.gap, np.float32) * scale + to_canvas[:, 2].astype(np.float32)
    if rng.random() < 0.5:
        full = np.ascontiguousarray(full[:, ::-1])
        quads = [_mirrored(quad, size[0]) for quad in quads]
        gap = _mirrored(gap, size[0])
    bare = full.copy()
    for quad in quads:
        _lay(bare, full, gap, quad)
    bare = shaded(bare, 1 + smooth_noise(rng, (size[1], size[0]), 3, 0.015))
    names = [f"f{at + 1:02d}" for at in range(len(quads))]
    facings = tuple(_facing(name, quad) for name, quad in zip(names, quads, strict=True))
    strangers = {name: names[(at + len(names) // 2) % len(names)] for at, name in enumerate(names)}
    corners = dict(zip(names, quads, strict=True))
    return PhotoScene(view_wh, facings, full, bare, MappingProxyType(corners), MappingProxyType(strangers))


def _mirrored(quad: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    flipped: NDArray[np.float32] = np.column_stack([width - 1 - quad[:, 0], quad[:, 1]])[[1, 0, 3, 2]]
    return flipped.astype(np.float32)


def _other_colours(image: Image, rng: np.random.Generator) -> Image:
    coded = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    coded[..., 0] = (coded[..., 0].astype(np.int32) + int(rng.integers(180))) % 180
    tinted: Image = cv2.cvtColor(coded, cv2.COLOR_HSV2BGR)
    return tinted


def _facing(name: str, quad: NDArray[np.float32]) -> Facing:
    (x0, y0), (x1, y1) = quad.min(axis=0).tolist(), quad.max(axis=0).tolist()
    look = Look("box", (128, 128, 128), (128, 128, 128), (128, 128, 128), 0)
    size = int(x1 - x0), int(y1 - y0)
    return Facing(name, f"photographed-{name}", Cell(x0, y0, x1, y1), look, look, 1, "side", size)
