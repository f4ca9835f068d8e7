"""The products over the facings of all cameras: what the last commits say, and what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from edgekit.shelf.availability import ProductFacing, ProductState, ProductTransition, step_products
from edgekit.shelf.planogram import Planogram
from edgekit.shelf.words import FacingStatus

__all__ = ["ProductBoard", "ProductStep"]


@dataclass(frozen=True, slots=True)
class ProductStep:
    """What a commit would make of the products; adopted once it is committed.

    Attributes:
        statuses: of every facing, by (camera, facing).
        states: by GTIN.
        opened_at: RFC 3339 time of each open episode, by GTIN.
        transitions: what changed.
    """

    statuses: Mapping[tuple[str, str], FacingStatus]
    states: Mapping[str, ProductState]
    opened_at: Mapping[str, str]
    transitions: tuple[ProductTransition, ...]

    def to_json(self) -> str:
        """What is saved of it."""
        return json.dumps(
            {gtin: {**state.to_json(), "opened_at": self.opened_at.get(gtin)} for gtin, state in self.states.items()}
        )


class ProductBoard:
    """Committed facing states of all cameras. Used under the store's lock, by one camera at a time."""

    def __init__(self, saved: str | None = None) -> None:
        """Start from what `ProductStep.to_json` gave, or from nothing."""
        values = json.loads(saved) if saved else {}
        states = {gtin: ProductState.from_json(value) for gtin, value in values.items()}
        opened_at = {gtin: value["opened_at"] for gtin, value in values.items() if value.get("opened_at")}
        self._committed = ProductStep({}, states, opened_at, ())
        self._facings: dict[tuple[str, str], tuple[str, str]] = {}

    def enter(self, camera: str, planogram: Planogram, statuses: Mapping[str, FacingStatus]) -> None:
        """Take a camera's facings in, with the states that it starts with; nothing is concluded from that."""
        for facing in planogram.facings:
            if facing.gtin is not None:
                self._facings[camera, facing.id] = (facing.gtin, facing.product)
        mine = {(camera, name): status for name, status in statuses.items()}
        before = self._committed
        self._committed = ProductStep({**before.statuses, **mine}, before.states, before.opened_at, ())

    def step(self, camera: str, statuses: Mapping[str, FacingStatus], at: str) -> ProductStep | None:
        """What the new states of `camera`'s facings make of the products; None where no state changed.

        Args:
            camera: whose.
            statuses: its facings' states, about to be committed.
            at: RFC 3339 time of the decision.
        """
        before = self._committed
        if all(before.statuses.get((camera, name)) is status for name, status in statuses.items()):
            return None
        after = {**before.statuses, **{(camera, name): status for name, status in statuses.items()}}
        states, transitions = step_products(
            before.states,
            [
                ProductFacing(key[0], key[1], gtin, product, after.get(key, FacingStatus.UNKNOWN))
                for key, (gtin, product) in self._facings.items()
            ],
        )
        opened = {change.gtin: at for change in transitions if states[change.gtin].open}
        return ProductStep(after, states, {**before.opened_at, **opened}, transitions)

    def elsewhere(self, camera: str, gtin: str) -> tuple[FacingStatus, ...]:
        """The committed states of a product's facings in front of other cameras; from any thread."""
        statuses = self._committed.statuses
        return tuple(
            statuses.get(key, FacingStatus.UNKNOWN)
            for key, (other, _) in self._facings.items()
            if key[0] != camera and other == gtin
        )

    def adopt(self, step: ProductStep) -> None:
        """It is committed."""
        self._committed = step
