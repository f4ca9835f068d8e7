"""Fakes for tests of programs that embed edgekit: clock, camera, backend."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from edgekit.testing.camera import FakeCamera
from edgekit.testing.clock import FakeClock, Sleeping

if TYPE_CHECKING:
    from edgekit.testing.backend import FakeBackend

__all__ = ["FakeBackend", "FakeCamera", "FakeClock", "Sleeping"]


def __getattr__(name: str) -> Any:
    """The backend is loaded when it is first used: most tests need none."""
    if name != "FakeBackend":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("edgekit.testing.backend").FakeBackend
