"""The named scenarios: which shelf, what changes truly, and what disturbs meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from edgekit.config.problems import nearest_hint
from edgekit.errors import UsageError
from edgekit.replay.simulation.schedule import SETTLED_S, Schedule
from edgekit.replay.simulation.script import Kind
from edgekit.replay.simulation.shelves import ShelfStyle, random_style

__all__ = ["SCENARIOS", "Scenario", "named"]

Styled = Callable[[np.random.Generator], ShelfStyle]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a clip is about.

    Attributes:
        name: as `--scenario` takes it.
        about: one sentence for people.
        seconds: usual length.
        write: fills a schedule.
        style: the shelf that it is about, where nobody gives a picture.
    """

    name: str
    about: str
    seconds: float
    write: Callable[[Schedule], None]
    style: Styled = random_style


def named(name: str) -> Scenario:
    """The scenario of that name.

    Raises:
        UsageError: there is none; the hint has the nearest name.
    """
    if name not in SCENARIOS:
        raise UsageError(f"unknown scenario {name!r}.", hint=nearest_hint(name, SCENARIOS))
    return SCENARIOS[name]


def _deplete(plan: Schedule) -> None:
    plan.trade(5.0)


def _several_units(plan: Schedule) -> None:
    plan.trade(4.0, swaps=0.0)


def _staff(plan: Schedule) -> None:
    """Most of the shelf is sold out bit by bit, then staff fill it, one facing after another."""
    names = plan.facings[: max(2, int(len(plan.facings) * 0.6))]
    at_s = 10.0
    while at_s < plan.duration_s - 2 * SETTLED_S:
        for name in names:
            plan.add(Kind.TAKE, at_s, float(plan.random.uniform(1.8, 3.5)), name)
            at_s += float(plan.random.uniform(2.0, 5.0))
        at_s += SETTLED_S
        plan.add(Kind.RESTOCK, at_s, 2.5, *names)
        plan.add(Kind.STANDER, at_s - 2, 1.5 * len(names) + 5, strength=0.9)
        at_s += 1.5 * len(names) + 2 * SETTLED_S


def _shoppers(plan: Schedule) -> None:
    plan.trade(9.0)
    plan.now_and_then(Kind.SHOPPER, 6.0, (2.0, 7.0))


def _standers(plan: Schedule) -> None:
    plan.trade(10.0)
    plan.now_and_then(Kind.STANDER, 14.0, (12.0, 35.0))


def _behind_shoppers(plan: Schedule) -> None:
    """What changes, changes behind somebody's back."""
    at_s = 10.0
    gone: list[str] = []
    while at_s < plan.duration_s - SETTLED_S:
        length = float(plan.random.uniform(8, 18))
        back = bool(gone) and plan.random.random() < 0.5
        name = gone.pop(0) if back else plan.one()
        if not back and name not in gone:
            gone.append(name)
        plan.add(Kind.STANDER, at_s, length, name)
        plan.add(Kind.BACK if back else Kind.GONE, at_s + length / 2, 0.0, name)
        at_s += length + SETTLED_S * float(plan.random.uniform(1.0, 1.4))


def _hands(plan: Schedule) -> None:
    at_s = 6.0
    while at_s < plan.duration_s:
        kind = Kind.TOUCH if plan.random.random() < 0.75 else Kind.SHIFT
        plan.add(kind, at_s, float(plan.random.uniform(1.5, 6)), plan.one())
        at_s += float(plan.random.uniform(2.5, 8))


def _parked(plan: Schedule) -> None:
    plan.trade(10.0)
    plan.now_and_then(Kind.TROLLEY, 30.0, (15.0, 45.0))
    plan.now_and_then(Kind.CRATE, 25.0, (20.0, 50.0))


def _light(plan: Schedule) -> None:
    plan.trade(8.0)
    plan.now_and_then(Kind.LIGHT_STEP, 15.0, (6.0, 25.0))
    plan.now_and_then(Kind.EXPOSURE, 25.0, (8.0, 15.0))
    plan.now_and_then(Kind.TEMPERATURE, 40.0, (15.0, 30.0))


def _lamps(plan: Schedule) -> None:
    plan.trade(9.0)
    plan.now_and_then(Kind.FLICKER, 12.0, (3.0, 15.0))
    plan.now_and_then(Kind.BANDING, 30.0, (10.0, 30.0))


def _daylight(plan: Schedule) -> None:
    plan.trade(9.0)
    plan.add(Kind.LIGHT_DRIFT, 0.0)
    plan.now_and_then(Kind.SHADOW, 10.0, (3.0, 12.0))
    plan.now_and_then(Kind.SUN_PATCH, 30.0, (15.0, 40.0))


def _lights_off(plan: Schedule) -> None:
    plan.trade(9.0)
    plan.now_and_then(Kind.LIGHTS_OFF, 35.0, (10.0, 25.0))


