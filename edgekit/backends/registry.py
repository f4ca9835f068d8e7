"""The names of backends, and how one is made; modules are imported when a backend is used."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Final

from edgekit.backends.protocols import Backend
from edgekit.errors import BackendUnavailable, UsageError

__all__ = ["BACKENDS", "ENTRY_POINTS", "backend", "backend_names"]

BACKENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tensorrt": "edgekit.backends.tensorrt.backend:TensorRtBackend",
        "tensorrt-rtx": "edgekit.backends.tensorrt.backend:TensorRtRtxBackend",
        "openvino": "edgekit.backends.openvino:OpenVinoBackend",
        "onnxruntime": "edgekit.backends.onnxruntime:OnnxRuntimeBackend",
        "fake": "edgekit.backends.fake:FakeBackend",
    }
)
"""Our own, best first."""

ENTRY_POINTS: Final = "edgekit.backends"
"""The entry-point group of other packages' backends: name = "module:Class", made without arguments."""


def backend_names() -> tuple[str, ...]:
    """Every name that `backend` takes: ours first, then those of installed packages."""
    others = {point.name for point in entry_points(group=ENTRY_POINTS)} - set(BACKENDS)
    return (*BACKENDS, *sorted(others))


def backend(name: str, **options: Any) -> Backend:
    """The backend of that name, which may still not be usable here: see its `availability()`.

    Args:
        name: a key of BACKENDS, or of another package's entry point.
        options: for its constructor, such as `device="cpu"` of onnxruntime.

    Raises:
        UsageError: there is no such backend.
        BackendUnavailable: another package's backend cannot be imported.
    """
    if name in BACKENDS:
        module, _, attribute = BACKENDS[name].partition(":")
        made: Backend = getattr(import_module(module), attribute)(**options)
        return made
    for point in entry_points(group=ENTRY_POINTS, name=name):
        try:
            other: Backend = point.load()(**options)
        except Exception as error:  # another package's code: whatever it raises, name the package
            package = point.dist.name if point.dist else point.value
            raise BackendUnavailable(f"The backend {name} of {package} cannot be imported: {error}.") from error
        return other
    near = difflib.get_close_matches(name, backend_names(), 1)
    raise UsageError(
        f"There is no backend {name!r}; there are {', '.join(backend_names())}.",
        hint=f"Did you mean {near[0]}?" if near else None,
    )
