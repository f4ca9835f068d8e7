"""One sample's evidence taken into every facing: new states, what is told of them, and what they look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from edgekit.frame import Frame
from edgekit.shelf.caution import Caution
from edgekit.shelf.outlook import Outlook, outlook_after
from edgekit.shelf.planogram import Facing
from edgekit.shelf.polygon import Polygon
from edgekit.shelf.readings import Reading, reading_of
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.states import FacingState, restarted, step
from edgekit.shelf.words import Evidence, FacingStatus, Transition, TransitionKind

__all__ = ["Before", "Concluded", "Moment", "cautions_after", "concluded"]


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The facings before a sample, each by id.

    Attributes:
        facings: their states.
        cautions: how much slower each is believed; those that are believed as all are absent.
        outlooks: what has left them and when they will be empty.
    """

    facings: Mapping[str, FacingState]
    cautions: Mapping[str, Caution]
    outlooks: Mapping[str, Outlook]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The sample that is taken in.

    Attributes:
        frame: the sample.
        gap_s: seconds since the sample before it.
        interval_s: seconds between samples as a rule.
        rules: the settings, as they are while staff restock, too.
        usual_rules: the settings.
        restocking: staff are at the shelf.
        anew: the camera has just been found again after it was moved: windows and holds start over.
        outlines: where the facings are in the frame, by id.
    """

    frame: Frame
    gap_s: float
    interval_s: float
    rules: ShelfRules
    usual_rules: ShelfRules
    restocking: bool
    anew: bool
    outlines: Mapping[str, Polygon]


@dataclass(frozen=True, slots=True, eq=False)
class Concluded:
    """The facings after a sample, in the planogram's order."""

    facings: Mapping[str, FacingState]
    outlooks: Mapping[str, Outlook]
    readings: Mapping[str, Reading]
    transitions: tuple[Transition, ...]


def cautions_after(before: Before, gap_s: float) -> dict[str, Caution]:
    """The cautions after `gap_s` seconds, which count where a facing could be judged; those at an end are left out."""
    later = {
        name: caution.after(gap_s if before.facings[name].judged else 0.0) for name, caution in before.cautions.items()
    }
    return {name: caution for name, caution in later.items() if caution.level > 0}


def concluded(
    planogram: Sequence[Facing], before: Before, evidence: Mapping[str, Evidence], moment: Moment
) -> Concluded:
    """Take one sample's evidence of every facing in."""
    facings: dict[str, FacingState] = {}
    outlooks: dict[str, Outlook] = {}
    readings: dict[str, Reading] = {}
    transitions: list[Transition] = []
    for facing in planogram:
        name, caution = facing.id, before.cautions.get(facing.id, Caution())
        state = before.facings[name]
        facings[name], told = step(
            restarted(state) if moment.anew else state,
            evidence[name],
            caution.rules(moment.rules),
            time_s=moment.frame.time_s,
            frame_index=moment.frame.index,
            interval_s=moment.interval_s,
            capacity=facing.capacity,
        )
        outlooks[name] = outlook_after(
            before.outlooks.get(name, Outlook()), facing, facings[name], evidence[name], told, moment.gap_s
        )
        if told is not None:
            transitions.append(_with_outlook(told, outlooks[name]))
        readings[name] = reading_of(
            facings[name],
            evidence[name],
            moment.usual_rules,
            facing.capacity,
            moment.outlines.get(name),
            caution=caution.level,
            waiting=moment.restocking,
            time_to_empty=outlooks[name].said,
        )
    return Concluded(facings, outlooks, readings, tuple(transitions))


def _with_outlook(told: Transition, outlook: Outlook) -> Transition:
    """What is low is told with when it will be empty."""
    low = told.state is FacingStatus.LOW and told.kind in (TransitionKind.OPENED, TransitionKind.UPDATED)
    return replace(told, time_to_empty=outlook.said) if low else told