def _overexposed(plan: Schedule) -> None:
    plan.trade(9.0)
    plan.now_and_then(Kind.OVEREXPOSED, 40.0, (10.0, 20.0))


def _jitter(plan: Schedule) -> None:
    plan.trade(7.0)
    plan.add(Kind.JITTER, 0.0, strength=float(plan.random.uniform(0.3, 1.0)))
    plan.now_and_then(Kind.VIBRATION, 15.0, (5.0, 20.0))


def _bump(plan: Schedule) -> None:
    """The camera is knocked once, and the shelf goes on being traded."""
    at_s = float(plan.random.uniform(20, 35))
    plan.add(Kind.BUMP, at_s)
    plan.trade(10.0, from_s=at_s + 30)


def _handheld(plan: Schedule) -> None:
    plan.trade(12.0)
    plan.now_and_then(Kind.HANDHELD, 15.0, (8.0, 8.0))
    plan.now_and_then(Kind.SHOPPER, 25.0, (3.0, 6.0))


def _drift(plan: Schedule) -> None:
    """Over and over: a hand's camera drifts away and back, somebody crosses, and one facing is emptied meanwhile."""
    at_s, names = 10.0, plan.facings
    while names and at_s < plan.duration_s - 8 - SETTLED_S:
        crossing = at_s + float(plan.random.uniform(0.5, 3.0))
        plan.add(Kind.HANDHELD, at_s, 8.0)
        plan.add(Kind.SHOPPER, crossing, 4.0)
        plan.add(Kind.TAKE, at_s + float(plan.random.uniform(1.0, 7.0)), 2.5, names.pop())
        at_s += 8 + SETTLED_S


def _turned(plan: Schedule) -> None:
    plan.trade(7.0)
    plan.add(Kind.TURN_AWAY, plan.duration_s * float(plan.random.uniform(0.5, 0.7)))


def _covered(plan: Schedule) -> None:
    plan.trade(9.0)
    plan.now_and_then(Kind.COVERED, 40.0, (12.0, 30.0))


def _blurred(plan: Schedule) -> None:
    plan.trade(9.0)
    plan.now_and_then(Kind.BLUR, 40.0, (12.0, 30.0))


def _frozen(plan: Schedule) -> None:
    plan.trade(9.0)
    plan.now_and_then(Kind.FROZEN, 45.0, (20.0, 35.0))


def _night(plan: Schedule) -> None:
    plan.trade(8.0)
    plan.add(Kind.NOISE, 0.0)


def _compressed(plan: Schedule) -> None:
    plan.trade(8.0)
    plan.add(Kind.COMPRESSION, 0.0)


def _torn(plan: Schedule) -> None:
    plan.trade(8.0)
    plan.now_and_then(Kind.BLOCKS, 12.0, (2.0, 12.0))


def _dirty(plan: Schedule) -> None:
    plan.trade(8.0)
    plan.add(Kind.DUST, float(plan.random.uniform(10, 40)))
    plan.now_and_then(Kind.INSECT, 20.0, (8.0, 30.0))


def _cooler(plan: Schedule) -> None:
    plan.trade(8.0)
    plan.add(Kind.VIBRATION, 0.0, strength=0.6)
    plan.now_and_then(Kind.REFLECTION, 6.0, (5.0, 20.0))


def _shifted(plan: Schedule) -> None:
    """Products are moved about and price tags changed; now and then one is really taken."""
    plan.trade(12.0, share=0.4, swaps=0.0)
    traded = {name for action in plan.actions for name in action.facings}
    still = [name for name in plan.facings if name not in traded]
    at_s = 7.0
    while still and at_s < plan.duration_s:
        plan.add(Kind.SHIFT if plan.random.random() < 0.7 else Kind.PRICE_TAG, at_s, 3.0, plan.one(still))
        at_s += float(plan.random.uniform(4, 9))


def _swapped(plan: Schedule) -> None:
    plan.trade(6.0, swaps=0.6, silent=0.0)


def _nothing(plan: Schedule) -> None:
    """Nothing at all but a little of everything that is no reason for an event."""
    for kind, every_s, lasts_s in (
        (Kind.SHOPPER, 14.0, (2.0, 6.0)),
        (Kind.STANDER, 45.0, (10.0, 30.0)),
        (Kind.LIGHT_STEP, 40.0, (5.0, 25.0)),
        (Kind.SHADOW, 25.0, (3.0, 9.0)),
        (Kind.FLICKER, 50.0, (3.0, 8.0)),
        (Kind.EXPOSURE, 60.0, (8.0, 12.0)),
        (Kind.JITTER, 40.0, (5.0, 20.0)),
        (Kind.COMPRESSION, 60.0, (5.0, 20.0)),
        (Kind.NOISE, 60.0, (5.0, 20.0)),
        (Kind.SUN_PATCH, 70.0, (15.0, 30.0)),
        (Kind.INSECT, 80.0, (5.0, 15.0)),
    ):
        plan.now_and_then(kind, every_s, lasts_s)
    _hands(plan)


