"""The kinds of sources by name, those of plug-ins included, and the one way from a configuration to a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Final

from edgekit.clock import Clock, SystemClock
from edgekit.config.schema import SourceConfig
from edgekit.errors import SourceError
from edgekit.sources.kinds import source_kind
from edgekit.sources.protocol import Source
from edgekit.sources.redact import redacted_url

__all__ = ["ENTRY_POINTS", "LIVE", "SOURCES", "SourceFactory", "is_live", "open_source", "source_factory"]

SourceFactory = Callable[..., Source]
"""Called as `factory(config, clock=clock)`; a plug-in's may say `live = False` when it gives recordings."""

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "folder": "edgekit.sources.folder:FolderSource",
        "gstreamer": "edgekit.sources.gstreamer:GStreamerSource",
        "iterable": "edgekit.sources.iterable:iterable_source",
        "stream": "edgekit.sources.stream:StreamSource",
        "usb": "edgekit.sources.usb:UsbSource",
        "video": "edgekit.sources.video:VideoSource",
    }
)

LIVE: Final = frozenset({"gstreamer", "stream", "usb"})

ENTRY_POINTS: Final = "edgekit.sources"
"""Group of entry points; the name is the scheme: `basler` reads `source: "basler:0815"`."""


def open_source(config: SourceConfig, *, realtime: bool = False, clock: Clock | None = None) -> Source:
    """Make the source that `config` means; it is not opened yet.

    Args:
        config: what stands in `source:`.
        realtime: play a recording at its own pace, as a camera; says nothing to a live source.
        clock: stamps live frames, and paces.

    Raises:
        SourceError: there is no such kind of source.
    """
    clock = clock or SystemClock()
    source = source_factory(config)(config, clock=clock)
    if realtime and not source.live:
        from edgekit.sources.pacing import PacedSource

        return PacedSource(source, clock=clock)
    return source


def is_live(config: SourceConfig) -> bool:
    """Whether `config` means a camera rather than a recording; touches no device.

    Raises:
        SourceError: there is no such kind of source.
    """
    kind = source_kind(config.url)
    if kind in SOURCES:
        return kind in LIVE
    return bool(getattr(source_factory(config), "live", True))


def source_factory(config: SourceConfig) -> SourceFactory:
    """The factory of the kind that `config` means; loads its module.

    Raises:
        SourceError: neither edgekit nor a plug-in has such a kind, or the plug-in cannot be loaded.
    """
    kind = source_kind(config.url)
    if kind in SOURCES:
        module, _, name = SOURCES[kind].partition(":")
        factory: SourceFactory = getattr(import_module(module), name)
        return factory
    plugins = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if kind not in plugins:
        known = ", ".join(sorted({"rtsp", "http", "gst", *plugins}))
        raise SourceError(
            f"{redacted_url(str(config.url))}: no kind of source is called {kind}.",
            hint=f"Known are {known}, a camera's index, a video file and a folder of pictures.",
        )
    try:
        loaded: Any = plugins[kind].load()
    except Exception as error:
        raise SourceError(f"The plug-in {plugins[kind].value} for {kind}: cannot be loaded: {error}.") from error
    plugin: SourceFactory = loaded
    return plugin
