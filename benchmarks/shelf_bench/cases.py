"""The clips of the benchmark: what is simulated with which seeds, and the real ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Final

import blind_clips.catalogue
import market_clips.catalogue
import numpy as np
import store_clips.catalogue

from edgekit.config.loading import load_site
from edgekit.replay.grading import Take, load_take
from edgekit.replay.simulation.clip import ClipOptions, scenario_clip
from edgekit.replay.simulation.folder import write_folder
from edgekit.replay.simulation.photo import photo_scene
from edgekit.replay.simulation.pictures import read_products
from edgekit.replay.simulation.simulation import Simulation
from edgekit.shelf.planogram import load_planogram
from shelf_bench.aisle import aisle_take
from shelf_bench.bottles import bottle_take
from shelf_bench.known import known_products, photos_of, read_known, write_known
from shelf_bench.known_scene import known_scene
from shelf_bench.photos import PHOTOS, photo_planogram

__all__ = [
    "HELD_OUT_FROM",
    "KNOWN_SCENARIOS",
    "Author",
    "Case",
    "Group",
    "Looks",
    "blind_cases",
    "detector_cases",
    "nuisance_cases",
    "simulated_cases",
    "take_of",
]

HELD_OUT_FROM = 1000
"""Seeds from here on belong to nobody who tunes; below it they may be looked at."""


QUIET = ("nuisance", "hands")
"""Scenarios in which nothing is taken."""


KNOWN_SCENARIOS = (
    "deplete",
    "staff",
    "shoppers",
    "standers",
    "behind-shoppers",
    "hands",
    "light",
    "daylight",
    "lamps",
    "shifted",
    "swapped",
    "compressed",
    "jitter",
    "everything",
)
"""What is scripted on shelves of products that the detector knows."""


class Group(str, Enum):
    """Whether a figure may have been tuned for."""

    TUNING = "tuning"
    HELD_OUT = "held-out"
    BLIND_TUNING = "by another author, tuning"
    BLIND_HELD_OUT = "by another author, held-out"
    SECOND_TUNING = "by a second author, tuning"
    SECOND_HELD_OUT = "by a second author, held-out"
    THIRD_TUNING = "by a third author, tuning"
    THIRD_HELD_OUT = "by a third author, held-out"
    DETECTOR_TUNING = "by detector, tuning"
    DETECTOR_HELD_OUT = "by detector, held-out"
    REAL = "real"
    NUISANCE = "nuisance"


class Looks(str, Enum):
    """What a simulated shelf is made of."""

    RENDERED = "rendered"
    PRODUCTS = "products"
    PHOTO = "photo"


class Author(Enum):
    """Who made the kind of a clip, besides edgekit's simulation; none of them had read edgekit."""

    ANOTHER = "blind_clips"
    SECOND = "store_clips"
    THIRD = "market_clips"


_CATALOGUES: Final = MappingProxyType(
    {
        Author.ANOTHER: blind_clips.catalogue,
        Author.SECOND: store_clips.catalogue,
        Author.THIRD: market_clips.catalogue,
    }
)

_GROUPS_BY: Final = MappingProxyType(
    {
        Author.ANOTHER: (Group.BLIND_TUNING, Group.BLIND_HELD_OUT),
        Author.SECOND: (Group.SECOND_TUNING, Group.SECOND_HELD_OUT),
        Author.THIRD: (Group.THIRD_TUNING, Group.THIRD_HELD_OUT),
    }
)
"""What an author's clips with tuning seeds, and those with held-out seeds, count for."""


@dataclass(frozen=True, slots=True)
class Case:
    """One clip, still to be made.

    Attributes:
        name: for tables.
        group: which figures it counts for.
        data: folder of the public data.
        scenario: of the simulation; "bottles" or "aisle" of a real clip.
        seed: of the simulation.
        seconds: length; None: the scenario's own.
        looks: of the simulated shelf.
        bundle: detector that looks; None: by appearance.
        known: folder of the products that the detector knows, for a simulated shelf of them.
        clips_by: `scenario` is a kind of clip of this author instead; None: of the simulation.
    """

    name: str
    group: Group
    data: Path
    scenario: str
    seed: int = 0
    seconds: float | None = None
    looks: Looks = Looks.RENDERED
    bundle: Path | None = None
    known: Path | None = None
    clips_by: Author | None = None


