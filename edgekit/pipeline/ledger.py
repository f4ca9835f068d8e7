"""What one camera has committed: facing states, conditions and events, always together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from edgekit.clock import Clock
from edgekit.events.event import REPLAY_ORIGIN, Event
from edgekit.events.factory import (
    ConditionChange,
    Identity,
    camera_event,
    facing_event,
    product_event,
    rfc3339,
)
from edgekit.pictures.album import Shots
from edgekit.pictures.folder import PictureFolder
from edgekit.pipeline.conditions import Conditions
from edgekit.pipeline.products import ProductBoard, ProductStep
from edgekit.pipeline.store import Store
from edgekit.shelf.caution import Word
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.saved import SavedFacing
from edgekit.shelf.words import FacingStatus, Transition, TransitionKind

__all__ = ["CameraLedger", "Decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be committed together.

    Attributes:
        saved: the facings' rows.
        statuses: the facings' states.
        conditions: of the camera.
        transitions: of facings.
        changes: of conditions.
        media_time_s: of the deciding sample; None where no frame decided.
        frame_index: its index.
        pictures: of each transition, by facing id.
        words: of staff, which led to it.
    """

    saved: Mapping[str, SavedFacing]
    statuses: Mapping[str, FacingStatus]
    conditions: Conditions
    transitions: Sequence[Transition] = ()
    changes: Sequence[ConditionChange] = ()
    media_time_s: float | None = None
    frame_index: int | None = None
    pictures: Mapping[str, Shots] = field(default_factory=dict)
    words: Sequence[Word] = ()


@dataclass(slots=True)
class _Opened:
    """When the open episodes began, RFC 3339; of facings by id, of conditions by name."""

    facings: dict[str, str] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)


