"""Loading a bundle's best graph: the first candidate that works and reproduces its golden outputs, or the fastest."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.candidates import Candidate, Key, candidates_for, make_backend
from edgekit.backends.choices import Choice, key_of, recall, remember
from edgekit.backends.competition import INT8_MUST_WIN_BY, compete, told
from edgekit.backends.machine import usable_cores
from edgekit.backends.protocols import Backend, LoadOptions, Session
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.golden import Golden, check, check_prepare
from edgekit.bundle.manifest import Encoding
from edgekit.config.environment import cache_folder
from edgekit.errors import BackendUnavailable, GoldenMismatch

__all__ = ["LoadedModel", "load_model"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A bundle with one of its graphs loaded, checked and warmed.

    Attributes:
        bundle: which.
        session: runs it.
        backend: name.
        encoding: of the graph.
        reason: why this one, in one line.
        candidates: everything that was considered, in order, and what became of it.
    """

    bundle: Bundle
    session: Session
    backend: str
    encoding: str
    reason: str
    candidates: tuple[Candidate, ...]

    def close(self) -> None:
        """Free the session; twice is fine."""
        self.session.close()


@dataclass(slots=True)
class _Trial:
    """Candidates as they are tried; what is loaded and not chosen is closed again."""

    bundle: Bundle
    golden: Golden
    options: LoadOptions
    named: bool
    groups: Sequence[Sequence[Candidate]]
    backends: dict[tuple[str, str | None], Backend]
    loaded: dict[Candidate, Session] = field(default_factory=dict)
    done: list[Candidate] = field(default_factory=list)

    def load(self, candidate: Candidate) -> Session | None:
        """Load and check one, and hold it; None where it does not work, which is then noted."""
        backend = self.backends[candidate.place]
        available = backend.availability()
        if not available.usable:
            self.done.append(candidate.ended("unusable", available.reason))
            return None
        options = replace(self.options, optimise=not candidate.is_reference)
        try:
            session = backend.load(self.bundle.graph(candidate.encoding), options)
        except BackendUnavailable as error:
            self.done.append(candidate.ended("unusable", str(error)))
            return None
        try:
            if problem := self._golden_problem(backend, session, candidate):
                _LOG.warning("%s: %s; trying the next graph", self.bundle.path, problem)
                session.close()
                self.done.append(candidate.ended("golden mismatch", problem))
                return None
        except BaseException:
            session.close()
            raise
        self.loaded[candidate] = session
        return session

    def choose(self, candidate: Candidate, why: str, measured_ms: Mapping[Key, float] | None = None) -> LoadedModel:
        """Keep one, close the others."""
        reason = _reason(candidate, why, self.done)
        session = self.loaded.pop(candidate)
        self.done.append(candidate.ended("chosen", why))
        self.done += [other.ended("passed over", why) for other in self.loaded]
        self.close()
        tried = {each.key: each for each in self.done}
        considered = tuple(
            replace(tried.get(each.key, each), latency_ms=(measured_ms or {}).get(each.key))
            for group in self.groups
            for each in group
        )
        return LoadedModel(self.bundle, session, candidate.backend, candidate.encoding, reason, considered)

    def close(self) -> None:
        """Close whatever is loaded."""
        for session in self.loaded.values():
            session.close()
        self.loaded.clear()

    def _golden_problem(self, backend: Backend, session: Session, candidate: Candidate) -> str | None:
        if not _faithful(backend):
            return None
        encoding = Encoding(candidate.encoding)
        limit = self.bundle.manifest.graphs[encoding].golden_sqnr_db
        result = check(session, self.golden, encoding, limit)
        return None if result.passed else f"{result}, by {candidate.backend} here"


def load_model(
    bundle: Bundle,
    *,
    encoding: str = "auto",
    backend: str | Backend = "auto",
    options: LoadOptions | None = None,
    measure: bool = True,
    cache_dir: Path | None = None,
) -> LoadedModel:
    """Load the graph that serves best here, or the one asked for.

    Args:
        bundle: opened.
        encoding: "auto", or an encoding that must be used.
        backend: "auto", a name, or a backend of your own.
        options: threads, device and so on.
        measure: time what competes (graphs, and backends on the same hardware) where that has not been done on this
            machine yet, which takes a few seconds for small nets; False takes the first that works, unless one was
            measured before.
        cache_dir: where choices are remembered; None for the user's cache.

    Raises:
        BundleError: the bundle has no such encoding.
        UsageError: there is no such backend.
        BackendUnavailable: nothing here can run what was asked for.
        GoldenMismatch: what was loaded does not reproduce the bundle's golden outputs, and there is no other; or
            this machine's OpenCV does not prepare pictures as the bundle wants.
    """
    options = options or LoadOptions()
    if encoding != "auto":
        bundle.graph(encoding)
    golden = bundle.golden()
    _check_preparation(bundle, golden)
    name = backend if isinstance(backend, str) else backend.name
    has = [known.value for known in bundle.encodings]
    groups = candidates_for(has, encoding=encoding, backend_name=name)
    if isinstance(backend, str):
        made = {each.place: make_backend(each) for group in groups for each in group}
        if not made and name != "auto":
            make_backend(Candidate(name, encoding))  # says so where there is no such backend
    else:
        groups = (tuple(dict.fromkeys(replace(each, device=None) for group in groups for each in group)),)
        made = {(name, None): backend}
    trial = _Trial(bundle, golden, options, encoding != "auto", groups, made)
    try:
        return _select(trial, measure=measure, cache_dir=cache_dir or cache_folder())
    except BaseException:
        trial.close()
        raise


