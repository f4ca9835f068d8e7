"""Loading a bundle's best graph: the first candidate that works and reproduces its golden outputs, or the fastest."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.candidates import Candidate, candidates_for, make_backend
from edgekit.backends.choices import Choice, key_of, recall, remember
from edgekit.backends.machine import usable_cores
from edgekit.backends.protocols import Backend, LoadOptions, Session
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.golden import Golden, check, check_prepare
from edgekit.bundle.manifest import Encoding
from edgekit.config.environment import cache_folder
from edgekit.errors import BackendUnavailable, GoldenMismatch

__all__ = ["INT8_MUST_WIN_BY", "LoadedModel", "load_model", "worthwhile"]

_LOG = logging.getLogger(__name__)

INT8_MUST_WIN_BY: Final = 0.10
"""Share by which INT8 must be faster before it is worth its loss of accuracy."""
_ROUNDS: Final = 31


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
    order: Sequence[Candidate]
    backends: dict[tuple[str, str | None], Backend]
    loaded: dict[Candidate, Session] = field(default_factory=dict)
    done: list[Candidate] = field(default_factory=list)

    def load(self, candidate: Candidate) -> Session | None:
        """Load and check one; None where it does not work, which is then noted.

        Raises:
            GoldenMismatch: it was asked for by name and does not reproduce its golden outputs.
        """
        backend = self.backends[candidate.place]
        available = backend.availability()
        if not available.usable:
            self.done.append(candidate.ended("unusable", available.reason))
            return None
        reference = candidate.backend == "onnxruntime" and candidate.encoding == "int8-tensorrt"
        options = replace(self.options, optimise=False) if reference else self.options
        try:
            session = backend.load(self.bundle.graph(candidate.encoding), options)
        except BackendUnavailable as error:
            self.done.append(candidate.ended("unusable", str(error)))
            return None
        try:
            if problem := self._golden_problem(backend, session, candidate):
                if self.named:
                    raise GoldenMismatch(
                        f"{self.bundle.path}: {problem}.",
                        hint="Use --encoding auto, or export the bundle again.",
                    )
                _LOG.warning("%s: %s; trying the next graph", self.bundle.path, problem)
                session.close()
                self.done.append(candidate.ended("golden mismatch", problem))
                return None
        except BaseException:
            session.close()
            raise
        self.loaded[candidate] = session
        return session

    def choose(self, candidate: Candidate, why: str, measured_ms: Mapping[str, float] | None = None) -> LoadedModel:
        """Keep one, close the others."""
        reason = _reason(candidate, why, self.done)
        session = self.loaded.pop(candidate)
        self.done.append(candidate.ended("chosen", why))
        self.done += [other.ended("passed over", why) for other in self.loaded]
        self.close()
        tried = {each.key: each for each in self.done}
        considered = tuple(
            replace(tried.get(each.key, each), latency_ms=(measured_ms or {}).get(each.encoding))
            if each.place == candidate.place
            else tried.get(each.key, each)
            for each in self.order
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
        measure: with "auto" for both graph and speed: time the candidates against each other where that has not
            been done on this machine yet (about a second); False takes the first that works, unless one was
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
    order = candidates_for(has, encoding=encoding, backend_name=name)
    if isinstance(backend, str):
        made = {each.place: make_backend(each) for each in order}
        if not made and name != "auto":
            make_backend(Candidate(name, encoding))  # says so where there is no such backend
    else:
        order = tuple(dict.fromkeys(replace(each, device=None) for each in order))
        made = {(name, None): backend}
    trial = _Trial(bundle, golden, options, encoding != "auto", order, made)
    try:
        return _select(trial, measure=measure and encoding == "auto", cache_dir=cache_dir or cache_folder())
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
    for _, group in groupby(trial.order, key=lambda candidate: candidate.place):
        model = _of_group(trial, tuple(group), measure=measure, cache_dir=cache_dir)
        if model is not None:
            return model
    raise _nothing(trial)


def _of_group(trial: _Trial, group: Sequence[Candidate], *, measure: bool, cache_dir: Path) -> LoadedModel | None:
    """Of one backend's candidates the fastest, measured before or now, or the first; None where none works."""
    backend = trial.backends[group[0].place]
    compared = not trial.named and _faithful(backend) and len(group) > 1 and backend.availability().usable
    facts = _facts(trial, group) if compared else {}
    choice = recall(cache_dir, key_of(facts)) if compared else None
    if choice is not None:
        for candidate in group:
            if candidate.encoding == choice.encoding and trial.load(candidate) is not None:
                return trial.choose(candidate, f"{_comparison(choice)}, measured earlier", choice.measured_ms)
    failed = {each.key for each in trial.done}
    working = []
    for candidate in group:
        if candidate.key not in failed and trial.load(candidate) is not None:
            working.append(candidate)
            if not (compared and measure) or choice is not None:
                break
    if not working:
        return None
    if len(working) == 1:
        return trial.choose(working[0], _why_one(trial, group, choice, compared=compared, measure=measure))
    choice = _measured(trial, working)
    remember(cache_dir, key_of(facts), facts, choice)
    chosen = next(each for each in working if each.encoding == choice.encoding)
    return trial.choose(chosen, f"{_comparison(choice)}, measured now", choice.measured_ms)


