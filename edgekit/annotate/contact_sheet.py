"""One picture with one tile an event: when, which facing, what happened, and what it looked like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgekit.annotate.crops import facing_crop, write_picture
from edgekit.annotate.drawing import draw_highlight
from edgekit.annotate.style import PLATE, WHITE, Colour, Style
from edgekit.annotate.text import draw_plate, fitted, plate_size
from edgekit.frame import Pixels

__all__ = ["ContactSheet", "Tile"]

_MAX_TILES = 200
_GAP_PX = 12
_PAPER: Colour = (246, 246, 246)
_STORED_HEIGHT_PX = 480
_MAX_ASPECT = 0.6  # height of a scene to a tile's width: pictures taken upright do not make the sheet a tower
_CROP_SHARE = 0.3  # of a tile's width, for the close-up of the facing


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One event, its pictures kept as JPEG.

    Attributes:
        title: the readable line.
        colour: of the state after it.
        scene: the frame with the facing marked.
        closeup: the facing itself.
    """

    title: str
    colour: Colour
    scene: bytes
    closeup: bytes


class ContactSheet:
    """Collects tiles and lays them out when all are there."""

    def __init__(self, heading: str = "edgekit") -> None:
        self.heading = heading
        self.tiles: list[Tile] = []
        self.left_out = 0

    def add(self, title: str, colour: Colour, pixels: Pixels, polygon_xy_px: Sequence[Sequence[float]] | None) -> None:
        """Add an event; from 200 on it is only counted.

        Args:
            title: the readable line.
            colour: of the state after it.
            pixels: the frame, uint8 (height, width, 3); not kept.
            polygon_xy_px: the facing in this very frame; None when the event is of no facing.
        """
        if len(self.tiles) >= _MAX_TILES:
            self.left_out += 1
            return
        closeup = facing_crop(pixels, polygon_xy_px) if polygon_xy_px is not None else pixels
        scene = pixels.copy()
        if polygon_xy_px is not None:
            draw_highlight(scene, polygon_xy_px, colour)
        self.tiles.append(Tile(title, colour, _packed(scene), _packed(closeup)))

    def render(self) -> Pixels:
        """The whole sheet, uint8 (height, width, 3); its width is at most about 2000 pixels."""
        columns, tile_w = _layout(len(self.tiles))
        tiles = [_rendered(tile, tile_w) for tile in self.tiles]
        width = columns * tile_w + (columns + 1) * _GAP_PX
        rows = [tiles[i : i + columns] for i in range(0, len(tiles), columns)]
        heading = self._heading(width)
        height = heading.shape[0] + sum(max(t.shape[0] for t in row) + _GAP_PX for row in rows) + _GAP_PX
        sheet = np.full((height, width, 3), _PAPER, np.uint8)
        sheet[: heading.shape[0]] = heading
        top = heading.shape[0] + _GAP_PX
        for row in rows:
            for column, tile in enumerate(row):
                left = _GAP_PX + column * (tile_w + _GAP_PX)
                sheet[top : top + tile.shape[0], left : left + tile_w] = tile
            top += max(tile.shape[0] for tile in row) + _GAP_PX
        return sheet

    def write(self, path: Path) -> Path:
        """Write the sheet as PNG; returns its path.

        Raises:
            OutputError: it cannot be written.
        """
        write_picture(path, self.render())
        return path

    def _heading(self, width: int) -> Pixels:
        count = len(self.tiles) + self.left_out
        text = f"{self.heading}: {count or 'no'} event{'' if count == 1 else 's'}"
        if self.left_out:
            text += f", the first {len(self.tiles)} shown"
        style = Style(2, 0.7, 2, 10)
        text = fitted(text, style, width)
        bar = np.full((plate_size(text, style)[1], width, 3), PLATE, np.uint8)
        draw_plate(bar, text, (0, 0), style)
        return bar


def _layout(tiles: int) -> tuple[int, int]:
    """Columns, and the width of a tile in pixels."""
    if tiles <= 1:
        return 1, 960
    if tiles <= 4:
        return 2, 800
    if tiles <= 12:
        return 3, 640
    return 4, 480


def _rendered(tile: Tile, width: int) -> Pixels:
    """Title above; below it the scene on the left and the close-up on the right, both whole."""
    scene, closeup = _unpacked(tile.scene), _unpacked(tile.closeup)
    closeup_w = round(width * _CROP_SHARE)
    scene_w = width - closeup_w
    scene_h = max(1, min(round(scene.shape[0] * scene_w / scene.shape[1]), round(_MAX_ASPECT * width)))
    style = Style(1, 0.62 * width / 640, 1 if width < 600 else 2, 6)
    title = fitted(tile.title, style, width)
    title_h = plate_size(title, style)[1]
    picture = np.full((title_h + scene_h, width, 3), PLATE, np.uint8)
    picture[:title_h] = tile.colour
    draw_plate(picture[:title_h], title, (0, 0), style, ink=WHITE, plate=tile.colour)
    _put_whole(picture[title_h:, :scene_w], scene)
    _put_whole(picture[title_h:, scene_w:], closeup)
    return picture


def _put_whole(place: Pixels, pixels: Pixels) -> None:
    """Scale a picture to the largest that fits into `place`, and put it into the middle."""
    import cv2

    scale = min(place.shape[1] / pixels.shape[1], place.shape[0] / pixels.shape[0])
    width, height = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    shown = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    left, top = (place.shape[1] - width) // 2, (place.shape[0] - height) // 2
    place[top : top + height, left : left + width] = shown


def _unpacked(jpeg: bytes) -> Pixels:
    import cv2

    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    pixels: Pixels = decoded.astype(np.uint8, copy=False)
    return pixels


def _packed(pixels: Pixels) -> bytes:
    import cv2

    scale = min(1.0, _STORED_HEIGHT_PX / pixels.shape[0])
    if scale < 1:
        size_wh = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
        pixels = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA)
    success, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])
    assert success
    return bytes(encoded.tobytes())
