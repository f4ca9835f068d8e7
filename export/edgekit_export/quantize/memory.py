"""Steps of quantizing whose results are kept in the user's cache: with the same inputs they need not be done again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import OutputError
from edgekit.files import replacing

__all__ = ["MOST_BYTES", "Arrays", "Memory", "drop_least_used", "fingerprint"]

Arrays = Mapping[str, NDArray[Any]]

_log = logging.getLogger(__name__)

MOST_BYTES: Final = 10**9
"""What the results may take together: a measurement takes 10 to 50 MB, noise and rankings a few kilobytes each."""

# What a file takes besides its content.
_BLOCK: Final = 4096

# A file that is being written is nobody else's; one that was left by a process that died is this much older than what
# is written now.
_DEAD_AFTER_S: Final = 86_400.0


class Memory:
    """Results by everything that they depend on: the step, its inputs, and the code of edgekit itself.

    Args:
        folder: where results lie; None remembers nothing. Several processes may share it.
        most_bytes: that they may take; of more, those go that were not used for longest.
    """

    def __init__(self, folder: Path | None = None, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most_bytes = folder, most_bytes

    @property
    def keeps(self) -> bool:
        """Whether anything is remembered."""
        return self._folder is not None

    def key(self, step: str, *inputs: bytes) -> str:
        """Hex name of a result."""
        digest = hashlib.sha256(json.dumps([step, _code_sha256(), _packages()]).encode())
        for one in inputs:
            digest.update(hashlib.sha256(one).digest())
        return digest.hexdigest()

    def path(self, step: str, *inputs: bytes, prefix: str = "") -> Path | None:
        """Where a result lies, or would lie; None where nothing is kept."""
        return None if self._folder is None else self._folder / f"{prefix}{self.key(step, *inputs)}.npz"

    def tidy(self) -> None:
        """Drop what was not used for longest, until the rest is within the bound."""
        if self._folder is not None:
            drop_least_used(self._folder, self._most_bytes)

    def arrays(self, step: str, *inputs: bytes, compute: Callable[[], Arrays]) -> Arrays:
        """What `compute` gives, or gave with the same inputs.

        A file that cannot be read counts as none; a folder that cannot be written costs the same work next time.

        Args:
            step: its name.
            inputs: everything else that the result depends on.
            compute: makes it; arrays of numbers or of text.
        """
        path = self.path(step, *inputs)
        if path is None:
            return compute()
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                found = {name: kept[name] for name in kept.files}
            with contextlib.suppress(OSError):
                os.utime(path)  # used just now
            return found
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            made = compute()
        try:
            with replacing(path) as temporary, temporary.open("wb") as written:
                np.savez(written, **made)  # type: ignore[arg-type]
            self.tidy()
        except OutputError as error:
            _log.warning("The step %r will be done again next time: %s", step, error)
        return made

    def numbers(self, step: str, *inputs: bytes, compute: Callable[[], Mapping[str, float]]) -> dict[str, float]:
        """The same for numbers by name; their order is kept."""

        def as_arrays() -> Arrays:
            found = compute()
            return {"names": np.array(list(found), dtype=np.str_), "values": np.array(list(found.values()), np.float64)}

        kept = self.arrays(step, *inputs, compute=as_arrays)
        return dict(zip(kept["names"].tolist(), kept["values"].tolist(), strict=True))


def fingerprint(value: Any) -> bytes:
    """SHA-256 of a value made of dataclasses, mappings, sequences, arrays and plain values, by what they hold."""
    digest = hashlib.sha256(type(value).__name__.encode())
    if isinstance(value, np.ndarray):
        digest.update(str((value.dtype, value.shape)).encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value):
        for field in fields(value):
            digest.update(fingerprint(getattr(value, field.name)))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            digest.update(fingerprint(key) + fingerprint(one))
    elif isinstance(value, (list, tuple)):
        for one in value:
            digest.update(fingerprint(one))
    else:
        digest.update(repr(value).encode())
    return digest.digest()


def drop_least_used(folder: Path, most_bytes: int) -> None:
    """Remove results (.npz) that were not used for longest until the others take `most_bytes` at most.

    Other processes may write, read and remove there meanwhile: a file that one of them is writing is left alone.
    """
    found: list[tuple[float, str, int]] = []
    for path in folder.glob("*.npz"):
        with contextlib.suppress(OSError):
            stat = path.stat()
            found.append((stat.st_mtime, path.name, stat.st_size + _BLOCK))
    found.sort(reverse=True)
    left = most_bytes
    for used_s, name, size in found:
        unfinished = name.startswith(".")  # as `replacing` names it
        left -= size
        dead = used_s < found[0][0] - _DEAD_AFTER_S
        if dead if unfinished else left < 0:
            with contextlib.suppress(OSError):
                (folder / name).unlink()


@lru_cache(maxsize=1)
def _code_sha256() -> str:
    """Of the packages that quantize and decode: another version of them may give another result."""
    import edgekit_calibration

    import edgekit.vision
    import edgekit_export

    digest = hashlib.sha256()
    packages: tuple[ModuleType, ...] = (edgekit_calibration, edgekit_export, edgekit.vision)
    for package in packages:
        assert package.__file__ is not None
        for path in sorted(Path(package.__file__).parent.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _packages() -> dict[str, str]:
    return {name: version(name) for name in ("numpy", "onnx", "onnxruntime")}
