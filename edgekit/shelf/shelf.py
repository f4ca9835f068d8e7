"""The shelf of one camera: samples in, facing states and transitions out. Holds nothing that changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import PlanogramError
from edgekit.frame import Frame, Pixels
from edgekit.shelf.caution import Caution, Word, heard
from edgekit.shelf.concluding import Before, Moment, cautions_after, concluded
from edgekit.shelf.depletion import Removals
from edgekit.shelf.evidence.judges import Judges
from edgekit.shelf.evidence.method import Baseline, ModelInfo
from edgekit.shelf.evidence.models import counted
from edgekit.shelf.evidence.remembered import Remembered
from edgekit.shelf.gates.foreground import foreground_of
from edgekit.shelf.gates.gate import GateMemory, gates_of, grey_of
from edgekit.shelf.gates.layout import Layout, layout_of, small_picture
from edgekit.shelf.gates.light import light_gain
from edgekit.shelf.gates.pieces import covering_pixels
from edgekit.shelf.gates.scene import SceneStatistics, statistics_of
from edgekit.shelf.outlook import Outlook
from edgekit.shelf.pace import Pace
from edgekit.shelf.planogram import Planogram
from edgekit.shelf.readings import Reading
from edgekit.shelf.registration import register
from edgekit.shelf.registration.aligner import Aligner
from edgekit.shelf.registration.laid_out import LaidOut, laid_out
from edgekit.shelf.registration.outlines import boxes_in_frame, outlines
from edgekit.shelf.registration.picture import halved
from edgekit.shelf.registration.tracking import Tracking, for_frames_of, in_new_epoch, lost_reason, unmoved
from edgekit.shelf.restocking import Restocking
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.saved import SavedFacing, restored, same_place, same_product, saved_from
from edgekit.shelf.states import MAX_GAP_INTERVALS, FacingState
from edgekit.shelf.states import in_new_epoch as facing_in_new_epoch
from edgekit.shelf.turning import SinceOpened, kept_in_new_epoch, look_from, look_text, turned
from edgekit.shelf.words import Evidence, FacingStatus, Findings, Transition, TransitionKind, UnknownReason, View
from edgekit.vision.detection import Detections

__all__ = ["Conclusion", "Shelf", "ShelfState"]

_WHOLE_SHARE: Final = 0.95
"""Of a facing that must be in view for what it looks like to be kept: after a restocking, and for the gates."""
_SETTLED_S: Final = 5.0
"""What has stood still for so long and leaves a facing in its state is how it looks now: goods that were rummaged in,
the next one of several units."""


@dataclass(frozen=True, slots=True, eq=False)
class ShelfState:
    """All that a camera's shelf knows; frozen, adopted only once it is committed.

    Attributes:
        facings: by id, in the planogram's order.
        baselines: what each method saw in the reference, by method and facing; a method that has not been asked or
            has not answered is absent.
        memory: what the gates remember of this epoch.
        remembered: by facing, the judgement that holds until it changes; of this epoch.
        tracking: where the camera looks; None before its first sample.
        pace: how far apart this epoch's last samples were.
        cautions: by facing, how much slower it is believed; those that are believed as all are absent.
        outlooks: by facing, what has left it and when it will be empty.
        since_opened: by facing with an open episode, what it looked like then, and whether it has been watched since.
        anchors: by facing, its baseline by appearance since its last restocking.
        restocking: whether staff are at the shelf; of this epoch.
        retired: saved rows of facings that the planogram no longer has.
    """

    facings: Mapping[str, FacingState]
    baselines: Mapping[str, Mapping[str, Baseline]] = field(default_factory=dict)
    memory: GateMemory | None = None
    remembered: Mapping[str, Remembered] = field(default_factory=dict)
    tracking: Tracking | None = None
    pace: Pace = field(default_factory=Pace)
    cautions: Mapping[str, Caution] = field(default_factory=dict)
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    since_opened: Mapping[str, SinceOpened] = field(default_factory=dict)
    anchors: Mapping[str, Baseline] = field(default_factory=dict)
    restocking: Restocking = field(default_factory=Restocking)
    retired: Mapping[str, SavedFacing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Conclusion:
    """What follows from one sample.

    Attributes:
        state: to go on from, once it and the transitions are committed.
        transitions: in the planogram's order.
        readings: by facing id.
    """

    state: ShelfState
    transitions: tuple[Transition, ...]
    readings: Mapping[str, Reading]


class Shelf:
    """The shelf logic of one camera.

    `look` and `conclude` are pure: what changes is the ShelfState that goes in and comes out. One thread calls them.
    """

    def __init__(
        self,
        planogram: Planogram,
        rules: ShelfRules,
        *,
        sample_fps: float,
        models: Mapping[str, ModelInfo],
        reference_pixels: Pixels,
    ) -> None:
        """Prepare the methods that the planogram asks for.

        Args:
            planogram: the facings.
            rules: the settings.
            sample_fps: samples a second, as configured.
            models: what is loaded, by role.
            reference_pixels: uint8 (height, width, 3) BGR, the planogram's reference picture.

        Raises:
            PlanogramError: a method needs a model that is not there, or no class means a product; the picture is not
                of the planogram's size.
        """
        if reference_pixels.shape[:2] != planogram.reference_size_hw:
            height, width = planogram.reference_size_hw
            raise PlanogramError(f"{planogram.reference} decodes to another size than {width} x {height}.")
        self._planogram = planogram
        self._rules = rules
        self._waiting = rules.model_copy(update={"hold_out_of_stock_s": math.inf})
        self._interval_s = 1 / sample_fps
        self._reference = reference_pixels
        self._layouts: dict[tuple[int, int], Layout] = {}
        self._aligners: dict[tuple[int, int], Aligner] = {}
        self._references: dict[tuple[int, int], tuple[Pixels, SceneStatistics]] = {}
        reference_layout = self._layout(planogram.reference_size_hw)
        self._judges = Judges(planogram, rules, models, reference_pixels, reference_layout)

    @property
    def methods(self) -> Mapping[str, str]:
        """The method of each facing, by facing id; `auto` is resolved."""
        return self._judges.methods

    def initial(self, saved: Mapping[str, SavedFacing] | None = None) -> tuple[ShelfState, tuple[Transition, ...]]:
        """The state to start with, and `retracted` for open episodes of facings that were removed or changed."""
        facings, retired, transitions = restored(self._planogram.facings, saved or {})
        rows = {
            facing.id: row
            for facing in self._planogram.facings
            if (row := (saved or {}).get(facing.id)) is not None and same_product(facing, row)
        }
        cautions = {name: Caution(row.caution) for name, row in rows.items() if row.caution > 0}
        outlooks = {name: Outlook(Removals(row.removals, row.watched_s)) for name, row in rows.items()}
        since = {
            facing.id: SinceOpened(look_from(rows[facing.id].look))
            for facing in self._planogram.facings
            if facings[facing.id].episode.open and same_place(facing, rows[facing.id])
        }
        looks = {
            facing.id: look_from(rows[facing.id].anchor)
            for facing in self._planogram.facings
            if facing.id in rows and same_place(facing, rows[facing.id])
        }
        anchors = self._judges.bound(self._layout(self._planogram.reference_size_hw).places, looks)
        state = ShelfState(facings, retired=retired, cautions=cautions, outlooks=outlooks)
        return replace(state, since_opened=since, anchors=anchors), transitions

    def saved(self, state: ShelfState) -> dict[str, SavedFacing]:
        """The rows to keep in the state database."""
        rows = {
            facing.id: saved_from(
                facing,
                state.facings[facing.id],
                caution=state.cautions.get(facing.id, Caution()).level,
                removals=state.outlooks.get(facing.id, Outlook()).removals,
                look=look_text(since.look) if (since := state.since_opened.get(facing.id)) else None,
                anchor=look_text(anchor.look) if (anchor := state.anchors.get(facing.id)) else None,
            )
            for facing in self._planogram.facings
        }
        return {**state.retired, **rows}

    def new_epoch(self, state: ShelfState) -> ShelfState:
        """The source was opened anew: empty windows and holds, keep open episodes."""
        facings = {name: facing_in_new_epoch(facing) for name, facing in state.facings.items()}
        tracking = in_new_epoch(state.tracking) if state.tracking else None
        fresh = replace(state, facings=facings, memory=None, restocking=Restocking(), remembered={}, pace=Pace())
        outlooks = {name: outlook.in_new_epoch() for name, outlook in state.outlooks.items()}
        return replace(fresh, tracking=tracking, outlooks=outlooks, since_opened=kept_in_new_epoch(state.since_opened))

    def look(self, state: ShelfState, frame: Frame) -> View:
        """Judge the gates of a sample and say which pixels models should look at."""
        if self._is_late(state, frame):
            return View(frame, {}, (), state.memory)
        if not register(self._planogram.reference_size_hw, frame.size_hw).aligned:
            return View(frame, self._frozen(), (), state.memory, tracking=state.tracking)
        halfway = halved(frame.pixels)
        tracking = self._aligner(frame.size_hw).track(self._tracking(state, frame), halfway, frame.time_s)
        if tracking.moved:
            return View(frame, self._frozen(), (), state.memory, tracking=tracking)
        layout = self._layout(frame.size_hw)
        reference = self._small_reference(frame.size_hw)
        background = state.memory.background.colours if state.memory else reference[0]
        sample = laid_out(small_picture(halfway), tracking, background)
        gates, memory = gates_of(layout, sample.small, frame.time_s, state.memory, reference, self._rules)
        if tracking.lost_s is not None and not _is_of_the_scene(gates):
            # Whatever stands there instead of the scene must not become its background.
            kept = replace(memory, background=state.memory.background) if state.memory else None
            return View(frame, self._frozen(lost_reason(tracking, frame.time_s)), (), kept, tracking=tracking)
        gates = sample.within_view(gates, layout, self._rules)
        return self._view(state, frame, gates, memory, sample, tracking)

    def _view(
        self,
        state: ShelfState,
        frame: Frame,
        gates: Mapping[str, Evidence],
        memory: GateMemory,
        sample: LaidOut,
        tracking: Tracking,
    ) -> View:
        """The view of a sample whose gates are judged, with the pixels that models should look at."""
        if all(evidence.reason is not None for evidence in gates.values()):
            return View(frame, gates, (), memory, tracking=tracking)
        pixels = sample.of(frame.pixels)
        if self._judges.unasked(state.baselines):
            reference_layout = self._layout(self._planogram.reference_size_hw)
            wants = self._judges.wants(self._reference, reference_layout.places)
            return View(frame, gates, wants, memory, of_reference=True, aligned=pixels, tracking=tracking)
        places = self._layout(frame.size_hw).places
        visible = [place for place in places if gates[place.facing.id].reason is None]
        wants = self._judges.wants(pixels, visible)
        return View(frame, gates, wants, memory, aligned=pixels, tracking=tracking)

    def heard(self, state: ShelfState, words: Sequence[Word]) -> tuple[ShelfState, tuple[Transition, ...]]:
        """Take words of staff in, and `retracted` where they take an open episode back; of removed facings nothing."""
        facings, cautions = dict(state.facings), dict(state.cautions)
        transitions: list[Transition] = []
        for word in words:
            if word.facing in facings:
                before = cautions.get(word.facing, Caution())
                facings[word.facing], cautions[word.facing], told = heard(facings[word.facing], before, word)
                transitions += [told] if told is not None else []
        since = {name: one for name, one in state.since_opened.items() if facings[name].episode.open}
        return replace(state, facings=facings, cautions=cautions, since_opened=since), tuple(transitions)

    def closed(self, state: ShelfState, frame: Frame) -> View:
        """What a sample of a closed store is taken for: nothing of any facing, and nothing remembered of it."""
        gates = {
            facing.id: Evidence(facing.id, 0.0, False, None, UnknownReason.CLOSED) for facing in self._planogram.facings
        }
        return View(frame, gates, (), state.memory)

    def conclude(self, state: ShelfState, view: View, findings: Findings) -> Conclusion:
        """Take a sample and what the models said of it in; a sample not later than the last changes nothing."""
        if self._is_late(state, view.frame):
            return Conclusion(state, (), {})
        baselines = state.baselines
        if view.of_reference:
            places = self._layout(self._planogram.reference_size_hw).places
            baselines = self._judges.asked(places, view.wants, findings)
            findings = {}
        frame = view.frame
        places = self._layout(frame.size_hw).places if view.gates else ()
        memory = view.memory if isinstance(view.memory, GateMemory) else state.memory
        evidence, baselines, remembered = self._judges.evidence(
            view.pixels,
            places,
            view.gates,
            () if view.of_reference else view.wants,
            findings,
            baselines,
            memory.texture if memory is not None else None,
            state.remembered,
            state.anchors,
            {name for name, facing in state.facings.items() if facing.episode.open},
        )
        gap_s = frame.time_s - state.pace.time_s if state.pace.time_s is not None else 0.0
        restocking = state.restocking.after(evidence.values(), gap_s, self._rules)
        pace = state.pace.after(frame.time_s)
        tracking = view.tracking if isinstance(view.tracking, Tracking) else state.tracking
        before = Before(state.facings, state.cautions, state.outlooks)
        before = replace(before, cautions=cautions_after(before, gap_s))
        moment = Moment(
            frame=frame,
            gap_s=gap_s,
            interval_s=pace.interval_s(self._interval_s),
            rules=self._waiting if restocking.active else self._rules,
            usual_rules=self._rules,
            restocking=restocking.active,
            anew=bool(state.tracking and tracking and state.tracking.moved and not tracking.moved),
            outlines=outlines(self._planogram.facings, tracking, self._planogram.reference_size_hw),
        )
        found = concluded(self._planogram.facings, before, evidence, moment)
        since_opened, transitions = turned(
            state.since_opened,
            found.transitions,
            evidence,
            places,
            memory.small if memory is not None else None,
            unbroken=gap_s <= MAX_GAP_INTERVALS * moment.interval_s,
        )
        if memory is not None:
            # What has been concluded of a facing is its look from now on, and not something in front of it.
            names = {
                name
                for name, facing in found.facings.items()
                if facing.status is not state.facings[name].status
                or (_has_settled(state.facings[name], facing) and evidence[name].visible_share >= _WHOLE_SHARE)
            }
            memory = memory.accepting([place for place in places if place.facing.id in names])
        restocked = {one.facing for one in transitions if one.kind is TransitionKind.RESOLVED}
        restocked = {name for name in restocked if evidence[name].visible_share >= _WHOLE_SHARE}
        anchors = self._judges.anchored(view.pixels, [place for place in places if place.facing.id in restocked])
        after = replace(
            state,
            facings=found.facings,
            baselines=baselines,
            memory=memory,
            # Of a facing with another baseline nothing that was said holds.
            remembered={name: one for name, one in remembered.items() if name not in anchors}
            if anchors
            else remembered,
            anchors={**state.anchors, **anchors},
            tracking=tracking,
            pace=pace,
            cautions=before.cautions,
            outlooks={**state.outlooks, **found.outlooks},
            since_opened=since_opened,
            restocking=restocking,
        )
        return Conclusion(after, transitions, found.readings)

    def statuses(self, state: ShelfState) -> dict[str, FacingStatus]:
        """The last concluded state of each facing."""
        return {name: facing.status for name, facing in state.facings.items()}

    def in_front(self, view: View) -> NDArray[np.bool_] | None:
        """Where people and things stand before the scene, at the size of the small picture; None where not known."""
        if not isinstance(view.memory, GateMemory):
            return None
        layout, small = self._layout(view.frame.size_hw), small_picture(view.pixels)
        background = view.memory.background
        if background.colours.shape != small.shape:
            return None
        return covering_pixels(foreground_of(background.colours, small, light_gain(small, background.colours)), layout)

    def counted(self, findings: Findings) -> Findings:
        """What the models found without boxes that are no evidence: what may be shown."""
        return counted(findings, self._rules.min_score)

    @staticmethod
    def in_frame(view: View, found: Detections | None) -> Detections | None:
        """What a model found in the view's pixels, in the frame as it came."""
        return boxes_in_frame(found, view.tracking) if found and isinstance(view.tracking, Tracking) else found

    @staticmethod
    def _is_late(state: ShelfState, frame: Frame) -> bool:
        last_s = max((one.time_s for one in state.facings.values() if one.time_s is not None), default=None)
        return last_s is not None and frame.time_s <= last_s

    def _frozen(self, reason: UnknownReason = UnknownReason.CAMERA_MOVED) -> dict[str, Evidence]:
        """Every facing of a camera that looks elsewhere."""
        return {facing.id: Evidence(facing.id, 0.0, False, None, reason) for facing in self._planogram.facings}

    @staticmethod
    def _tracking(state: ShelfState, frame: Frame) -> Tracking:
        return for_frames_of(state.tracking, frame.size_hw) if state.tracking else unmoved(frame.size_hw)

    def _aligner(self, frame_size_hw: tuple[int, int]) -> Aligner:
        if frame_size_hw not in self._aligners:
            self._aligners[frame_size_hw] = Aligner.of(self._reference, frame_size_hw)
        return self._aligners[frame_size_hw]

    def _layout(self, frame_size_hw: tuple[int, int]) -> Layout:
        if frame_size_hw not in self._layouts:
            registration = register(self._planogram.reference_size_hw, frame_size_hw)
            self._layouts[frame_size_hw] = layout_of(self._planogram.facings, registration)
        return self._layouts[frame_size_hw]

    def _small_reference(self, frame_size_hw: tuple[int, int]) -> tuple[Pixels, SceneStatistics]:
        """The reference as the gates' first background, at the size of this frame's small picture."""
        if frame_size_hw not in self._references:
            import cv2

            height, width = self._layout(frame_size_hw).small_size_hw
            small = small_picture(self._reference)
            if small.shape[:2] != (height, width):
                small = cv2.resize(self._reference, (width, height), interpolation=cv2.INTER_AREA)
            self._references[frame_size_hw] = small, statistics_of(small, grey_of(small))
        return self._references[frame_size_hw]


def _is_of_the_scene(gates: Mapping[str, Evidence]) -> bool:
    """Whether a gate says of the whole scene why it shows nothing."""
    return all(gate.reason not in (None, UnknownReason.OCCLUDED) for gate in gates.values())


def _has_settled(before: FacingState, now: FacingState) -> bool:
    """Whether nothing has moved in a facing for long enough by now, and what it shows speaks for its state."""
    known = now.status is not FacingStatus.UNKNOWN and now.candidate is None
    return known and before.still_s < _SETTLED_S <= now.still_s