class CameraLedger:
    """Turns decisions of one camera into events, and commits both. One thread uses it."""

    def __init__(
        self,
        store: Store,
        board: ProductBoard,
        planogram: Planogram,
        *,
        store_id: str,
        camera: str,
        replay_from: datetime | None,
        product_origin: str,
        clock: Clock,
        pictures: PictureFolder | None = None,
    ) -> None:
        """Prepare a camera's ledger.

        Args:
            store: where to.
            board: the products, shared by all cameras.
            planogram: names GTIN and product of each facing.
            store_id: the store's id.
            camera: the camera's id.
            replay_from: of a recording, wall clock of its frame 0: nothing of it is saved but the events; else None.
            product_origin: origin of product events.
            clock: wall clock of live decisions.
            pictures: where evidence pictures go; None: events have none.
        """
        self._store = store
        self._board = board
        self._planogram = planogram
        self._facings = {facing.id: facing for facing in planogram.facings}
        self._replay_from = replay_from
        self._clock = clock
        origin = store.origin if replay_from is None else REPLAY_ORIGIN
        self._who = Identity(origin, store_id, camera)
        self._product_who = Identity(product_origin, store_id, camera)
        self._opened = _Opened()
        self._pictures = pictures
        self._heard: int | None = None

    @property
    def replay(self) -> bool:
        """The camera is a recording."""
        return self._replay_from is not None

    def restore(self) -> tuple[dict[str, SavedFacing], Conditions]:
        """What the last run committed; nothing for a recording.

        Raises:
            OutputError: the database cannot be read.
        """
        if self.replay:
            return {}, Conditions()
        saved = self._store.saved(self._who.camera)
        facings = {name: SavedFacing.from_json(json.loads(text)) for name, text in saved.facings.items()}
        values = json.loads(saved.camera) if saved.camera else {}
        self._opened = _Opened(values.get("facings_opened_at", {}), values.get("conditions_opened_at", {}))
        return facings, Conditions.from_json(values.get("conditions", {}))

    def enter(self, statuses: Mapping[str, FacingStatus]) -> None:
        """Tell the products which states this camera starts with."""
        with self._store.exclusive():
            self._board.enter(self._who.camera, self._planogram, statuses)

    def commit(self, decision: Decision) -> int:
        """Store everything of a decision, or nothing.

        Returns:
            How many events it raised.

        Raises:
            OutputError: nothing was stored.
        """
        at = self.time_of(decision.media_time_s)
        opened = _Opened(dict(self._opened.facings), dict(self._opened.conditions))
        events = [
            self._with_pictures(
                self._facing_event(transition, at, opened, decision.statuses), decision.pictures.get(transition.facing)
            )
            for transition in decision.transitions
        ]
        events += [self._camera_event(change, at, opened) for change in decision.changes]
        with self._store.exclusive():
            step = self._board.step(self._who.camera, decision.statuses, rfc3339(at))
            if step is not None:
                events += self._product_events(step, decision, at)
            live = not self.replay
            self._store.commit(
                self._who.camera,
                facings={name: json.dumps(row.to_json()) for name, row in decision.saved.items()} if live else None,
                camera_state=self._camera_state(decision.conditions, opened) if live else None,
                products=step.to_json() if step is not None and live else None,
                events=events,
                replay=not live,
                words=decision.words,
            )
            if step is not None:
                self._board.adopt(step)
        self._opened = opened
        return len(events)

    def news_of_staff(self) -> tuple[Word, ...]:
        """What staff have said that is not taken in; looked up only after somebody else wrote into the database.

        Raises:
            OutputError: the database cannot be read.
        """
        written = self._store.written_elsewhere()
        if written == self._heard:
            return ()
        words = self._store.words(self._who.camera)
        self._heard = None if words else written  # they stay news until they are committed
        return words

    def finish_replay(self) -> None:
        """The recording was seen to its end.

        Raises:
            OutputError: that could not be stored.
        """
        self._store.finish_replay(self._who.camera)

    def time_of(self, media_time_s: float | None) -> datetime:
        """Wall clock of a decision now, or of a recording's sample."""
        if self._replay_from is None:
            return self._clock.now()
        return self._replay_from + timedelta(seconds=media_time_s or 0.0)

    def _facing_event(
        self, transition: Transition, at: datetime, opened: _Opened, statuses: Mapping[str, FacingStatus]
    ) -> Event:
        name = transition.facing
        if transition.kind is TransitionKind.OPENED:
            opened.facings[name] = rfc3339(at)
        opened_at = _parsed(opened.facings.get(name), at)
        if transition.kind in (TransitionKind.RESOLVED, TransitionKind.RETRACTED):
            opened.facings.pop(name, None)
        facing = self._facings.get(name)
        return facing_event(
            self._who,
            transition,
            gtin=facing.gtin if facing else None,
            product=facing.product if facing else None,
            at=at,
            opened_at=opened_at,
            elsewhere=self._elsewhere(facing, statuses) if facing else (),
        )

    def _elsewhere(self, facing: Facing, statuses: Mapping[str, FacingStatus]) -> list[FacingStatus]:
        """States of the product's other facings: of this camera, and of the other live ones.

        Which of two recordings is ahead is chance, and a replay must give the same bytes each time.
        """
        here = [
            statuses[other.id]
            for other in self._planogram.facings
            if other.id != facing.id and (other.gtin or other.product) == (facing.gtin or facing.product)
        ]
        if self.replay or facing.gtin is None:
            return here
        return [*here, *self._board.elsewhere(self._who.camera, facing.gtin)]

    def _with_pictures(self, event: Event, shots: Shots | None) -> Event:
        """The event, naming those of its pictures that could be written: they are there before anybody hears of it."""
        if self._pictures is None or not shots:
            return event
        written = [self._pictures.write(f"{event.id}-{what}", jpeg) for what, jpeg in shots.items()]
        paths = tuple(path for path in written if path is not None)
        return replace(event, data=replace(event.data, pictures=paths))

    def _camera_event(self, change: ConditionChange, at: datetime, opened: _Opened) -> Event:
        name = change.condition.value
        if not change.recovered:
            opened.conditions[name] = rfc3339(at)
        opened_at = _parsed(opened.conditions.get(name), at)
        if change.recovered:
            opened.conditions.pop(name, None)
        return camera_event(self._who, change, at=at, opened_at=opened_at)

    def _product_events(self, step: ProductStep, decision: Decision, at: datetime) -> list[Event]:
        return [
            product_event(
                self._product_who,
                transition,
                at=at,
                opened_at=_parsed(step.opened_at.get(transition.gtin), at),
                media_time_s=decision.media_time_s,
                frame_index=decision.frame_index,
            )
            for transition in step.transitions
        ]

    @staticmethod
    def _camera_state(conditions: Conditions, opened: _Opened) -> str:
        return json.dumps(
            {
                "conditions": conditions.to_json(),
                "facings_opened_at": opened.facings,
                "conditions_opened_at": opened.conditions,
            }
        )


def _parsed(text: str | None, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else otherwise
