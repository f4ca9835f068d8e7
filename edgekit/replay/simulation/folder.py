"""Writes a simulation as a folder that `edgekit run` and `edgekit replay` take as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from edgekit.errors import OutputError
from edgekit.files import replacing, write_whole
from edgekit.replay.simulation.simulation import Simulation
from edgekit.replay.truth import save_truth

__all__ = ["CLIP", "SHELF", "write_folder"]

CLIP: Final = "clip.avi"
"""Motion JPEG: OpenCV writes it everywhere, and a frame that repeats decodes to the same bits."""

SHELF: Final = {
    "hold_out_of_stock_s": 5.0,
    "hold_restocked_s": 3.0,
    "cooldown_s": 3.0,
}
"""A clip of two minutes wants short times; a shop wants the defaults."""


def write_folder(simulation: Simulation, folder: Path) -> Path:
    """Write clip, reference picture, planogram, config and truth into `folder`; the config's path.

    Raises:
        OutputError: the folder cannot be written, or OpenCV cannot write Motion JPEG here.
    """
    import cv2

    _write_clip(simulation, folder / CLIP)
    write_whole(folder / "reference.png", bytes(cv2.imencode(".png", simulation.reference)[1]))
    write_whole(folder / "planogram.yaml", _yaml(_planogram(simulation)))
    save_truth(simulation.truth, folder / "truth.json")
    write_whole(folder / "edgekit.yaml", _yaml(_config(simulation)))
    return folder / "edgekit.yaml"


def _write_clip(simulation: Simulation, path: Path) -> None:
    import cv2

    with replacing(path) as temporary:
        writer = cv2.VideoWriter(
            str(temporary), cv2.VideoWriter.fourcc(*"MJPG"), simulation.script.fps, simulation.scene.size_wh
        )
        if not writer.isOpened():
            raise OutputError(f"OpenCV cannot write a Motion JPEG clip to {path}.")
        try:
            for _, pixels in simulation.frames():
                writer.write(np.ascontiguousarray(pixels))
        finally:
            writer.release()


def _planogram(simulation: Simulation) -> dict[str, Any]:
    entries = []
    for facing in simulation.facings:
        entry: dict[str, Any] = {"id": facing.id, "product": facing.product}
        if facing.gtin is not None:
            entry["gtin"] = facing.gtin
        if facing.method != "auto":
            entry["method"] = facing.method
        if facing.capacity > 1:
            entry["capacity"] = facing.capacity
        if facing.empty_in_reference:
            entry["empty_in_reference"] = True
        entries.append({**entry, "polygon": [list(point) for point in facing.polygon_xy_px]})
    return {"version": 1, "reference": "reference.png", "facings": entries}


def _config(simulation: Simulation) -> dict[str, Any]:
    camera = {"id": "cam", "source": CLIP, "planogram": "planogram.yaml", "sample_fps": min(5.0, simulation.script.fps)}
    return {"version": 1, "store": "simulated", "cameras": [camera], "shelf": SHELF}


def _yaml(values: dict[str, Any]) -> bytes:
    import yaml

    return yaml.safe_dump(values, sort_keys=False, default_flow_style=None, width=120).encode()
