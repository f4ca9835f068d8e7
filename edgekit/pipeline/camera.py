"""One camera's worker: picks samples, judges them, and commits what follows before it goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final

from edgekit.clock import Clock
from edgekit.errors import EdgekitError, OutputError
from edgekit.events.factory import CameraCondition, ConditionChange
from edgekit.frame import Frame
from edgekit.pictures.album import Album, Shots
from edgekit.pipeline.conditions import Conditions, SceneWatch, scene_reason
from edgekit.pipeline.engine import EngineStopped, Line
from edgekit.pipeline.frames import Arrived, Ended, FrameBuffer, Lost, News, Opened
from edgekit.pipeline.ledger import CameraLedger, Decision
from edgekit.pipeline.models import PipelineModel
from edgekit.pipeline.observer import Observer
from edgekit.pipeline.sampler import Sampler
from edgekit.pipeline.status import CameraStatus, Phase
from edgekit.pipeline.telemetry import CameraMeter
from edgekit.shelf.caution import Word
from edgekit.shelf.hours import StoreHours
from edgekit.shelf.shelf import Shelf, ShelfState
from edgekit.shelf.words import FacingStatus, Findings, Transition, View
from edgekit.vision.detection import Detections

__all__ = ["CameraWorker"]

logger = logging.getLogger(__name__)

_WAIT_S: Final = 0.5

SAVE_EVERY_S: Final = 10.0
"""A live camera's durations are saved so often when nothing happens; a crash loses no more of them."""

COMMIT_ATTEMPTS: Final = 4
"""Of a recording: its frames wait, so it can try again, but it cannot go on without."""