def _why_one(trial: _Trial, group: Sequence[Candidate], choice: Choice | None, *, compared: bool, measure: bool) -> str:
    """Why a candidate was taken without timing it against another."""
    if trial.named:
        return "asked for by name"
    if not _faithful(trial.backends[group[0].place]):
        return "infers nothing, so any graph will do"
    if choice is not None:
        return f"the {choice.encoding} that was faster before no longer works"
    if not compared:
        return "the only graph for it in this bundle"
    return "the only graph that works here" if measure else "first in order, not measured"


def _measured(trial: _Trial, working: Sequence[Candidate]) -> Choice:
    """Time sessions in turn, so that whatever else the machine does falls on all of them."""
    batch = _batch(trial.golden, trial.bundle.manifest.batch.opt)
    seconds: dict[Candidate, list[float]] = {each: [] for each in working}
    for _ in range(_ROUNDS):
        for each in working:
            session = trial.loaded[each]
            start = perf_counter()
            session.result(session.submit(batch))
            seconds[each].append(perf_counter() - start)
    measured = {each.encoding: round(median(values) * 1000, 3) for each, values in seconds.items()}
    backend, device = working[0].place
    return Choice(backend, device, worthwhile(measured), measured)


def worthwhile(measured_ms: Mapping[str, float]) -> str:
    """The fastest encoding, unless it is INT8 and does not win by INT8_MUST_WIN_BY; then the fastest other."""
    fastest = min(measured_ms, key=lambda encoding: measured_ms[encoding])
    exact = [encoding for encoding in measured_ms if not encoding.startswith("int8")]
    if not exact:
        return fastest
    best_exact = min(exact, key=lambda encoding: measured_ms[encoding])
    return fastest if measured_ms[fastest] <= measured_ms[best_exact] * (1 - INT8_MUST_WIN_BY) else best_exact


def _batch(golden: Golden, size: int) -> NDArray[np.uint8]:
    return np.resize(golden.inputs, (size, *golden.inputs.shape[1:]))


def _facts(trial: _Trial, group: Sequence[Candidate]) -> dict[str, object]:
    """All that decides which graph is fastest; a backend's reason names its version and device."""
    first = group[0]
    options = trial.options
    return {
        "graphs": {each.encoding: trial.bundle.graph(each.encoding).sha256 for each in group},
        "backend": first.backend,
        "device": first.device,
        "where": trial.backends[first.place].availability().reason,
        "accelerator": options.device,
        "threads": options.threads or usable_cores(),
        "batch": trial.bundle.manifest.batch.opt,
        "must_win_by": INT8_MUST_WIN_BY,
    }


def _comparison(choice: Choice) -> str:
    times = sorted(choice.measured_ms.items(), key=lambda item: item[1])
    said = " against ".join(f"{encoding} {value:.1f} ms" for encoding, value in times)
    if not times or times[0][0] == choice.encoding:
        return said
    return f"{said}, and INT8 must win by {INT8_MUST_WIN_BY:.0%}"


def _reason(candidate: Candidate, why: str, before: Sequence[Candidate]) -> str:
    mismatched = [str(each) for each in before if each.outcome == "golden mismatch"]
    failed = f"; not {', '.join(mismatched)}, which does not reproduce its golden outputs" if mismatched else ""
    reference = candidate.backend == "onnxruntime" and candidate.encoding == "int8-tensorrt"
    kind = " (a reference with optimisations off: its speed says nothing)" if reference else ""
    return f"{candidate}: {why}{kind}{failed}"


def _faithful(backend: Backend) -> bool:
    """Whether its outputs are the graph's; the fake backend's are not."""
    return bool(getattr(backend, "faithful", True))


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
