"""Which graph was fastest here, remembered between runs."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from edgekit.errors import OutputError
from edgekit.files import write_whole

__all__ = ["Choice", "key_of", "recall", "remember"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a measurement ended in.

    Attributes:
        backend: its name.
        device: "cuda", "cpu", or None where the backend has but one.
        encoding: the graph chosen.
        measured_ms: median latency of one batch by encoding, milliseconds.
    """

    backend: str
    device: str | None
    encoding: str
    measured_ms: Mapping[str, float]


def key_of(facts: Mapping[str, Any]) -> str:
    """One name for all that a choice depends on."""
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def recall(folder: Path, key: str) -> Choice | None:
    """The choice remembered under `key`; None where there is none that can be read."""
    try:
        raw = json.loads(_file(folder, key).read_bytes())
        choice = raw["choice"]
        measured = {str(name): float(value) for name, value in choice["measured_ms"].items()}
        return Choice(str(choice["backend"]), choice["device"], str(choice["encoding"]), measured)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remember(folder: Path, key: str, facts: Mapping[str, Any], choice: Choice) -> None:
    """Keep a choice; a folder that cannot be written costs a measurement next time, no more."""
    body = json.dumps({"facts": dict(facts), "choice": asdict(choice)}, indent=1, sort_keys=True)
    try:
        write_whole(_file(folder, key), body.encode())
    except OutputError as error:
        _LOG.warning("The choice of a graph is not remembered: %s", error)


def _file(folder: Path, key: str) -> Path:
    return folder / "choices" / f"{key}.json"
