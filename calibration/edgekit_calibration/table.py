"""The calibration table: the ranges of every tensor per encoding, and what they were measured on, as versioned JSON."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edgekit.errors import CalibrationError
from edgekit_calibration.methods import Method

__all__ = ["TABLE_VERSION", "CalibrationTable", "TableKey", "TensorRange", "TensorRanges", "reusable"]

TABLE_VERSION = 2

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TableKey(_Part):
    """What a table is valid for.

    Attributes:
        graph_sha256: the float graph that was run, repairs included.
        images_sha256: the prepared images, all of them in order.
        images: how many they were.
        preprocessing_sha256: the geometry that prepared them; None where the caller gave none.
        method: how ranges were chosen.
    """

    graph_sha256: Sha256
    images_sha256: Sha256
    images: Annotated[int, Field(ge=1)]
    preprocessing_sha256: Sha256 | None = None
    method: Method

    def changes_to(self, other: TableKey) -> tuple[str, ...]:
        """What is different in `other`, in words; nothing where both are the same.

        Prepared images are others when their preprocessing is another: then only that is named, and their number.
        """
        changes = []
        if self.graph_sha256 != other.graph_sha256:
            changes.append("the graph changed (another model, or repaired otherwise)")
        preprocessed_alike = self.preprocessing_sha256 == other.preprocessing_sha256
        if not preprocessed_alike:
            changes.append("the preprocessing changed")
        if self.images != other.images:
            changes.append(f"the images changed: {self.images} then, {other.images} now")
        elif preprocessed_alike and self.images_sha256 != other.images_sha256:
            changes.append(f"the images changed: {self.images} then and now, but not the same ones")
        if self.method is not other.method:
            changes.append(f"the method changed: {self.method.value} then, {other.method.value} now")
        return tuple(changes)


class TensorRange(_Part):
    """A tensor's range in one encoding.

    Attributes:
        low, high: its ends.
        method: how they were found.
    """

    low: Annotated[float, Field(le=0)]
    high: Annotated[float, Field(ge=0)]
    method: Method


class TensorRanges(_Part):
    """One tensor.

    Attributes:
        minimum, maximum: seen over all calibration images.
        count: values seen.
        ranges: by encoding.
    """

    minimum: float
    maximum: float
    count: Annotated[int, Field(ge=1)]
    ranges: dict[str, TensorRange]


class CalibrationTable(_Part):
    """Everything that quantizing needs to know of tensors, and what it is valid for.

    Attributes:
        version: of this format.
        key: what it is valid for.
        held_back: how many of the images the ranges did not see: the choice of layers was judged on them.
        tensors: by name.
    """

    version: Literal[2] = 2
    key: TableKey
    held_back: Annotated[int, Field(ge=0)]
    tensors: dict[str, TensorRanges]

    def to_json(self) -> str:
        """As JSON, keys in a fixed order."""
        return self.model_dump_json(indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> CalibrationTable:
        """Read a table back.

        Raises:
            CalibrationError: it is not a table, or one of another version.
        """
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CalibrationError(f"Not a calibration table: not JSON ({error}).") from error
        _check_version(content)
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise CalibrationError(f"Not a calibration table: {where or 'the whole'}: {first['msg']}.") from error


def _check_version(content: Any) -> None:
    version = content.get("version") if isinstance(content, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise CalibrationError("Not a calibration table: it says no version.")
    if version > TABLE_VERSION:
        raise CalibrationError(
            f"The calibration table has version {version}; this edgekit reads version {TABLE_VERSION}.",
            hint="It was written by a newer edgekit: upgrade, or calibrate again.",
        )
    if version < TABLE_VERSION:
        raise CalibrationError(
            f"The calibration table has version {version}, from an older edgekit; this one reads {TABLE_VERSION}.",
            hint="Calibrate again.",
        )


def reusable(table: CalibrationTable, key: TableKey) -> CalibrationTable:
    """`table`, if it is valid for `key`.

    Raises:
        CalibrationError: it is not; names everything that changed.
    """
    changes = table.key.changes_to(key)
    if changes:
        raise CalibrationError(
            f"The calibration table does not fit: {'; '.join(changes)}.",
            hint="Calibrate again without it, or give back what it was made with.",
        )
    return table
