"""The real clip of three bottles: its hand-made annotations as a truth, by appearance and by the detector."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions

from edgekit.bundle.manifest import Task
from edgekit.config.environment import cache_folder
from edgekit.config.loading import load_site
from edgekit.demo.scene import Method, set_scene
from edgekit.replay.grading import Take
from edgekit.replay.truth import Change, Nuisance, Truth
from edgekit.shelf.words import FacingStatus

__all__ = ["bottle_bundle", "bottle_take", "truth_of"]

_STATES = {"out_of_stock": FacingStatus.OUT_OF_STOCK, "restocked": FacingStatus.STOCKED}
FOLDER = "restock-video-bottles"


def truth_of(annotations: dict[str, Any]) -> Truth:
    """events.json as a truth: a hand over a facing hides it, somebody in the picture is a nuisance."""
    fps = annotations["fps"]

    def seconds(spans: list[list[int]]) -> tuple[tuple[float, float], ...]:
        return tuple((first / fps, (last + 1) / fps) for first, last in spans)

    hidden = {facing: seconds(spans) for facing, spans in annotations["hand_intervals"].items()}
    return Truth(
        scenario="bottles",
        duration_s=annotations["duration_s"],
        facings=tuple(sorted(hidden)),
        changes=tuple(
            Change(facing=one["facing"], time_s=one["frame"] / fps, state=_STATES[one["type"]], cause=one["type"])
            for one in sorted(annotations["events"], key=lambda one: one["frame"])
        ),
        hidden=hidden,
        nuisances=tuple(
            Nuisance(kind="hand", from_s=from_s, until_s=until_s)
            for from_s, until_s in seconds(annotations["hand_in_frame"])
        ),
    )


def bottle_take(data: Path, folder: Path, bundle: Path | None = None) -> Take:
    """The clip with the demo's short hold times; `bundle`: seen by this detector, else by appearance."""
    method = Method.DETECTOR if bundle is not None else Method.APPEARANCE
    scene = set_scene(folder, method, {"EDGEKIT_ASSETS": str(data)})
    site = load_site(scene.config)
    if bundle is not None:
        site = site.model_copy(update={"models": {"shelf": bundle}})
    annotations = json.loads((data / FOLDER / "events.json").read_text("utf-8"))
    return Take(f"bottles by {method.value}", site, truth_of(annotations), most_pictures=0)


def bottle_bundle(data: Path, folder: Path) -> Path:
    """YOLOX-nano as `edgekit export --int8` makes it, calibrated on COCO photographs that are judged nowhere."""
    options = ModelOptions(task=Task.DETECT, decoder="yolox", classes=data / "models/coco_classes.txt")
    request = ExportRequest(
        str(data / "models/yolox_nano.onnx"),
        folder / "yolox-nano.edgekit",
        options,
        int8=True,
        calibration=(data / "coco-64/calibration",),
        cache=cache_folder(),
    )
    return export(request).bundle