def _still(plan: Schedule) -> None:
    """Nothing happens."""


def _everything(plan: Schedule) -> None:
    plan.trade(7.0)
    for kind, every_s, lasts_s in (
        (Kind.SHOPPER, 18.0, (2.0, 6.0)),
        (Kind.LIGHT_STEP, 40.0, (5.0, 25.0)),
        (Kind.SHADOW, 35.0, (3.0, 9.0)),
        (Kind.JITTER, 40.0, (5.0, 20.0)),
        (Kind.COMPRESSION, 50.0, (5.0, 20.0)),
        (Kind.NOISE, 50.0, (5.0, 20.0)),
        (Kind.CRATE, 90.0, (15.0, 30.0)),
    ):
        plan.now_and_then(kind, every_s, lasts_s)


def _with(**changes: Any) -> Styled:
    """Some shelf, but with these properties."""
    return lambda random: replace(random_style(random), **changes)


def _dark_recess(random: np.random.Generator) -> ShelfStyle:
    return replace(random_style(random), wall=(30.0, 28.0, 27.0), depth=0.8, alike_wall=0.6, shape="bottle")


def _white_on_white(random: np.random.Generator) -> ShelfStyle:
    return replace(random_style(random), wall=(232.0, 234.0, 235.0), depth=0.15, alike_wall=0.7)


def _far(random: np.random.Generator) -> ShelfStyle:
    return ShelfStyle(rows=4, facings=40, zoom=float(random.uniform(0.5, 0.65)), tilt=float(random.uniform(0, 0.6)))


_ALL: Final = (
    Scenario("deplete", "products are taken by hand and put back", 120, _deplete),
    Scenario(
        "several-units",
        "facings of several units run low, run out and are filled",
        150,
        _several_units,
        _with(several=0.8, facings=10),
    ),
    Scenario("staff", "a shelf is sold out, then staff fill it", 150, _staff, _with(facings=8)),
    Scenario("shoppers", "people walk through the picture all the time", 150, _shoppers),
    Scenario("standers", "people stand before the shelf for long", 180, _standers),
    Scenario("behind-shoppers", "what changes, changes while nobody can see it", 150, _behind_shoppers),
    Scenario("hands", "hands touch, move and put back, nothing is taken", 90, _hands),
    Scenario("parked", "trolleys and crates stand before the shelf", 180, _parked),
    Scenario("light", "light steps, exposure and colour change", 120, _light),
    Scenario("lamps", "lamps flicker, bands roll", 120, _lamps),
    Scenario("daylight", "daylight drifts, shadows pass, the sun comes in", 150, _daylight),
    Scenario("lights-off", "the lights go off and on", 150, _lights_off),
    Scenario("overexposed", "the picture is blown out for a while", 120, _overexposed),
    Scenario("jitter", "the camera shakes and vibrates", 90, _jitter),
    Scenario("bump", "the camera is knocked and stays so", 180, _bump),
    Scenario("handheld", "a hand holds the camera and wanders", 90, _handheld),
    Scenario(
        "drift",
        "a camera drifts 45 px in 4 s while somebody crosses and one facing is emptied",
        70,
        _drift,
        _with(several=0.0),
    ),
    Scenario("turned-away", "the camera is turned to something else and stays so", 120, _turned),
    Scenario("covered", "something covers the lens", 150, _covered),
    Scenario("blurred", "the lens loses its focus", 150, _blurred),
    Scenario("frozen", "the stream repeats one frame", 150, _frozen),
    Scenario("night", "a noisy sensor", 90, _night),
    Scenario("compressed", "a low bitrate", 90, _compressed),
    Scenario("torn", "a torn stream rains blocks", 90, _torn),
    Scenario("dirty", "dust and insects on the lens", 120, _dirty),
    Scenario("cooler", "a glass door reflects the aisle", 120, _cooler),
    Scenario("shifted", "products are moved about, price tags changed", 120, _shifted),
    Scenario("swapped", "another product stands in the facing", 120, _swapped, _with(several=0.0)),
    Scenario("alike", "neighbours that differ in one colour", 120, _deplete, _with(similar=1.0)),
    Scenario("dark-bottles", "dark bottles before a dark recess", 120, _deplete, _dark_recess),
    Scenario("white-on-white", "pale products before a pale wall", 120, _deplete, _white_on_white),
    Scenario("far", "a whole gondola from afar: small facings, many of them", 120, _shoppers, _far),
    Scenario("everything", "true changes among all sorts of trouble", 180, _everything),
    Scenario("nuisance", "all sorts of trouble and no change", 180, _nothing),
    Scenario("still", "nothing happens", 60, _still),
)

SCENARIOS: Final = MappingProxyType({scenario.name: scenario for scenario in _ALL})
