"""What a replay came to: takes as configured, with swept settings, or against another configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edgekit.replay.bench import Replayed, replay_all
from edgekit.replay.comparing import Paired, paired
from edgekit.replay.figures import Figures, figures_of
from edgekit.replay.findings import findings_of
from edgekit.replay.grading import Take
from edgekit.replay.sweeping import Variant, as_configured, unbeaten, with_variant
from edgekit.replay.table import by_scenario

__all__ = ["Against", "Bench", "Tried", "as_json_lines", "bench_of", "default_workers"]


@dataclass(frozen=True, slots=True)
class Tried:
    """One combination of swept settings.

    Attributes:
        variant: which; none: as configured.
        figures: over all takes.
        unbeaten: no other is as good in everything and better in something.
    """

    variant: Variant
    figures: Figures
    unbeaten: bool


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """Another configuration on the same takes.

    Attributes:
        replayed: the takes under it.
        paired: event by event; A is the first configuration, B this one.
    """

    replayed: tuple[Replayed, ...]
    paired: Paired


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """All that was run.

    Attributes:
        replayed: the takes as configured.
        sweep: settings tried, the first as configured; empty where none was asked for.
        against: the other configuration, if any.
    """

    replayed: tuple[Replayed, ...]
    sweep: tuple[Tried, ...] = ()
    against: Against | None = None


def default_workers() -> int:
    """As many takes at a time as this process may use cores."""
    from edgekit.backends.machine import usable_cores

    return usable_cores()


def bench_of(
    takes: Sequence[Take],
    variants: Sequence[Variant] = (),
    others: Sequence[Take] | None = None,
    *,
    workers: int | None = None,
    progress: Callable[[float, float], object] | None = None,
) -> Bench:
    """Run takes as configured, under each variant, and under another configuration.

    Args:
        takes: as configured.
        variants: of swept settings.
        others: the same takes under another configuration.
        workers: processes; None: one a core.
        progress: called with the seconds of clips that are done, and those of all.

    Raises:
        EdgekitError: a setting is wrong, or a run failed.
    """
    tried = [as_configured(), *variants] if variants else []
    # Pictures are of the takes as configured: a sweep's would fill the memory and stand nowhere.
    swept = [replace(with_variant(take, one), most_pictures=0) for one in tried[1:] for take in takes]
    compared = [replace(take, most_pictures=0) for take in others or ()]
    queue = [*takes, *swept, *compared]
    whole_s = sum(take.truth.duration_s for take in queue)

    def tell(done_s: float) -> None:
        if progress is not None:
            progress(done_s, whole_s)

    done = replay_all(queue, workers=default_workers() if workers is None else workers, progress=tell)
    count = len(takes)
    base, rest = done[:count], done[count : len(done) - len(compared)]
    groups = [base, *(rest[start : start + count] for start in range(0, len(rest), count))]
    other = done[len(done) - len(compared) :] if compared else ()
    return Bench(base, _tried(tried, groups), _against(base, other) if other else None)


def _tried(variants: Sequence[Variant], groups: Sequence[Sequence[Replayed]]) -> tuple[Tried, ...]:
    if not variants:
        return ()
    figures = [figures_of([one.graded for one in group]) for group in groups]
    return tuple(map(Tried, variants, figures, unbeaten(figures)))


def _against(base: Sequence[Replayed], other: Sequence[Replayed]) -> Against:
    return Against(tuple(other), paired([one.graded for one in base], [one.graded for one in other]))


def as_json_lines(bench: Bench) -> Iterator[dict[str, Any]]:
    """One object a take, and a last one for all."""
    for one in bench.replayed:
        yield {
            "take": one.take.name,
            "scenario": one.take.truth.scenario,
            "figures": figures_of([one.graded]).to_json(),
            "findings": [finding.to_json() for finding in findings_of(one)],
        }
    last: dict[str, Any] = {
        "all": figures_of([one.graded for one in bench.replayed]).to_json(),
        "scenarios": {name: figures.to_json() for name, figures in by_scenario(bench.replayed) if name != "in all"},
    }
    if bench.sweep:
        last["sweep"] = [
            {"shelf": dict(one.variant.changes), "unbeaten": one.unbeaten, "figures": one.figures.to_json()}
            for one in bench.sweep
        ]
    if bench.against is not None:
        other = figures_of([one.graded for one in bench.against.replayed])
        last["against"] = {"figures": other.to_json(), **bench.against.paired.to_json()}
    yield last
