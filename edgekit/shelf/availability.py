"""Products over facings: a product is out when all its known facings are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from edgekit.shelf.words import FacingStatus, TransitionKind

__all__ = ["ProductFacing", "ProductState", "ProductTransition", "step_products"]

_THERE = (FacingStatus.STOCKED, FacingStatus.LOW)


@dataclass(frozen=True, slots=True)
class ProductFacing:
    """One facing's last concluded state.

    Attributes:
        camera, facing: where it is.
        gtin: 14 digits.
        product: its name.
        status: as committed; unknown until the first conclusion.
    """

    camera: str
    facing: str
    gtin: str
    product: str
    status: FacingStatus


@dataclass(frozen=True, slots=True)
class ProductState:
    """The episodes of one product: number of the last, transitions in it, whether it is open; all it takes to go on."""

    episode: int = 0
    transitions: int = 0
    open: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ProductState:
        """What `to_json` gave."""
        return cls(int(values["episode"]), int(values["transitions"]), bool(values["open"]))


@dataclass(frozen=True, slots=True)
class ProductTransition:
    """A product went out, or came back.

    Attributes:
        gtin, product: which.
        kind: opened or resolved.
        episode, number: as for a facing's transition.
        facings: (camera, facing) of all its known facings.
        reason: "facings_removed" when it is resolved because no planogram has it any more; else None.
    """

    gtin: str
    product: str
    kind: TransitionKind
    episode: int
    number: int
    facings: tuple[tuple[str, str], ...]
    reason: str | None = None


def step_products(
    states: Mapping[str, ProductState], facings: Iterable[ProductFacing]
) -> tuple[dict[str, ProductState], tuple[ProductTransition, ...]]:
    """Derive products from the committed states of all cameras' facings.

    Args:
        states: by GTIN, as the last call gave them.
        facings: every facing that has a GTIN, of every camera.

    Returns:
        States by GTIN, and what changed, by GTIN. A product is opened when it has a known facing and all known ones
        are out of stock, and resolved when one of them is stocked or low. Unknown facings change nothing.
    """
    by_gtin: dict[str, list[ProductFacing]] = {}
    for facing in facings:
        by_gtin.setdefault(facing.gtin, []).append(facing)
    after = dict(states)
    transitions: list[ProductTransition] = []
    for gtin in sorted(by_gtin.keys() | states.keys()):
        before = states.get(gtin, ProductState())
        mine = by_gtin.get(gtin, [])
        kind = _kind(before, mine)
        if kind is None:
            after[gtin] = before
            continue
        opened = kind is TransitionKind.OPENED
        after[gtin] = (
            ProductState(before.episode + 1, 1, True)
            if opened
            else replace(before, transitions=before.transitions + 1, open=False)
        )
        known = tuple((one.camera, one.facing) for one in mine if one.status is not FacingStatus.UNKNOWN)
        transitions.append(
            ProductTransition(
                gtin,
                mine[0].product if mine else "",
                kind,
                after[gtin].episode,
                after[gtin].transitions,
                known,
                None if mine else "facings_removed",
            )
        )
    return after, tuple(transitions)


def _kind(before: ProductState, facings: list[ProductFacing]) -> TransitionKind | None:
    known = [one.status for one in facings if one.status is not FacingStatus.UNKNOWN]
    if before.open:
        return TransitionKind.RESOLVED if not facings or any(status in _THERE for status in known) else None
    out = bool(known) and all(status is FacingStatus.OUT_OF_STOCK for status in known)
    return TransitionKind.OPENED if out else None
