from __future__ import annotations

from edgekit.shelf.restocking import Restocking
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Evidence, UnknownReason

RULES = ShelfRules(restocking_quiet_s=30.0, restocking_share=0.4, restocking_s=8.0)


def sample(*, covered: int = 0, moving: int = 0, of: int = 10) -> list[Evidence]:
    kinds = ["covered"] * covered + ["moving"] * moving + ["seen"] * (of - covered - moving)
    return [
        Evidence(
            str(number),
            0.2 if kind == "covered" else 1.0,
            kind == "moving",
            1.0 if kind == "seen" else None,
            UnknownReason.OCCLUDED if kind == "covered" else None,
        )
        for number, kind in enumerate(kinds)
    ]


def after(*parts, rules: ShelfRules = RULES, state: Restocking | None = None) -> Restocking:
    """Seconds of samples, five a second."""
    state = state or Restocking()
    for seconds, evidence in parts:
        for _ in range(round(seconds * 5)):
            state = state.after(evidence, 0.2, rules)
    return state


def test_many_facings_covered_or_touched_for_long_are_staff() -> None:
    assert not after((7, sample(covered=2, moving=2))).active
    assert after((9, sample(covered=2, moving=2))).active


def test_a_shopper_is_none() -> None:
    assert not after((60, sample(covered=3))).active, "three of ten, however long"
    assert not after((5, sample(covered=8)), (10, sample()), (5, sample(covered=8))).active, "somebody who passes"
    assert not after((60, sample(covered=2, of=3))).active, "two facings are a shopper's, also of three"


def test_somebody_who_moves_about_is_staff_though_now_and_then_fewer_are_covered() -> None:
    assert after(*[(3, sample(covered=5)), (1, sample())] * 6).active


def test_openings_wait_for_the_quiet_time_after_and_no_longer() -> None:
    busy = after((20, sample(covered=5)))
    assert after((29, sample()), state=busy).active
    assert not after((31, sample()), state=busy).active
    again = after((20, sample()), (9, sample(moving=5)), (20, sample()), state=busy)
    assert again.active, "staff came back"


def test_a_long_pause_between_samples_is_no_restocking() -> None:
    assert not Restocking().after(sample(covered=9), 3600.0, RULES).active


def test_scenes_that_show_nothing_are_none_and_without_the_setting_nothing_waits() -> None:
    dark = [Evidence(str(n), 0.0, False, None, UnknownReason.DARK) for n in range(10)]
    assert not after((60, dark)).active
    assert not after((60, sample(covered=9)), rules=ShelfRules()).active
