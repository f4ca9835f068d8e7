"""Which backend could run which graph, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from edgekit.backends.protocols import Backend
from edgekit.backends.registry import BACKENDS, backend, backend_names

__all__ = ["Candidate", "Key", "candidates_for", "make_backend"]

Key = tuple[str, str | None, str]
"""Backend, device and encoding: what makes a candidate this one, whatever became of it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A graph on a backend, and what became of it.

    Attributes:
        backend: name.
        encoding: of the graph.
        device: "cuda" or "cpu" for onnxruntime; None where the backend has but one.
        outcome: "chosen", "passed over", "unusable", "golden mismatch" or "not tried".
        detail: why, in a few words.
        latency_ms: median of one batch, where it was measured.
    """

    backend: str
    encoding: str
    device: str | None = None
    outcome: str = "not tried"
    detail: str = ""
    latency_ms: float | None = None

    def __str__(self) -> str:
        where = {"cpu": " on the CPU", "cuda": " on CUDA", None: ""}[self.device]
        return f"{self.encoding} by {self.backend}{where}"

    @classmethod
    def of(cls, key: Key) -> Candidate:
        """The candidate with that key."""
        backend, device, encoding = key
        return cls(backend, encoding, device)

    @property
    def place(self) -> tuple[str, str | None]:
        """Backend and device."""
        return self.backend, self.device

    @property
    def key(self) -> Key:
        """See Key."""
        return self.backend, self.device, self.encoding

    @property
    def is_reference(self) -> bool:
        """Whether it runs exactly as written, to show what is right and not what is fast."""
        return self.backend == "onnxruntime" and self.encoding == "int8-tensorrt"

    def ended(self, outcome: str, detail: str) -> Candidate:
        """The same, with what became of it."""
        return replace(self, outcome=outcome, detail=detail)


@dataclass(frozen=True, slots=True)
class _Place:
    """A backend on a device.

    Attributes:
        backend: name.
        automatic: encodings that `auto` tries there, in order.
        by_name: those that run there as well, but only when they are asked for by name.
        device: for onnxruntime.
    """

    backend: str
    automatic: tuple[str, ...]
    by_name: tuple[str, ...] = ()
    device: str | None = None


_GROUPS: Final = (
    (_Place("tensorrt", ("int8-tensorrt", "fp16"), ("float",)),),
    (_Place("tensorrt-rtx", ("int8-tensorrt", "fp16"), ("float",)),),
    (_Place("onnxruntime", ("fp16", "float"), device="cuda"),),
    (
        _Place("openvino", ("int8-cpu", "int8-tensorrt", "float"), ("fp16",)),
        _Place("onnxruntime", ("int8-cpu", "float"), ("fp16",), device="cpu"),
    ),
    (_Place("onnxruntime", (), ("int8-tensorrt",), device="cpu"),),
)
"""Groups of places in order: those of one group use the same hardware and compete, a later group is for where all of
the earlier ones fail. The last is the reference."""

_ANY: Final = ("int8-tensorrt", "int8-cpu", "fp16", "float")


def candidates_for(encodings: Sequence[str], *, encoding: str, backend_name: str) -> tuple[tuple[Candidate, ...], ...]:
    """Candidates in the order of trial: groups, of each of which the best is wanted.

    Args:
        encodings: those that the bundle has.
        encoding: one of them, or "auto".
        backend_name: a backend's name, or "auto".
    """

    def wanted(possible: Sequence[str]) -> list[str]:
        return [each for each in possible if each in encodings and encoding in ("auto", each)]

    groups = [
        [
            Candidate(place.backend, each, place.device)
            for place in group
            if backend_name in ("auto", place.backend)
            for each in wanted(place.automatic if encoding == "auto" else place.automatic + place.by_name)
        ]
        for group in _GROUPS
    ]
    known = {place.backend for group in _GROUPS for place in group}
    if backend_name != "auto" and backend_name not in known:
        groups.append([Candidate(backend_name, each) for each in wanted(_ANY)])
    if backend_name == "auto" and encoding != "auto":
        # Other packages' backends: only for what was named.
        others = [name for name in backend_names() if name not in BACKENDS]
        groups += [[Candidate(name, each) for each in wanted(_ANY)] for name in others]
    return tuple(tuple(group) for group in groups if group)


def make_backend(candidate: Candidate) -> Backend:
    """The backend of a candidate, on its device."""
    if candidate.device is None:
        return backend(candidate.backend)
    return backend(candidate.backend, device=candidate.device)
