"""edgekit puts trained vision models into shops: INT8 export, and restock events that staff believe."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from edgekit.backends.protocols import Backend
    from edgekit.bundle.bundle import Bundle
    from edgekit.errors import EdgekitError
    from edgekit.events.event import Event
    from edgekit.events.sinks.protocol import Sink
    from edgekit.frame import Frame
    from edgekit.runtime import Runtime
    from edgekit.sources.protocol import Source
    from edgekit.vision.detection import Detection

_HOMES = {
    "Backend": "edgekit.backends.protocols",
    "Bundle": "edgekit.bundle.bundle",
    "Detection": "edgekit.vision.detection",
    "EdgekitError": "edgekit.errors",
    "Event": "edgekit.events.event",
    "Frame": "edgekit.frame",
    "Runtime": "edgekit.runtime",
    "Sink": "edgekit.events.sinks.protocol",
    "Source": "edgekit.sources.protocol",
}

__all__ = ["Backend", "Bundle", "Detection", "EdgekitError", "Event", "Frame", "Runtime", "Sink", "Source"]

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Load a public name from its home when it is first used, so that `import edgekit` stays light."""
    if name in ("errors", "testing"):
        return import_module(f"edgekit.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__", "errors", "testing"])
