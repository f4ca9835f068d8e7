"""Restock events held against the truth: simulated clips of every scenario, two real ones, hours of mere nuisance.

    python benchmarks/shelf_events.py [--data ../shared/data] [--scenarios NAME ...] [--seeds N] [--looks LOOK ...]
        [--minutes N] [--full] [--blind] [--detector] [--groups GROUP ...] [--faults] [--json events.json]

Every scenario of `edgekit simulate` with tuning seeds (from 0) and with held-out seeds (from 1000), by appearance,
without any model. Shelves are rendered, or rendered with product photographs of GroceryStore (tuning: train split,
held-out: val split), or photographs of shelves (tuning: two, held-out: two others). Nobody tunes on what is held
out. Real: three bottles on a table by appearance (and by YOLOX-nano with --detector), and a shop's aisle looped.
--blind: as well 124 kinds of clips by three other authors (blind_clips, store_clips, market_clips), who had read
neither the shelf logic nor the simulation, nor each other's clips; those on held-out photographs and seeds are there to
be counted and not to be looked at.
--detector: shelves of products that YOLOX-nano, made INT8 by edgekit, finds surely (score 0.6) in photographs (apples,
oranges, bananas, bowls, clocks), every facing by `method: detector`, in blocks of their own; photographs of the
train split are for tuning, those of the val split are held out.
--minutes: so much nuisance, the aisle and held-out simulated clips in which nothing is taken.
--full: 5 seeds and 24 hours of nuisance, some hours on two cores.

Beside it the floor, on the same samples with the same hold times: the mean colour difference of each facing to the
reference over a threshold, no gates. A group's `a day` counts false alarms in 24 hours of such clips: they are
condensed trouble, so a shop's day has far fewer; the nuisance group is what the budget of 0.2 a camera-day is for.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from shelf_bench.bottles import bottle_bundle
from shelf_bench.cases import Case, Group, Looks, blind_cases, detector_cases, nuisance_cases, simulated_cases
from shelf_bench.running import Outcome, outcomes
from shelf_bench.table import as_json, lines

from edgekit.backends.machine import usable_cores
from edgekit.files import write_whole
from edgekit.replay.simulation.scenarios import SCENARIOS

FULL_SEEDS, FULL_MINUTES = 5, 24 * 60.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Restock events held against the truth.")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside, help="folder of the public data")
    parser.add_argument("--scenarios", nargs="*", choices=list(SCENARIOS), default=list(SCENARIOS))
    parser.add_argument("--seeds", type=int, default=1, help="tuning seeds, and as many held-out ones")
    parser.add_argument("--seconds", type=float, help="of each simulated clip (default: the scenario's own)")
    looks = [look.value for look in Looks]
    parser.add_argument("--looks", nargs="+", choices=looks, default=looks, help="what the shelves are made of")
    parser.add_argument("--minutes", type=float, default=20.0, help="of nuisance; half of it the aisle")
    parser.add_argument("--blind", action="store_true", help="clips of three other authors as well")
    parser.add_argument(
        "--detector", action="store_true", help="by YOLOX-nano as well: the bottles, and shelves of products it knows"
    )
    groups = [group.value for group in Group]
    parser.add_argument("--groups", nargs="+", choices=groups, default=groups, help="only these")
    parser.add_argument("--full", action="store_true", help=f"{FULL_SEEDS} seeds, {FULL_MINUTES / 60:.0f} hours")
    parser.add_argument("--faults", action="store_true", help="print every wrong, missed and late event")
    parser.add_argument("--jobs", type=int, default=usable_cores(), help="clips at a time")
    parser.add_argument("--json", type=Path, help="write all figures here")
    return parser.parse_args()


def cases_of(asked: argparse.Namespace, folder: Path) -> list[Case]:
    seeds, minutes = (FULL_SEEDS, FULL_MINUTES) if asked.full else (asked.seeds, asked.minutes)
    looks = [Looks(name) for name in asked.looks]
    cases = simulated_cases(asked.data, asked.scenarios, seeds, looks, asked.seconds)
    cases += blind_cases(asked.data, seeds) if asked.blind else []
    cases.append(Case("bottles", Group.REAL, asked.data, "bottles"))
    if asked.detector:
        bundle = bottle_bundle(asked.data, folder)
        cases.append(Case("bottles-yolox", Group.REAL, asked.data, "bottles", bundle=bundle))
        cases += detector_cases(asked.data, asked.scenarios, seeds, bundle, folder, asked.seconds)
    if minutes:
        aisle_minutes = min(60.0, minutes / 2)
        cases.append(Case("aisle", Group.NUISANCE, asked.data, "aisle", seconds=aisle_minutes * 60))
        cases += nuisance_cases(asked.data, minutes - aisle_minutes)
    cases = [case for case in cases if case.group.value in asked.groups]
    # The longest first: else the last one keeps one core busy and the others idle.
    return sorted(cases, key=lambda case: -(case.seconds or 0.0))


def main() -> int:
    asked = arguments()
    asked.data = asked.data.resolve()
    started_s = time.monotonic()
    done: list[Outcome] = []
    with tempfile.TemporaryDirectory() as name:
        cases = cases_of(asked, Path(name))
        for outcome in outcomes(cases, asked.jobs):
            done.append(outcome)
            left_s = (time.monotonic() - started_s) / len(done) * (len(cases) - len(done))
            print(f"{len(done)}/{len(cases)} {outcome.name}, about {left_s / 60:.0f} min left", file=sys.stderr)
    print("\n".join(lines(done)))
    if asked.faults:
        for outcome in sorted(done, key=lambda one: (one.group.value, one.name)):
            print("\n".join(f"{outcome.name} {fault}" for fault in outcome.faults) or f"{outcome.name} all right")
    if asked.json is not None:
        write_whole(asked.json, (json.dumps(as_json(done), indent=1) + "\n").encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
