"""The settings of the shelf logic; all durations are counted in visible time."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ShelfRules"]

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class ShelfRules(BaseModel):
    """When evidence becomes a state, and a state an episode."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: Annotated[int, Field(ge=1, le=999)] = Field(5, description="samples of the median window")
    initial_samples: Annotated[int, Field(ge=1)] = Field(
        10, description="visible samples of a facing before anything is concluded of it in an epoch"
    )
    stillness_s: Seconds = Field(0.6, description="nothing has moved in the facing for so long")
    hold_out_of_stock_s: Seconds = Field(30.0, description="visible time a change to the worse must hold")
    hold_restocked_s: Seconds = Field(10.0, description="visible time a change back to stocked must hold")
    cooldown_s: Seconds = Field(60.0, description="visible time between `resolved` and the next `opened`")
    stocked_at: Share = Field(0.6, description="fill probability from which a facing counts as stocked")
    empty_at: Share = Field(0.4, description="fill probability up to which a facing counts as out of stock")
    low_at: Share = Field(0.5, description="share of the capacity up to which a facing of several units is low")
    min_visible_share: Share = Field(0.7, description="below it a facing is `unknown` (occluded)")
    min_score: Share = Field(0.3, description="detections below it are not evidence")
    reminder_s: Seconds | None = Field(None, description="`updated` with reason `reminder` so often; never if null")
    restocking_quiet_s: Seconds | None = Field(
        None, description="openings wait while staff fill the shelf, and for so long after; null: they do not wait"
    )
    restocking_share: Share = Field(0.4, description="share of the facings that staff cover or touch at once")
    restocking_s: Seconds = Field(8.0, description="time for which so many must be before it counts as restocking")
