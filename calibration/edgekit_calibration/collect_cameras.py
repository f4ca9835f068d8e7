"""Which cameras to collect from: what the user names, or those of edgekit.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from edgekit.clock import Clock
from edgekit.config.schema import CameraConfig, SourceConfig
from edgekit.errors import UsageError
from edgekit.sources.kinds import source_kind
from edgekit.sources.protocol import Source
from edgekit.sources.registry import open_source
from edgekit_calibration.collect_folder import CollectionFolder

__all__ = ["sources_by_id"]

_KINDS_OF_FILES = ("folder", "video")


def sources_by_id(
    named: Sequence[str], configured: Sequence[CameraConfig], folder: CollectionFolder, *, clock: Clock
) -> dict[str, Source]:
    """The sources to collect from, not opened yet.

    Args:
        named: ids of configured cameras, or sources as edgekit.yaml has them; none for every configured camera.
        configured: the cameras of edgekit.yaml.
        folder: knows what a source was called before.
        clock: for the sources.

    Returns:
        By id: a configured camera's own, a recording's file name, else camera-1 and so on; the same as before for a
        source that the folder knows.

    Raises:
        UsageError: nothing is named and nothing is configured, or the same source is named twice.
        SourceError: there is no such kind of source.
    """
    known = {camera.id: camera.source for camera in configured}
    wanted = list(named) or list(known)
    if not wanted:
        raise UsageError(
            "Which cameras? --camera is missing, and there is no edgekit.yaml in this folder that names some.",
            hint="Add --camera 0, --camera rtsp://… or --camera clip.mp4",
        )
    sources: dict[str, Source] = {}
    for number, name in enumerate(wanted, start=1):
        config = known.get(name) or _config(name)
        source = open_source(config, clock=clock)
        name_of_it = name if name in known else _called(config, number)
        camera = folder.camera_id(name_of_it, source.description)
        if camera in sources:
            raise UsageError(f"--camera {source.description} is given twice.")
        sources[camera] = source
    return sources


def _config(text: str) -> SourceConfig:
    try:
        return SourceConfig(url=int(text) if text.isdigit() else text)
    except ValidationError as error:
        raise UsageError(f"--camera {text!r}: {error.errors()[0]['msg']}.") from None


def _called(config: SourceConfig, number: int) -> str:
    if source_kind(config.url) in _KINDS_OF_FILES:
        return Path(str(config.url)).stem or "recording"
    return f"camera-{number}"
