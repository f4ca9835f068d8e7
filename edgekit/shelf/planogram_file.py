"""The words of a planogram file: which keys it has, and what may stand there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

from edgekit.shelf.gtin import normalised

__all__ = ["FacingEntry", "PlanogramFile"]

FacingId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
ProductName = Annotated[str, Field(min_length=1, max_length=200)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)]


class FacingEntry(BaseModel):
    """One entry of `facings:`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: FacingId = Field(description="unique within the camera")
    gtin: str | None = Field(None, description="8, 12, 13 or 14 digits, in quotes")
    product: ProductName = Field(description="its name; by default also the name of the model's class")
    method: str = Field(
        "auto",
        validation_alias=AliasChoices("method", "evidence"),
        description="auto, detector, any_product, classifier, recognition or appearance",
    )
    capacity: Annotated[int, Field(ge=1, le=1000)] = Field(1, description="units that can be seen when it is full")
    polygon: tuple[tuple[Coordinate, Coordinate], ...] = Field(description="[[x, y], ...] in reference pixels")
    empty_in_reference: bool = Field(False, description="the reference picture shows this facing empty")

    @model_validator(mode="before")
    @classmethod
    def _one_name_for_method(cls, value: Any) -> Any:
        if isinstance(value, dict) and "method" in value and "evidence" in value:
            raise ValueError("give either `method` or `evidence` (they are the same), not both")
        return value

    @field_validator("gtin")
    @classmethod
    def _checked_gtin(cls, value: str | None) -> str | None:
        return None if value is None else normalised(value)


class PlanogramFile(BaseModel):
    """A whole planogram file, as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    reference: Path = Field(description="picture of the full shelf, relative to this file")
    facings: Annotated[tuple[FacingEntry, ...], Field(min_length=1)]
    classes: dict[str, tuple[str, ...]] = Field({}, description="product: the model's classes that mean it")

    @field_validator("classes")
    @classmethod
    def _classes_are_named(cls, classes: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for product, names in classes.items():
            if not names:
                raise ValueError(f"{product!r} has no class; name one, or leave the product out")
        return classes