def simulated_cases(
    data: Path, scenarios: Sequence[str], seeds: int, looks: Sequence[Looks], seconds: float | None
) -> list[Case]:
    """Every scenario with `seeds` tuning seeds and as many held-out ones; what a shelf is made of takes turns."""
    cases = []
    for group, first in ((Group.TUNING, 0), (Group.HELD_OUT, HELD_OUT_FROM)):
        for number, scenario in enumerate(scenarios):
            for seed in range(first, first + seeds):
                look = looks[(number + seed) % len(looks)]
                cases.append(Case(f"{scenario}-{seed}-{look.value}", group, data, scenario, seed, seconds, look))
    return cases


def detector_cases(
    data: Path, scenarios: Sequence[str], seeds: int, bundle: Path, folder: Path, seconds: float | None
) -> list[Case]:
    """KNOWN_SCENARIOS among `scenarios` on shelves of products that the detector of `bundle` knows, from `folder`."""
    cases = []
    for group, first in ((Group.DETECTOR_TUNING, 0), (Group.DETECTOR_HELD_OUT, HELD_OUT_FROM)):
        held_out = group is Group.DETECTOR_HELD_OUT
        known = folder / ("known-held-out" if held_out else "known-tuning")
        write_known(known_products(bundle, photos_of(data, held_out=held_out)), known)
        for scenario in KNOWN_SCENARIOS:
            if scenario in scenarios:
                cases += [
                    Case(f"{scenario}-{seed}-known", group, data, scenario, seed, seconds, bundle=bundle, known=known)
                    for seed in range(first, first + seeds)
                ]
    return cases


def blind_cases(data: Path, seeds: int) -> list[Case]:
    """Every kind of the authors who knew neither the shelf logic nor the simulation."""
    return [
        Case(f"{name}-{seed}", group, data, name, seed, clips_by=author)
        for author, groups in _GROUPS_BY.items()
        for group, first in zip(groups, (0, HELD_OUT_FROM), strict=True)
        for name in _CATALOGUES[author].clip_names()
        for seed in range(first, first + seeds)
    ]


def nuisance_cases(data: Path, minutes: float, clip_s: float = 600.0) -> list[Case]:
    """Held-out clips of the scenarios in which nothing is taken, of so many minutes in all."""
    count, length_s = math.ceil(minutes * 60 / clip_s), min(clip_s, minutes * 60)
    return [
        Case(f"{QUIET[at % 2]}-{seed}", Group.NUISANCE, data, QUIET[at % 2], seed, length_s)
        for at, seed in enumerate(range(HELD_OUT_FROM + 500, HELD_OUT_FROM + 500 + count))
    ]


def take_of(case: Case, folder: Path) -> Take:
    """Make the clip in `folder`."""
    if case.scenario == "bottles":
        return bottle_take(case.data, folder, case.bundle)
    if case.scenario == "aisle":
        return aisle_take(case.data, folder, case.seconds or 300.0)
    if case.clips_by is not None:
        write_clip, held_out = _CATALOGUES[case.clips_by].write_clip, case.seed >= HELD_OUT_FROM
        config = write_clip(case.scenario, held_out=held_out, seed=case.seed, data=case.data, folder=folder / "take")
    else:
        config = write_folder(_simulation(case, folder), folder / "take")
    site = load_site(config)
    if case.bundle is not None:
        site = site.model_copy(update={"models": {"shelf": case.bundle}})
    return replace(load_take(case.name, site, folder / "take" / "truth.json"), most_pictures=0)


def _simulation(case: Case, folder: Path) -> Simulation:
    options = ClipOptions(seconds=case.seconds)
    held_out = case.seed >= HELD_OUT_FROM
    if case.known is not None:
        scene = known_scene(np.random.default_rng((case.seed, *case.scenario.encode())), read_known(case.known))
        return scenario_clip(case.scenario, case.seed, options, scene=scene)
    if case.looks is Looks.PHOTO:
        photo = PHOTOS[held_out][case.seed % len(PHOTOS[held_out])]
        planogram = load_planogram(photo_planogram(photo, case.data, folder))
        scene = photo_scene(case.data / "shelf-photos" / photo, planogram, np.random.default_rng(case.seed))
        return scenario_clip(case.scenario, case.seed, options, scene=scene)
    if case.looks is Looks.PRODUCTS:
        split = "val" if held_out else "train"
        products = read_products(case.data / "grocerystore/dataset" / split, np.random.default_rng(case.seed))
        options = replace(options, products=products)
    return scenario_clip(case.scenario, case.seed, options)