_FIRST_PAUSE_S: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What the worker goes on from; replaced whole, after its commit."""

    state: ShelfState
    statuses: Mapping[str, FacingStatus]
    conditions: Conditions


class CameraWorker:
    """Takes one camera's frames from reader to commit, on a thread of its own; owns all its state.

    A recording that cannot go on (a commit, a model, an observer that fails) ends with that failure. A live camera
    says in its status what is wrong, concludes nothing from the sample, and goes on.
    """

    def __init__(
        self,
        name: str,
        shelf: Shelf,
        ledger: CameraLedger,
        buffer: FrameBuffer,
        meter: CameraMeter,
        *,
        sample_fps: float,
        line: Line | None,
        models: Mapping[str, PipelineModel],
        clock: Clock,
        hours: StoreHours | None = None,
        album: Album | None = None,
        observer: Observer | None = None,
        on_over: Callable[[], None] | None = None,
    ) -> None:
        self.name = name
        self._on_over = on_over
        self._shelf = shelf
        self._ledger = ledger
        self._buffer = buffer
        self._meter = meter
        self._sampler = Sampler(sample_fps)
        self._line = line
        self._models = models
        self._clock = clock
        self._hours = hours
        self._album = album
        self._observer = observer
        self._known: _Known | None = None
        self._scene = SceneWatch()
        self._lost: Lost | None = None
        self._epoch: int | None = None
        self._saved_at_s: float | None = None
        self._commits_fail = False
        self._status = CameraStatus()
        self._stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"edgekit camera {name}", daemon=True)

    @property
    def status(self) -> CameraStatus:
        """Its last word; from any thread."""
        return self._status

    def restore(self) -> None:
        """Take up what the last run left, and retract what no longer applies; before the thread starts.

        Raises:
            OutputError: the database cannot be read or written.
        """
        saved, conditions = self._ledger.restore()
        state, transitions = self._shelf.initial(saved)
        statuses = self._shelf.statuses(state)
        self._known = _Known(state, statuses, conditions)
        self._ledger.enter(statuses)
        if transitions:
            decision = Decision(self._shelf.saved(state), statuses, conditions, transitions)
            self._tell(events=self._ledger.commit(decision))

    def stop(self) -> None:
        """End after the frame under way; from any thread."""
        self._stopping.set()
        self._buffer.close()

    # --- the thread --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                news = self._buffer.take(_WAIT_S)
                self._take(news)
                if isinstance(news, Ended):
                    return
        except EngineStopped:
            self._tell(phase=Phase.ENDED)
        except EdgekitError as error:
            logger.error("camera %s: %s", self.name, error)
            self._tell(phase=Phase.FAILED, problem=error.message, failure=error)
        except Exception as error:
            logger.exception("camera %s failed", self.name)
            failure = EdgekitError(f"camera {self.name}: {type(error).__name__}: {error}.")
            self._tell(phase=Phase.FAILED, problem=failure.message, failure=failure)
        finally:
            self._buffer.close()
            if self._album is not None:
                self._album.close()
            if not self._status.phase.over:
                self._tell(phase=Phase.ENDED)
            if self._on_over is not None:
                self._on_over()

    def _take(self, news: News | None) -> None:
        if not self._ledger.replay:
            self._hear_staff()
        if isinstance(news, Arrived):
            self._on_frame(news)
        elif isinstance(news, Lost):
            self._lost = news
            self._tell(phase=Phase.LOST, problem=news.detail)
        elif isinstance(news, Opened) and self._status.phase is Phase.STARTING:
            self._tell(phase=Phase.RUNNING)
        elif isinstance(news, Ended):
            self._on_end(news)
        if self._lost is not None:
            self._report_lost(self._lost)

    def _hear_staff(self) -> None:
        """What staff say of events takes them back, and makes their facings more cautious."""
        try:
            words = self._ledger.news_of_staff()
        except OutputError as error:
            self._tell_problem(error.message)
            return
        if words:
            known = self._sure()
            state, transitions = self._shelf.heard(known.state, words)
            after = replace(known, state=state, statuses=self._shelf.statuses(state))
            self._commit(after, transitions, words=words)

    def _on_end(self, news: Ended) -> None:
        if news.error is not None:
            raise news.error
        if self._ledger.replay:
            self._ledger.finish_replay()
        self._tell(phase=Phase.ENDED, problem=None)

    def _report_lost(self, lost: Lost) -> None:
        """Say that the source is lost; again with the next news while that cannot be committed."""
        known = self._sure()
        conditions, change = known.conditions.begin(CameraCondition.LOST, lost.reason)
        if change is None or self._commit(replace(known, conditions=conditions), changes=[change]):
            self._lost = None

    def _on_frame(self, arrived: Arrived) -> None:
        taken_s = perf_counter()
        frame = arrived.frame
        if not self._ledger.replay:
            self._meter.idle_until(taken_s)
        if frame.epoch != self._epoch:
            self._start_epoch(frame.epoch)
        self._recover(frame)
        detections: Detections | None = None
        transitions: tuple[Transition, ...] = ()
        inference_s = 0.0
        sampled = self._sampler.due(frame.time_s)
        if sampled:
            detections, transitions, inference_s = self._sample(frame)
        if self._observer is not None:
            self._show(self._observer, frame, detections, transitions)
        since_s = taken_s if self._ledger.replay else arrived.arrived_s
        self._meter.frame_done(
            frame.time_s,
            taken_s,
            inference_s=inference_s,
            since_s=since_s if sampled else None,
            sampled=sampled,
        )

    def _start_epoch(self, epoch: int) -> None:
        known = self._sure()
        self._epoch = epoch
        self._known = replace(known, state=self._shelf.new_epoch(known.state))
        self._scene = SceneWatch()
        self._saved_at_s = None
        self._sampler.restart()

    def _recover(self, frame: Frame) -> None:
        """A fresh frame ends `lost`, unless the frames themselves are what is frozen."""
        self._lost = None
        if self._status.phase is not Phase.RUNNING:
            self._tell(phase=Phase.RUNNING, problem=None)
        known = self._sure()
        if not known.conditions.episodes or self._scene.frozen:
            return
        conditions, change = known.conditions.end(
            CameraCondition.LOST, media_time_s=frame.time_s, frame_index=frame.index
        )
        if change is not None:
            self._commit(replace(known, conditions=conditions), changes=[change], frame=frame)

    def _sample(self, frame: Frame) -> tuple[Detections | None, tuple[Transition, ...], float]:
        """Judge one sample and commit; what was found, what it led to, and the seconds inside sessions."""
        known = self._sure()
        if self._hours is not None and not self._hours.open_at(self._ledger.time_of(frame.time_s)):
            self._pause(known, frame)
            return None, (), 0.0
        view = self._shelf.look(known.state, frame)
        findings, inference_s = self._ask(view)
        conclusion = self._shelf.conclude(known.state, view, findings)
        findings = self._shelf.counted(findings)
        scene = self._scene.after(scene_reason(view.gates.values()), frame.time_s)
        conditions, changes = scene.judge(known.conditions, frame.time_s, frame.index)
        after = _Known(conclusion.state, self._shelf.statuses(conclusion.state), conditions)
        detections = None if view.of_reference else self._shelf.in_frame(view, _detections(findings))
        # With what was concluded remembered: the facing's new look is no longer something in front of the scene.
        shown = replace(view, memory=conclusion.state.memory)
        pictures = self._album.taken(shown, findings, conclusion.transitions) if self._album else {}
        if conclusion.transitions or changes or self._must_save(after, frame):
            if not self._commit(after, conclusion.transitions, changes, frame, pictures):
                return detections, (), inference_s
        else:
            self._known = after
        self._scene = scene
        if self._album is not None:
            self._album.committed(shown, findings, conclusion.readings, pictures)
        advice = scene.advice(frame.time_s)
        if advice is not None and advice != self._status.advice:
            logger.warning("camera %s: %s", self.name, advice)
        self._tell(readings=conclusion.readings, advice=advice)
        return detections, conclusion.transitions, inference_s

    def _pause(self, known: _Known, frame: Frame) -> None:
        """The store is closed: nothing is looked at, no time counts, and the scene is judged anew when it opens."""
        conclusion = self._shelf.conclude(known.state, self._shelf.closed(known.state, frame), {})
        self._known = replace(known, state=conclusion.state)
        self._scene = SceneWatch()
        self._tell(readings=conclusion.readings)

    def _must_save(self, after: _Known, frame: Frame) -> bool:
        if self._commits_fail or after.statuses != self._sure().statuses:
            return True
        if self._ledger.replay:
            return False
        if self._saved_at_s is None:
            self._saved_at_s = frame.time_s
        return frame.time_s - self._saved_at_s >= SAVE_EVERY_S

    def _ask(self, view: View) -> tuple[Findings, float]:
        findings: dict[str, object] = {}
        seconds = 0.0
        for want in view.wants:
            assert self._line is not None, "a shelf without models wants nothing"
            try:
                answer = self._line.ask(want.role, want.regions)
                findings[want.role] = self._models[want.role].read(answer.outputs, want.regions)
            except EngineStopped:
                raise
            except Exception as error:
                if self._ledger.replay:
                    raise
                self._tell_problem(f"model {want.role}: {type(error).__name__}: {error}")
                continue
            seconds += answer.run_s
        return findings, seconds  # type: ignore[return-value]

    # --- committing --------------------------------------------------------------------------------------------

    def _commit(
        self,
        after: _Known,
        transitions: tuple[Transition, ...] = (),
        changes: list[ConditionChange] | None = None,
        frame: Frame | None = None,
        pictures: Mapping[str, Shots] | None = None,
        words: Sequence[Word] = (),
    ) -> bool:
        """Commit and adopt `after`; False where that failed and all stays as it was.

        Raises:
            OutputError: a recording's commit failed for good.
        """
        decision = Decision(
            {} if self._ledger.replay else self._shelf.saved(after.state),
            after.statuses,
            after.conditions,
            transitions,
            changes or (),
            frame.time_s if frame else None,
            frame.index if frame else None,
            pictures or {},
            words,
        )
        try:
            events = self._committed(decision)
        except OutputError as error:
            if self._ledger.replay:
                raise
            self._commits_fail = True
            self._tell_problem(error.message)
            return False
        self._commits_fail = False
        self._known = after
        self._saved_at_s = frame.time_s if frame else self._saved_at_s
        open_ones = {name.value: after.conditions.reason(name) for name in after.conditions.current}
        self._tell(events=events, conditions=open_ones, problem=None if frame else self._status.problem)
        return True

    def _committed(self, decision: Decision) -> int:
        for attempt in range(1, COMMIT_ATTEMPTS):
            try:
                return self._ledger.commit(decision)
            except OutputError:
                if not self._ledger.replay:
                    raise
                if self._clock.wait(self._stopping, _FIRST_PAUSE_S * 2**attempt):
                    raise
        return self._ledger.commit(decision)

    # --- telling -----------------------------------------------------------------------------------------------

    def _show(
        self,
        observer: Observer,
        frame: Frame,
        detections: Detections | None,
        transitions: tuple[Transition, ...],
    ) -> None:
        try:
            observer.on_frame(self.name, frame, detections, self._status.readings, transitions)
        except Exception as error:
            if self._ledger.replay:
                raise
            self._observer = None
            logger.exception("camera %s: the observer failed and is not called any more", self.name)
            self._tell_problem(f"observer: {type(error).__name__}: {error}")

    def _tell_problem(self, problem: str) -> None:
        if problem != self._status.problem:
            logger.warning("camera %s: %s", self.name, problem)
            self._tell(problem=problem)

    def _tell(self, *, events: int = 0, **changed: object) -> None:
        self._status = replace(self._status, events=self._status.events + events, **changed)  # type: ignore[arg-type]

    def _sure(self) -> _Known:
        assert self._known is not None, "restore() comes before the thread"
        return self._known


def _detections(findings: Findings) -> Detections | None:
    return next((found for found in findings.values() if isinstance(found, Detections)), None)
