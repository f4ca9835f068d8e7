"""Calibration tables of a graph: made of what was measured, and ranges taken from one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import (
    CalibrationTable,
    ChosenRange,
    Range,
    Scheme,
    TableKey,
    TensorRange,
    TensorRanges,
    reusable,
)
from numpy.typing import NDArray

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding
from edgekit.errors import CalibrationError
from edgekit_export.quantize.measured import Measured
from edgekit_export.quantize.options import QuantizeOptions

__all__ = ["SCHEMES", "check_table", "key_of", "range_from", "read_table", "table_of"]

SCHEMES: Mapping[Encoding, Scheme] = {
    Encoding.INT8_TENSORRT: Scheme.SIGNED_SYMMETRIC,
    Encoding.INT8_CPU: Scheme.UNSIGNED_ASYMMETRIC,
}


def _images_sha256(images: Sequence[NDArray[np.uint8]]) -> str:
    digest = hashlib.sha256()
    for image in images:
        digest.update(str(image.shape).encode())
        digest.update(np.ascontiguousarray(image).tobytes())
    return digest.hexdigest()


def read_table(path: Path) -> CalibrationTable:
    """The calibration table in a JSON file, or the one that a bundle was quantized with.

    Raises:
        CalibrationError: it cannot be read, is no table, or the bundle was never calibrated.
        BundleError: a bundle that cannot be read.
    """
    if path.suffix == ".edgekit":
        kept = Bundle.open(path).calibration()
        if kept is None:
            raise CalibrationError(f"{path} was exported without INT8: it holds no calibration table.")
        content = json.dumps(kept)
    else:
        try:
            content = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            raise CalibrationError(f"Cannot read the calibration table {path}: {reason}.") from error
    try:
        return CalibrationTable.from_json(content)
    except CalibrationError as error:
        raise CalibrationError(f"{path}: {error.message}", hint=error.hint) from error


def check_table(model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]], options: QuantizeOptions) -> None:
    """Raises CalibrationError where a table is given that is not of this graph, these images and these options."""
    if options.table is not None:
        reusable(options.table, key_of(model, images, options))


def range_from(table: CalibrationTable, encoding: Encoding, name: str) -> ChosenRange:
    """A tensor's range in an earlier table.

    Raises:
        CalibrationError: the table has none, though it is of this very graph: it was changed by hand.
    """
    tensor = table.tensors.get(name)
    found = None if tensor is None else tensor.ranges.get(encoding.value)
    if found is None:
        raise CalibrationError(
            f"The calibration table has no range of tensor {name} for {encoding.value}.",
            hint="Calibrate again without it: it was not written for this by edgekit.",
        )
    return ChosenRange(Range(found.low, found.high), found.method, {})


def key_of(model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]], options: QuantizeOptions) -> TableKey:
    """What a calibration table of this graph and all of these images is valid for."""
    return TableKey(
        graph_sha256=hashlib.sha256(model.SerializeToString(deterministic=True)).hexdigest(),
        images_sha256=_images_sha256(images),
        images=len(images),
        preprocessing_sha256=options.preprocessing_sha256,
        method=options.method,
    )


def table_of(
    model: onnx.ModelProto,
    images: Sequence[NDArray[np.uint8]],
    held_back_count: int,
    measured: Measured,
    options: QuantizeOptions,
) -> dict[str, Any]:
    """The calibration table (edgekit_calibration.CalibrationTable) as plain values."""
    tensors = {}
    for name, observer in measured.observers.items():
        found = {encoding.value: measured.chosen[scheme].get(name) for encoding, scheme in SCHEMES.items()}
        tensors[name] = TensorRanges(
            minimum=observer.minimum,
            maximum=observer.maximum,
            count=observer.count,
            ranges={
                encoding: TensorRange(low=one.span.low, high=one.span.high, method=one.method)
                for encoding, one in found.items()
                if one is not None
            },
        )
    table = CalibrationTable(key=key_of(model, images, options), held_back=held_back_count, tensors=tensors)
    result: dict[str, Any] = table.model_dump(mode="json")
    return result
