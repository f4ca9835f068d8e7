"""The calibration table: the ranges of every tensor per encoding, and what they were measured on, as versioned JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edgekit.errors import CalibrationError

__all__ = ["TABLE_VERSION", "CalibrationTable", "TensorRanges"]

TABLE_VERSION = 1

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TensorRanges(_Part):
    """One tensor.

    Attributes:
        minimum, maximum: seen over all calibration images.
        count: values seen.
        ranges: per encoding the chosen (low, high).
    """

    minimum: float
    maximum: float
    count: Annotated[int, Field(ge=1)]
    ranges: dict[str, tuple[float, float]]


class CalibrationTable(_Part):
    """Everything that quantizing needs of the calibration images, keyed by what it is valid for.

    Attributes:
        version: of this format.
        graph_sha256: the float graph that was run.
        images_sha256: the prepared images, all of them in order.
        preprocessing_sha256: the geometry that prepared them; None where the caller gave none.
        images: how many images the ranges were seen on.
        held_back: how many others the choice of layers was judged on.
        tensors: by name.
    """

    version: Literal[1] = 1
    graph_sha256: Sha256
    images_sha256: Sha256
    preprocessing_sha256: Sha256 | None = None
    images: Annotated[int, Field(ge=1)]
    held_back: Annotated[int, Field(ge=0)]
    tensors: dict[str, TensorRanges]

    def to_json(self) -> str:
        """As JSON, keys in a fixed order."""
        return self.model_dump_json(indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> CalibrationTable:
        """Read a table back.

        Raises:
            CalibrationError: it is not a table of this version.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise CalibrationError(f"Not a calibration table: {where or 'the whole'}: {first['msg']}.") from error

    def valid_for(self, *, graph_sha256: str, images_sha256: str, preprocessing_sha256: str | None) -> bool:
        """Whether it was measured on this very graph, these images and this preprocessing."""
        return (self.graph_sha256, self.images_sha256, self.preprocessing_sha256) == (
            graph_sha256,
            images_sha256,
            preprocessing_sha256,
        )
