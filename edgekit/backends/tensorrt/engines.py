"""Built engines, kept on the device under a key of everything that they depend on."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from edgekit.backends.choices import key_of
from edgekit.backends.driver import Driver, Gpu
from edgekit.backends.protocols import Graph
from edgekit.backends.tensorrt.build import BuildOptions
from edgekit.backends.tensorrt.versions import TensorRt
from edgekit.config.environment import cache_folder
from edgekit.errors import OutputError
from edgekit.files import write_whole

__all__ = ["EngineCache", "engine_facts"]

_LOG = logging.getLogger(__name__)


def engine_facts(trt: TensorRt, graph: Graph, options: BuildOptions, driver: Driver, gpu: Gpu) -> dict[str, Any]:
    """All that an engine depends on: change one, and it must be built again."""
    return {
        "graph": graph.sha256,
        "backend": trt.package,
        "version": trt.version,
        "device": gpu.name,
        "capability": gpu.capability,
        "memory_bytes": gpu.memory_bytes,
        "driver": driver.version,
        "cuda": driver.cuda,
        "options": asdict(options),
        "profile": [1, graph.opt_batch, graph.max_batch],
    }


class EngineCache:
    """A folder of engines; a file that is not what was written is not used."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_folder() / "engines"

    def find(self, facts: Mapping[str, Any]) -> bytes | None:
        """The engine built for exactly these facts, or None."""
        path = self._engine(facts)
        try:
            noted = json.loads(path.with_suffix(".json").read_bytes())
            plan = path.read_bytes()
            if noted["sha256"] == sha256(plan).hexdigest():
                return plan
        except (OSError, ValueError, KeyError, TypeError):
            return None
        _LOG.warning("%s is not as it was written; the engine is built again", path)
        return None

    def keep(self, facts: Mapping[str, Any], plan: bytes) -> None:
        """Store an engine; a folder that cannot be written costs a build next time, no more."""
        path = self._engine(facts)
        note = {"facts": dict(facts), "sha256": sha256(plan).hexdigest(), "bytes": len(plan)}
        self._write(path, plan)
        self._write(path.with_suffix(".json"), json.dumps(note, indent=1, sort_keys=True).encode())

    def discard(self, facts: Mapping[str, Any]) -> None:
        """Forget an engine that could not be loaded."""
        self._engine(facts).unlink(missing_ok=True)

    def timings(self, facts: Mapping[str, Any]) -> bytes:
        """The timing cache of this device and version; empty at first."""
        try:
            return self._timing(facts).read_bytes()
        except OSError:
            return b""

    def keep_timings(self, facts: Mapping[str, Any], timings: bytes) -> None:
        """Store the timing cache for the next build."""
        if timings:
            self._write(self._timing(facts), timings)

    def _engine(self, facts: Mapping[str, Any]) -> Path:
        return self.folder / f"{key_of(facts)}.engine"

    def _timing(self, facts: Mapping[str, Any]) -> Path:
        device = {name: facts[name] for name in ("backend", "version", "device", "capability", "driver", "cuda")}
        return self.folder / f"{key_of(device)}.timing"

    def _write(self, path: Path, content: bytes) -> None:
        try:
            write_whole(path, content)
        except OutputError as error:
            _LOG.warning("The engine is not kept: %s", error)
