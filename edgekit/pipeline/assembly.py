"""From a configuration to what the threads run: planograms, models, sources, shelves; everything checked, no thread."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from edgekit.backends.protocols import LoadOptions
from edgekit.backends.selection import LoadedModel, load_model
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Task
from edgekit.clock import Clock
from edgekit.config.schema import CameraConfig, SiteConfig
from edgekit.errors import ConfigError, PlanogramError
from edgekit.frame import Pixels
from edgekit.pipeline.models import PipelineModel, pipeline_model
from edgekit.recognition.index import Index, read_index
from edgekit.shelf.evidence.models import FAINT_SHARE
from edgekit.shelf.planogram import Planogram, load_planogram
from edgekit.shelf.shelf import Shelf
from edgekit.sources.pacing import PacedSource
from edgekit.sources.protocol import Source
from edgekit.sources.registry import is_live, open_source

__all__ = ["CameraParts", "SiteParts", "assemble"]


@dataclass(frozen=True, slots=True, eq=False)
class CameraParts:
    """One camera, ready to be run.

    Attributes:
        config: its configuration.
        planogram: of its view.
        shelf: its shelf logic.
        source: not opened yet.
        recording: every frame counts, and events are a replay's; also when it is paced.
        fingerprint: of everything that a replay's events depend on.
    """

    config: CameraConfig
    planogram: Planogram
    shelf: Shelf
    source: Source
    recording: bool
    fingerprint: str


@dataclass(frozen=True, slots=True, eq=False)
class SiteParts:
    """A site, ready to be run.

    Attributes:
        cameras: in the configuration's order.
        loaded: models by role.
        models: the same as the pipeline needs them.
        owned: frees what was loaded here.
    """

    cameras: tuple[CameraParts, ...]
    loaded: Mapping[str, LoadedModel]
    models: Mapping[str, PipelineModel]
    owned: ExitStack

    @property
    def replays(self) -> dict[str, str]:
        """Fingerprint of each camera that is a recording, by id."""
        return {camera.config.id: camera.fingerprint for camera in self.cameras if camera.recording}


def assemble(
    site: SiteConfig,
    *,
    clock: Clock,
    realtime: bool,
    sources: Mapping[str, Source],
    models: Mapping[str, LoadedModel],
) -> SiteParts:
    """Load and check everything that a site names; nothing is left open when that fails.

    Args:
        site: its configuration.
        clock: for the sources.
        realtime: play recordings at their own pace.
        sources: by camera id, in place of the configured ones.
        models: by role, in place of the configured ones; they stay the caller's.

    Raises:
        ConfigError: no camera, or sources for a camera that does not exist.
        PlanogramError, BundleError, CapabilityError, SourceError: as the files and this machine give reason for.
    """
    if not site.cameras:
        raise ConfigError("No camera is configured.", hint="Name one under `cameras:` in edgekit.yaml.")
    if unknown := sorted(set(sources) - {camera.id for camera in site.cameras}):
        raise ConfigError(f"There is a source for camera {unknown[0]!r}, but no such camera.")
    planograms = [load_planogram(camera.planogram) for camera in site.cameras]
    with ExitStack() as stack:
        loaded = dict(models)
        index = None if site.index is None else read_index(site.index)
        for role, path in site.models.items():
            if role not in loaded:
                loaded[role] = _load(site, path, index)
                stack.callback(loaded[role].close)
        ready = {
            role: pipeline_model(role, model, min_score=FAINT_SHARE * site.shelf.min_score, index=index)
            for role, model in loaded.items()
        }
        cameras = tuple(
            _camera(site, camera, planogram, ready, loaded, sources.get(camera.id), clock=clock, realtime=realtime)
            for camera, planogram in zip(site.cameras, planograms, strict=True)
        )
        return SiteParts(cameras, loaded, ready, stack.pop_all())


def _load(site: SiteConfig, path: Path, index: Index | None) -> LoadedModel:
    bundle, encoding = Bundle.open(path), str(site.encoding)
    if bundle.manifest.task is Task.EMBED and index is not None:
        # Before it is loaded: of another model's index nothing can be had, and of this one its own graph is wanted.
        encoding = index.encoding if encoding == "auto" else encoding
        index.check_made_by(bundle.sha256, encoding, where=str(site.index))
    return load_model(bundle, encoding=encoding, backend=site.backend, options=LoadOptions(threads=site.threads))


def _camera(
    site: SiteConfig,
    config: CameraConfig,
    planogram: Planogram,
    models: Mapping[str, PipelineModel],
    loaded: Mapping[str, LoadedModel],
    source: Source | None,
    *,
    clock: Clock,
    realtime: bool,
) -> CameraParts:
    shelf = Shelf(
        planogram,
        site.shelf,
        sample_fps=config.sample_fps,
        models={role: model.info for role, model in models.items()},
        reference_pixels=_reference(planogram),
    )
    if source is None:
        recording = not is_live(config.source)
        source = open_source(config.source, realtime=realtime, clock=clock)
    else:
        recording = not source.live
        source = PacedSource(source, clock=clock) if realtime and recording else source
    return CameraParts(config, planogram, shelf, source, recording, _fingerprint(site, config, planogram, loaded))


def _reference(planogram: Planogram) -> Pixels:
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.fromfile(planogram.reference, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise PlanogramError(f"{planogram.path}: {planogram.reference} cannot be decoded.")
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return pixels


def _fingerprint(
    site: SiteConfig, config: CameraConfig, planogram: Planogram, loaded: Mapping[str, LoadedModel]
) -> str:
    """Changes whenever a replay may give other events: settings, planogram, reference, models, or the file itself."""
    digest = hashlib.sha256()
    digest.update(config.model_dump_json(exclude={"planogram"}).encode())
    digest.update(site.shelf.model_dump_json().encode())
    digest.update(site.store.encode())
    digest.update(repr(site.hours).encode())
    digest.update(site.pictures.model_dump_json(exclude={"folder", "expire_days", "max_mb"}).encode())
    for path in (planogram.path, planogram.reference):
        digest.update(path.read_bytes())
    if site.index is not None:
        digest.update(site.index.read_bytes())
    for role, model in sorted(loaded.items()):
        digest.update(f"{role} {model.bundle.sha256} {model.encoding} {model.backend}".encode())
    file = Path(str(config.source.url))
    if file.is_file():
        digest.update(str(file.stat().st_size).encode())
    return digest.hexdigest()
