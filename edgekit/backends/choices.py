"""Which graph was fastest here, remembered between runs."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from edgekit.backends.candidates import Key
from edgekit.errors import OutputError
from edgekit.files import write_whole

__all__ = ["Choice", "key_of", "recall", "remember"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a measurement ended in.

    Attributes:
        chosen: backend, device and encoding.
        measured_ms: median latency of one batch, milliseconds, of all that were measured.
    """

    chosen: Key
    measured_ms: Mapping[Key, float]


def key_of(facts: Mapping[str, Any]) -> str:
    """One name for all that a choice depends on."""
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def recall(folder: Path, key: str) -> Choice | None:
    """The choice remembered under `key`; None where there is none that can be read."""
    try:
        choice = json.loads(_file(folder, key).read_bytes())["choice"]
        measured = {_key_from(measured["what"]): float(measured["ms"]) for measured in choice["measured"]}
        return Choice(_key_from(choice["chosen"]), measured)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remember(folder: Path, key: str, facts: Mapping[str, Any], choice: Choice) -> None:
    """Keep a choice; a folder that cannot be written costs a measurement next time, no more."""
    measured = [{"what": what, "ms": milliseconds} for what, milliseconds in choice.measured_ms.items()]
    content = {"facts": dict(facts), "choice": {"chosen": choice.chosen, "measured": measured}}
    body = json.dumps(content, indent=1, sort_keys=True)
    try:
        write_whole(_file(folder, key), body.encode())
    except OutputError as error:
        _LOG.warning("The choice of a graph is not remembered: %s", error)


def _key_from(raw: Any) -> Key:
    backend, device, encoding = raw
    return str(backend), None if device is None else str(device), str(encoding)


def _file(folder: Path, key: str) -> Path:
    return folder / "choices" / f"{key}.json"
