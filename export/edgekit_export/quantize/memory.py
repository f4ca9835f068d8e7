"""Steps of quantizing whose results are kept in the user's cache: with the same inputs they need not be done again."""

from __future__ import annotations

import hashlib
import json
import logging
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

__all__ = ["Arrays", "Memory", "fingerprint", "newest_only"]

Arrays = Mapping[str, NDArray[Any]]

_log = logging.getLogger(__name__)

_KEPT: Final = 64  # results: rankings of a few kilobytes, measurements of 2 to 50 MB


class Memory:
    """Results by everything that they depend on: the step, its inputs, and the code of edgekit itself.

    Args:
        folder: where results lie; None remembers nothing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

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

    def arrays(self, step: str, *inputs: bytes, compute: Callable[[], Arrays]) -> Arrays:
        """What `compute` gives, or gave with the same inputs.

        A file that cannot be read counts as none; a folder that cannot be written costs the same work next time.

        Args:
            step: its name.
            inputs: everything else that the result depends on.
            compute: makes it; arrays of numbers or of text.
        """
        if self._folder is None:
            return compute()
        path = self._folder / f"{self.key(step, *inputs)}.npz"
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                return {name: kept[name] for name in kept.files}
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            made = compute()
        try:
            with replacing(path) as temporary, temporary.open("wb") as written:
                np.savez(written, **made)  # type: ignore[arg-type]
            newest_only(self._folder, _KEPT, ".npz")
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


def newest_only(folder: Path, most: int, suffix: str) -> None:
    """Remove all but the newest `most` files of a folder with that suffix."""
    files = sorted(folder.glob(f"*{suffix}"), key=lambda path: (-path.stat().st_mtime, path.name))
    for path in files[most:]:
        path.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _code_sha256() -> str:
    """Of the two packages that quantize: another version of them may give another result."""
    import edgekit_calibration

    import edgekit_export

    digest = hashlib.sha256()
    packages: tuple[ModuleType, ...] = (edgekit_calibration, edgekit_export)
    for package in packages:
        assert package.__file__ is not None
        for path in sorted(Path(package.__file__).parent.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _packages() -> dict[str, str]:
    return {name: version(name) for name in ("numpy", "onnx", "onnxruntime")}
