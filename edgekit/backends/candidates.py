"""Which backend could run which graph, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from edgekit.backends.protocols import Backend
from edgekit.backends.registry import BACKENDS, backend, backend_names

__all__ = ["Candidate", "candidates_for", "make_backend"]


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

    @property
    def place(self) -> tuple[str, str | None]:
        """Backend and device: candidates of one place compete with each other."""
        return self.backend, self.device

    @property
    def key(self) -> tuple[str, str | None, str]:
        """What makes it this candidate, whatever became of it."""
        return self.backend, self.device, self.encoding

    def ended(self, outcome: str, detail: str) -> Candidate:
        """The same, with what became of it."""
        return replace(self, outcome=outcome, detail=detail)


_ORDER: Final[tuple[tuple[str, str | None, tuple[str, ...]], ...]] = (
    ("tensorrt", None, ("int8-tensorrt", "fp16")),
    ("tensorrt-rtx", None, ("int8-tensorrt", "fp16")),
    ("onnxruntime", "cuda", ("fp16", "float")),
    ("onnxruntime", "cpu", ("int8-cpu", "float")),
)
"""What `auto` tries: backend, device, encodings."""

_ALSO_BY_NAME: Final = {
    ("tensorrt", None): ("float",),
    ("tensorrt-rtx", None): ("float",),
    ("onnxruntime", "cuda"): (),
    ("onnxruntime", "cpu"): ("fp16", "int8-tensorrt"),
}
"""What runs as well, but only when the encoding is asked for by name; int8-tensorrt as an unoptimised reference."""

_ANY: Final = ("int8-tensorrt", "int8-cpu", "fp16", "float")


def candidates_for(encodings: Sequence[str], *, encoding: str, backend_name: str) -> tuple[Candidate, ...]:
    """Candidates in the order of trial.

    Args:
        encodings: those that the bundle has.
        encoding: one of them, or "auto".
        backend_name: a backend's name, or "auto".
    """
    found = []
    for name, device, automatic in _ORDER:
        if backend_name not in ("auto", name):
            continue
        possible = automatic if encoding == "auto" else (*automatic, *_ALSO_BY_NAME[name, device])
        found += [
            Candidate(name, each, device) for each in possible if each in encodings and encoding in ("auto", each)
        ]
    if backend_name != "auto" and backend_name not in {name for name, _, _ in _ORDER}:
        found += [Candidate(backend_name, each) for each in _ANY if each in encodings and encoding in ("auto", each)]
    if backend_name == "auto":
        others = [name for name in backend_names() if name not in BACKENDS]
        found += [
            Candidate(name, each)
            for name in others
            for each in _ANY
            if each in encodings and each == encoding  # another package's backend: only for what was named
        ]
    return tuple(found)


def make_backend(candidate: Candidate) -> Backend:
    """The backend of a candidate, on its device."""
    if candidate.device is None:
        return backend(candidate.backend)
    return backend(candidate.backend, device=candidate.device)
