"""A bundle, opened: everything in it verified and consistent before anything is used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from edgekit.backends.protocols import Graph, TensorSpec
from edgekit.bundle.archive import Archive, read_bundle
from edgekit.bundle.golden import Golden, array_of
from edgekit.bundle.manifest import Encoding, Manifest, Task, TensorSpecModel
from edgekit.bundle.members import (
    CALIBRATION,
    GOLDEN_INPUTS,
    GOLDEN_PICTURE,
    GOLDEN_PREPARED,
    REPORT,
    golden_output,
)
from edgekit.errors import BundleError
from edgekit.vision.decoders import DECODERS
from edgekit.vision.decoders.classify import CLASSIFIERS
from edgekit.vision.decoders.embed import EMBEDDERS

__all__ = ["Bundle"]


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """One .edgekit file.

    Attributes:
        path: where it lies.
        manifest: what it says of itself.
        sha256: hex digest of its manifest, which covers every byte: two bundles with the same are the same.
    """

    path: Path
    manifest: Manifest
    sha256: str
    _members: Mapping[str, memoryview] = field(repr=False)

    @classmethod
    def open(cls, path: Path | str) -> Bundle:
        """Read and verify a bundle, wholly.

        Raises:
            BundleError: it is missing, unreadable, no bundle, or says contradictory things.
            BundleTampered: its bytes are not what the writer wrote.
        """
        path = Path(path)
        archive = read_bundle(path)
        _check_consistent(path, archive)
        return cls(path, archive.manifest, archive.sha256, archive.members)

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        """The graphs that it holds."""
        return tuple(encoding for encoding in Encoding if encoding in self.manifest.graphs)

    def graph(self, encoding: Encoding | str) -> Graph:
        """A graph, ready to be loaded by a backend.

        Raises:
            BundleError: the bundle has no such graph.
        """
        wanted = next((known for known in Encoding if known.value == str(getattr(encoding, "value", encoding))), None)
        if wanted is None or wanted not in self.manifest.graphs:
            named = getattr(encoding, "value", encoding)
            has = ", ".join(known.value for known in self.encodings)
            raise BundleError(
                f"{self.path} has no graph {named!r}; it has {has}.",
                hint="`edgekit export --int8` writes every encoding." if "int8" in str(named) else None,
            )
        batch = self.manifest.batch
        return Graph(
            onnx=bytes(self._members[wanted.member]),
            encoding=wanted.value,
            sha256=self.manifest.files[wanted.member].sha256,
            inputs=_specs(self.manifest.inputs),
            outputs=_specs(self.manifest.outputs),
            max_batch=batch.max,
            opt_batch=batch.opt,
        )

    def report(self) -> dict[str, Any]:
        """What export measured (report.json); empty where there is none."""
        return self._json(REPORT) or {}

    def calibration(self) -> dict[str, Any] | None:
        """Ranges and the images they came from (calibration.json); None where nothing was calibrated."""
        return self._json(CALIBRATION)

    def golden(self) -> Golden:
        """Known inputs and outputs.

        Raises:
            BundleError: a golden array is not what the manifest says.
        """
        names = self.manifest.golden.outputs
        expected = {
            encoding: tuple(self._array(golden_output(encoding, index)) for index in range(len(names)))
            for encoding in self.encodings
        }
        inputs, picture, prepared = (self._array(name) for name in (GOLDEN_INPUTS, GOLDEN_PICTURE, GOLDEN_PREPARED))
        size = self.manifest.preprocessing.geometry.size_hw
        counts = {len(inputs) if inputs.ndim else 0, *(len(a) if a.ndim else 0 for o in expected.values() for a in o)}
        if (
            counts != {self.manifest.golden.inputs}
            or any(array.dtype != np.uint8 for array in (inputs, picture, prepared))
            or inputs.shape[1:] != (*size, 3)
            or prepared.shape != (*size, 3)
            or picture.ndim != 3
        ):
            raise BundleError(f"{self.path}: golden/ does not hold what its manifest says.")
        return Golden(
            inputs.astype(np.uint8, copy=False),
            picture.astype(np.uint8, copy=False),
            prepared.astype(np.uint8, copy=False),
            expected,
            names,
        )

    def _array(self, name: str) -> Any:
        return array_of(f"{self.path}: {name}", self._members[name])

    def _json(self, name: str) -> dict[str, Any] | None:
        content = self._members.get(name)
        if content is None:
            return None
        try:
            value = json.loads(bytes(content))
        except (ValueError, RecursionError) as error:
            raise BundleError(f"{self.path}: {name} is not JSON: {error}.") from error
        if not isinstance(value, dict):
            raise BundleError(f"{self.path}: {name} is not a JSON object.")
        return value


def _specs(models: tuple[TensorSpecModel, ...]) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(model.name, model.dtype, model.shape) for model in models)


def _check_consistent(path: Path, archive: Archive) -> None:
    """What the manifest says must agree with what is there, and with itself."""
    manifest, members = archive.manifest, archive.members
    if wrong := _contradiction(manifest):
        raise BundleError(f"{path}: its manifest contradicts itself: {wrong}.")
    golden = {
        golden_output(encoding, index) for encoding in manifest.graphs for index in range(len(manifest.golden.outputs))
    }
    wanted = golden | {encoding.member for encoding in manifest.graphs}
    wanted |= {GOLDEN_INPUTS, GOLDEN_PICTURE, GOLDEN_PREPARED}
    if missing := sorted(wanted - set(members)):
        raise BundleError(f"{path} has no {missing[0]}, though its manifest names it.")
    known = {name for name in members if name.startswith(("graphs/", "golden/"))}
    if extra := sorted(known - wanted):
        raise BundleError(f"{path} has {extra[0]}, though its manifest does not name it.")


def _contradiction(manifest: Manifest) -> str | None:
    height, width = manifest.preprocessing.geometry.size_hw
    batch = manifest.batch
    decoders = {Task.DETECT: tuple(DECODERS), Task.CLASSIFY: CLASSIFIERS, Task.EMBED: EMBEDDERS}[manifest.task]
    if not manifest.graphs:
        return "it names no graph"
    if len(manifest.inputs) != 1 or manifest.inputs[0].dtype != "uint8":
        return "it must have exactly one input, uint8"
    if manifest.inputs[0].shape[1:] != (height, width, 3):
        return f"its input is {manifest.inputs[0].shape}, its geometry gives (batch, {height}, {width}, 3)"
    if not manifest.outputs or tuple(spec.name for spec in manifest.outputs) != manifest.golden.outputs:
        return "its outputs are not those of its golden values"
    if not 1 <= batch.min <= batch.opt <= batch.max:
        return f"its batch sizes {batch.min}, {batch.opt}, {batch.max} are not in order"
    if manifest.decoder.name not in decoders:
        return f"{manifest.task.value} has no decoder {manifest.decoder.name!r} ({', '.join(decoders)})"
    if manifest.golden.inputs < 1:
        return "it has no golden inputs"
    return None