def _check_preparation(bundle: Bundle, golden: Golden) -> None:
    result = check_prepare(golden, bundle.manifest.preprocessing.geometry.to_geometry())
    if not result.passed:
        raise GoldenMismatch(
            f"{bundle.path}: this machine's OpenCV prepares the golden picture otherwise "
            f"(by up to {result.max_difference} grey levels).",
            hint="Install another OpenCV; `edgekit doctor` shows this one.",
        )


def _select(trial: _Trial, *, measure: bool, cache_dir: Path) -> LoadedModel:
    for group in trial.groups:
        model = _of_group(trial, group, measure=measure, cache_dir=cache_dir)
        if model is not None:
            return model
        mismatched = [each for each in trial.done if each.outcome == "golden mismatch"]
        if trial.named and mismatched:
            raise GoldenMismatch(
                f"{trial.bundle.path}: {mismatched[0].detail}.",
                hint="Use --encoding auto, or export the bundle again.",
            )
    raise _nothing(trial)


def _of_group(trial: _Trial, group: Sequence[Candidate], *, measure: bool, cache_dir: Path) -> LoadedModel | None:
    """Of a group's candidates the best, measured before or now, or the first; None where none works."""
    compared = sum(_comparable(trial.backends[each.place]) for each in group) > 1
    facts = _facts(trial, group) if compared else {}
    choice = recall(cache_dir, key_of(facts)) if compared else None
    if choice is not None:
        for candidate in group:
            if candidate.key == choice.chosen and trial.load(candidate) is not None:
                return trial.choose(candidate, f"{told(choice)}, measured earlier", choice.measured_ms)
    failed = {each.key for each in trial.done}
    for candidate in group:
        works = candidate.key not in failed and trial.load(candidate) is not None
        if works and (choice is not None or not (compared and measure)):
            break
    if not trial.loaded:
        return None
    if len(trial.loaded) == 1:
        [candidate] = trial.loaded
        return trial.choose(candidate, _why_one(trial, candidate, choice, compared=compared, measure=measure))
    working = {candidate.key: session for candidate, session in trial.loaded.items()}
    choice = compete(working, _batch(trial.golden, trial.bundle.manifest.batch.opt))
    remember(cache_dir, key_of(facts), facts, choice)
    return trial.choose(Candidate.of(choice.chosen), f"{told(choice)}, measured now", choice.measured_ms)


def _why_one(trial: _Trial, candidate: Candidate, choice: Choice | None, *, compared: bool, measure: bool) -> str:
    """Why a candidate was taken without timing it against another."""
    if choice is not None:
        return f"the {Candidate.of(choice.chosen)} that was faster before no longer works"
    if not _faithful(trial.backends[candidate.place]):
        return "infers nothing, so any graph will do"
    if compared and not measure:
        return "first in order, not measured"
    if trial.named:
        return "asked for by name"
    return "the only graph that works here" if compared else "the only graph for it in this bundle"


def _batch(golden: Golden, size: int) -> NDArray[np.uint8]:
    return np.resize(golden.inputs, (size, *golden.inputs.shape[1:]))


def _facts(trial: _Trial, group: Sequence[Candidate]) -> dict[str, object]:
    """All that decides which graph is fastest; a backend's reason names its version and device."""
    options = trial.options
    return {
        "graphs": {each.encoding: trial.bundle.graph(each.encoding).sha256 for each in group},
        "candidates": [each.key for each in group],
        "where": sorted({trial.backends[each.place].availability().reason for each in group}),
        "accelerator": options.device,
        "threads": options.threads or usable_cores(),
        "batch": trial.bundle.manifest.batch.opt,
        "must_win_by": INT8_MUST_WIN_BY,
    }


def _reason(candidate: Candidate, why: str, before: Sequence[Candidate]) -> str:
    mismatched = [str(each) for each in before if each.outcome == "golden mismatch"]
    failed = f"; not {', '.join(mismatched)}, which does not reproduce its golden outputs" if mismatched else ""
    kind = " (a reference with optimisations off: its speed says nothing)" if candidate.is_reference else ""
    return f"{candidate}: {why}{kind}{failed}"


def _faithful(backend: Backend) -> bool:
    """Whether its outputs are the graph's; the fake backend's are not."""
    return bool(getattr(backend, "faithful", True))


def _comparable(backend: Backend) -> bool:
    return _faithful(backend) and backend.availability().usable


def _nothing(trial: _Trial) -> BackendUnavailable | GoldenMismatch:
    path = trial.bundle.path
    if any(each.outcome == "golden mismatch" for each in trial.done):
        return GoldenMismatch(
            f"{path}: no graph reproduces its golden outputs here ({_list(trial.done)}).",
            hint="Export the bundle again, or ask `edgekit doctor` what is wrong with this machine.",
        )
    said = _list(trial.done) if trial.done else "no backend runs such a graph"
    return BackendUnavailable(
        f"{path}: nothing here can run it: {said}.", hint="`edgekit doctor` says what is missing."
    )


def _list(done: Sequence[Candidate]) -> str:
    """Why each backend failed, each reason once."""
    return "; ".join(dict.fromkeys(f"{each.backend}: {each.detail}" for each in done))
