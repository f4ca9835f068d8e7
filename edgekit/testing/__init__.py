"""Fakes for tests of programs that embed edgekit: clock, camera, shelf, backend."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from edgekit.testing.camera import FakeCamera
from edgekit.testing.clock import FakeClock, Sleeping
from edgekit.testing.in_step import InStep

if TYPE_CHECKING:
    from edgekit.testing.backend import FakeBackend
    from edgekit.testing.shelf import FakeShelf

__all__ = ["FakeBackend", "FakeCamera", "FakeClock", "FakeShelf", "InStep", "Sleeping"]


_HOMES = {"FakeBackend": "edgekit.testing.backend", "FakeShelf": "edgekit.testing.shelf"}


def __getattr__(name: str) -> Any:
    """What few tests need is loaded when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
