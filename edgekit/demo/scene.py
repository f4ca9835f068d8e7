"""Sets the demo's scene: a folder as a user would have it, with config, planogram and reference picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from edgekit.demo.verdict import Verdict, judge, load_events, load_truth, settings_budget_frames
from edgekit.errors import SourceError
from edgekit.files import write_whole

__all__ = ["Method", "Scene", "set_scene"]

CLIP = "restock-video-bottles/bottle-detection.mp4"
AISLE = "store-aisle/store-aisle-detection.gif"
DETECTOR = "models/yolox_nano.onnx"
DETECTOR_CLASSES = "models/coco_classes.txt"

REFERENCE_FRAME = 100
"""All three bottles stand, nobody is in the picture."""

SAMPLE_FPS = 10

SHELF = {
    "window": 5,
    "initial_samples": 10,
    "stillness_s": 0.6,
    "hold_out_of_stock_s": 1.0,
    "hold_restocked_s": 1.0,
    "cooldown_s": 2.0,
}
"""A clip of 40 s wants short times; a shop wants the defaults."""

BOTTLES = [
    "water bottle",
    "wine bottle",
    "pop bottle",
    "beer bottle",
    "pill bottle",
    "nipple",
    "milk can",
    "measuring cup",
]
"""ImageNet's classes that an unlabelled half-litre bottle is taken for."""


class Method(str, Enum):
    """How the demo sees whether a bottle stands."""

    DETECTOR = "detector"
    CLASSIFIER = "classifier"
    APPEARANCE = "appearance"


_BUNDLES = {Method.DETECTOR: "yolox-nano.edgekit", Method.CLASSIFIER: "efficientnet-lite0.edgekit"}


@dataclass(frozen=True, slots=True)
class Scene:
    """A folder ready for `edgekit export` and `edgekit run`.

    Attributes:
        config: its edgekit.yaml.
        bundle: where the model's bundle goes; None for the method that needs no model.
        export: arguments of `edgekit export`; empty for the method that needs no model.
        about: one line on which input it is.
        verdict: how right the events of a log are.
    """

    config: Path
    bundle: Path | None
    export: tuple[str, ...]
    about: str
    verdict: Callable[[Path], Verdict]


def _reference(clip: Path) -> bytes:
    import cv2

    capture = cv2.VideoCapture(str(clip))
    try:
        for _ in range(REFERENCE_FRAME):
            capture.grab()
        ok, pixels = capture.read()
    finally:
        capture.release()
    if not ok:
        raise SourceError(f"{clip} ends before frame {REFERENCE_FRAME}.")
    return bytes(cv2.imencode(".png", pixels)[1])


def _planogram(method: Method) -> bytes:
    import yaml

    raw: dict[str, Any] = yaml.safe_load(files("edgekit.demo").joinpath("bottles.planogram.yaml").read_text("utf-8"))
    raw["reference"] = "reference.png"
    for facing in raw["facings"]:
        facing["method"] = method.value
    if method is Method.CLASSIFIER:
        raw["classes"] = {"bottle": BOTTLES}
    return yaml.safe_dump(raw, sort_keys=False).encode()


def _model_arguments(method: Method, find: Callable[[str], Path]) -> tuple[str, ...]:
    if method is Method.CLASSIFIER:
        return ("efficientnet_lite0",)
    classes = str(find(DETECTOR_CLASSES))
    return (str(find(DETECTOR)), "--task", "detect", "--decoder", "yolox", "--classes", classes)


def set_scene(out: Path, method: Method, environment: Mapping[str, str] | None = None) -> Scene:
    """Write config, planogram and reference picture of the demo into `out`.

    Args:
        out: folder to write to.
        method: how the bottles are seen.
        environment: where the public files are looked up by; default: this process's variables.

    Raises:
        AssetError: a public file is not to be had; the message says where it is and where to put it.
        OutputError: `out` cannot be written.
    """
    import yaml

    from edgekit.assets import asset

    find = partial(asset, environment=environment)
    clip = find(CLIP)
    config: dict[str, Any] = {
        "store": "demo",
        "cameras": [{"id": "table", "source": str(clip), "planogram": "planogram.yaml", "sample_fps": SAMPLE_FPS}],
        "shelf": SHELF,
    }
    bundle = None if method is Method.APPEARANCE else out / _BUNDLES[method]
    export: tuple[str, ...] = ()
    if bundle is not None:
        config["model"] = bundle.name
        calibration = ("--calibration", str(find(AISLE)), "--calibration", str(clip))
        export = (*_model_arguments(method, find), "--int8", *calibration, "-o", str(bundle))
    write_whole(out / "reference.png", _reference(clip))
    write_whole(out / "planogram.yaml", _planogram(method))
    write_whole(out / "edgekit.yaml", yaml.safe_dump(config, sort_keys=False).encode())
    about = f"Input: a real clip of three bottles, {clip}"
    return Scene(out / "edgekit.yaml", bundle, export, about, _verdict)


def _verdict(log: Path) -> Verdict:
    fps, truth = load_truth()
    judged, others = judge(load_events(log), truth, fps=fps, shelf=SHELF, sample_fps=SAMPLE_FPS)
    opened, resolved = (settings_budget_frames(SHELF, SAMPLE_FPS, fps, kind) for kind in ("opened", "resolved"))
    allowed = (
        f"An event may come 20 frames early, and as late as 20 frames + the frames a hand still covers the facing + "
        f"stillness {SHELF['stillness_s']} s + window {SHELF['window']}/{SAMPLE_FPS} s + hold "
        f"(out of stock {SHELF['hold_out_of_stock_s']} s: {opened} frames in all, "
        f"restocked {SHELF['hold_restocked_s']} s: {resolved} frames)."
    )
    return Verdict(tuple(judged), tuple(others), allowed)
