"""The whole diagnosis."""

from __future__ import annotations

from pathlib import Path

from edgekit.doctor.accelerators import backends, gpu, onnxruntime
from edgekit.doctor.cameras import cameras
from edgekit.doctor.machine import cache, machine
from edgekit.doctor.models import graph_choice
from edgekit.doctor.packages import has_module, optional
from edgekit.doctor.report import Ability, Diagnosis, Finding, Status
from edgekit.doctor.vision import opencv

__all__ = ["abilities", "diagnose"]

_EXPORT = "pip install 'edgekit[export]'"
_TORCH = "pip install 'edgekit[torch]'"


def diagnose(*bundles: Path, cache_dir: Path | None = None) -> Diagnosis:
    """Look at this machine; opens no camera, takes about a second, and writes nothing where no bundle is given.

    Args:
        bundles: bundles to load, to say which of their graphs `auto` takes here and why; with TensorRT this builds
            an engine the first time.
        cache_dir: the folder for engines and choices; None for the user's.
    """
    findings = (
        *machine(),
        *cache(cache_dir),
        *gpu(),
        *onnxruntime(),
        *opencv(),
        *cameras(),
        optional("Export", "onnx", "`edgekit export`", _EXPORT),
        optional("Export", "pycocotools", "mAP in `edgekit evaluate`", _EXPORT),
        optional("Export", "torch", "exporting checkpoints", _TORCH),
        optional("Export", "torchvision", "exporting torchvision models", _TORCH),
        *(finding for bundle in bundles for finding in graph_choice(bundle, cache_dir)),
    )
    return Diagnosis(findings, (*backends(), *abilities(findings)))


def abilities(findings: tuple[Finding, ...]) -> list[Ability]:
    """What can be done here besides running bundles, from what was found."""
    by_name = {(finding.section, finding.name): finding for finding in findings}
    ffmpeg, gstreamer = by_name.get(("Video", "FFmpeg")), by_name.get(("Video", "GStreamer"))
    seen = [finding for finding in findings if finding.section == "Cameras" and finding.status is Status.OK]
    missing_camera = next((finding for finding in findings if finding.section == "Cameras"), None)
    return [
        _export("export ONNX files", ("onnx",), _EXPORT),
        _export("export checkpoints", ("onnx", "torch", "torchvision"), _TORCH),
        _from_finding("read videos and RTSP cameras", ffmpeg),
        _from_finding("read GStreamer and CSI cameras", gstreamer),
        Ability("read USB cameras", True, ", ".join(finding.name for finding in seen))
        if seen
        else _from_finding("read USB cameras", missing_camera),
    ]


def _export(name: str, modules: tuple[str, ...], remedy: str) -> Ability:
    missing = [module for module in modules if not has_module(module)]
    if missing:
        return Ability(name, False, f"{' and '.join(missing)} not installed", remedy)
    return Ability(name, True, f"with {', '.join(modules)}")


def _from_finding(name: str, finding: Finding | None) -> Ability:
    if finding is None:
        return Ability(name, False, "OpenCV cannot be imported")
    usable = finding.status is Status.OK
    reason = f"OpenCV with {finding.name}" if usable else finding.value
    return Ability(name, usable, reason, finding.advice)
