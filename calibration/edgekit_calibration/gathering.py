"""Everything that one pass over the images gathers: tensors, moments, patches; saved and taken up again."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.files import replacing
from edgekit_calibration.convergence import Convergence, convergence_of, snapshot_counts
from edgekit_calibration.least_error import least_error_range
from edgekit_calibration.moments import MomentObserver
from edgekit_calibration.ranges import Range, Scheme
from edgekit_calibration.readers import LayerReader
from edgekit_calibration.tensors import TensorObserver

__all__ = ["Gathering"]

# Images that follow each other in one fold: neighbours may be frames of one video, which look alike.
_BLOCK = 4
_FEW = 32


class Gathering:
    """What the images have shown so far.

    Args:
        tensors: names of the tensors to watch.
        moments: by layer, the tensor that it reads and what watches its patches.
        readers: by layer, what keeps some of its patches.
        images: how many images are expected.

    Attributes:
        tensors: by name.
        moments: by layer.
        readers: by layer.
        done: images taken in.
        whole: False while an image is being taken in, and after one that could not be.
    """

    def __init__(
        self,
        tensors: Sequence[str],
        moments: Mapping[str, tuple[str, MomentObserver]],
        readers: Mapping[str, LayerReader],
        *,
        images: int,
    ) -> None:
        self.tensors = {name: TensorObserver(name) for name in tensors}
        self.moments = {layer: watching for layer, (_, watching) in moments.items()}
        self.readers = dict(readers)
        self.done = 0
        self.whole = True
        self._reads = {layer: data for layer, (data, _) in moments.items()}
        self._images = images
        self._snapshots: list[tuple[int, dict[str, Range]]] = []

    def update(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Take in all tensors of the next image.

        Raises:
            CalibrationError: a value is not finite.
        """
        self.whole = False
        fold = self.done // (_BLOCK if self._images >= _FEW else 1) % 2
        for name, tensor in self.tensors.items():
            tensor.update(values[name], fold)
        for layer, watching in self.moments.items():
            watching.update(values[self._reads[layer]])
        for reader in self.readers.values():
            reader.update(values[reader.data], fold)
        self.done += 1
        if self.done in snapshot_counts(self._images):
            self._snapshots.append((self.done, self._ranges()))
        self.whole = True

    def _ranges(self) -> dict[str, Range]:
        # One way of choosing, for all tensors: what moves is then the images' doing.
        wholes = {name: tensor.whole() for name, tensor in self.tensors.items()}
        return {
            name: least_error_range(whole, Scheme.UNSIGNED_ASYMMETRIC) for name, whole in wholes.items() if whole.count
        }

    def convergence(self) -> Convergence:
        """How ranges came to rest over the images."""
        return convergence_of(self._snapshots)

    def readers_of(self, tensor: str) -> list[LayerReader]:
        """The layers that read a tensor, as far as their patches were kept."""
        return [reader for reader in self.readers.values() if reader.data == tensor]

    def _parts(self) -> dict[str, Mapping[str, TensorObserver | MomentObserver | LayerReader]]:
        return {"tensor": self.tensors, "moments": self.moments, "reader": self.readers}

    def save(self, path: Path, *, about: str = "") -> None:
        """Write everything to `path` (.npz), whole or not at all.

        Args:
            path: where.
            about: what it is of, in the caller's words; `about` reads it back.

        Raises:
            OutputError: the file cannot be written.
        """
        arrays: dict[str, NDArray[Any]] = {"done": np.array(self.done), "about": np.array(about)}
        for kind, parts in self._parts().items():
            for index, part in enumerate(parts.values()):
                arrays |= {f"{kind}/{index}/{key}": array for key, array in part.state().items()}
        for number, (count, ranges) in enumerate(self._snapshots):
            rows = [[ranges[name].low, ranges[name].high] if name in ranges else [np.nan] * 2 for name in self.tensors]
            arrays[f"snapshot/{number}/{count}"] = np.array(rows).reshape(-1, 2)
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]

    @staticmethod
    def about(path: Path) -> str:
        """What `save` was told of the gathering in `path`.

        Raises:
            OSError, ValueError, KeyError, EOFError: nothing was saved there.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
                return str(saved["about"])
        except zipfile.BadZipFile as error:
            raise ValueError(str(error)) from error

    def restore(self, path: Path) -> bool:
        """Go on from what `save` wrote for the very same tensors, layers and images; False where there is nothing.

        A file that is not whole, or of another version, counts as nothing.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
                arrays = {name: saved[name] for name in saved.files}
            self._restore(arrays)
        except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile):
            return False
        return True

    def _restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        done = int(arrays["done"])
        parts: dict[tuple[str, int], dict[str, NDArray[Any]]] = {}
        snapshots: list[tuple[int, dict[str, Range]]] = []
        for name, array in arrays.items():
            kind, _, rest = name.partition("/")
            index, _, key = rest.partition("/")
            if kind == "snapshot":
                spans = zip(self.tensors, array, strict=True)
                snapshots.append((int(key), {one: Range(float(a), float(b)) for one, (a, b) in spans if a == a}))
            elif kind not in ("done", "about"):
                parts.setdefault((kind, int(index)), {})[key] = array
        # All of it is there before anything changes.
        tensors = [parts["tensor", number] for number in range(len(self.tensors))]
        readers = [parts["reader", number] for number in range(len(self.readers))]
        for tensor, state in zip(self.tensors.values(), tensors, strict=True):
            tensor.restore(state)
        for number, watching in enumerate(self.moments.values()):
            watching.restore(parts.get(("moments", number), {}))
        for reader, state in zip(self.readers.values(), readers, strict=True):
            reader.restore(state)
        self._snapshots = sorted(snapshots, key=lambda one: one[0])
        self.done = done
