from __future__ import annotations

from edgekit.events.factory import CameraCondition
from edgekit.pipeline.conditions import Conditions, SceneWatch, scene_reason
from edgekit.shelf.words import Evidence, UnknownReason

DARK, MOVED = UnknownReason.DARK, UnknownReason.CAMERA_MOVED


def told(samples: list[tuple[float, UnknownReason | None]]) -> list[tuple[float, str, bool, str | None]]:
    watch, conditions, changes = SceneWatch(), Conditions(), []
    for index, (time_s, reason) in enumerate(samples):
        watch = watch.after(reason, time_s)
        conditions, new = watch.judge(conditions, time_s, index)
        changes += [(time_s, change.condition.value, change.recovered, change.reason) for change in new]
    return changes


def test_a_camera_is_blocked_only_after_it_has_shown_nothing_for_a_while() -> None:
    assert told([(t, DARK) for t in range(5)]) == []
    assert told([(t, DARK) for t in range(9)]) == [(5, "blocked", False, "dark")]


def test_it_recovers_when_it_has_shown_something_for_a_while_and_names_why_it_was_blocked() -> None:
    samples = [(t, DARK) for t in range(6)] + [(6, None), (7, DARK), (8, None), (9, None), (10, None), (11, None)]
    assert told(samples) == [(5, "blocked", False, "dark"), (10, "blocked", True, "dark")]


def test_a_second_time_is_a_second_episode() -> None:
    conditions = Conditions()
    numbers = []
    for _ in range(2):
        conditions, began = conditions.begin(CameraCondition.LOST, "disconnected")
        assert conditions.begin(CameraCondition.LOST, "disconnected")[1] is None
        conditions, ended = conditions.end(CameraCondition.LOST)
        assert conditions.end(CameraCondition.LOST)[1] is None
        numbers += [began.episode, ended.episode]
    assert numbers == [1, 1, 2, 2]


def test_conditions_survive_as_json() -> None:
    conditions, _ = Conditions().begin(CameraCondition.MOVED, "camera_moved")
    assert Conditions.from_json(conditions.to_json()) == conditions


def test_only_a_reason_that_all_facings_share_is_one_of_the_scene() -> None:
    def gate(facing: str, reason: UnknownReason | None) -> Evidence:
        return Evidence(facing, 0.0, False, None, reason)

    assert scene_reason([gate("a", DARK), gate("b", DARK)]) is DARK
    assert scene_reason([gate("a", DARK), gate("b", None)]) is None
    assert scene_reason([gate("a", UnknownReason.OCCLUDED), gate("b", UnknownReason.OCCLUDED)]) is None
    assert scene_reason([]) is None


def test_a_camera_that_stays_moved_asks_for_a_new_reference_until_it_is_turned_back() -> None:
    watch = SceneWatch().after(MOVED, 10.0)
    assert watch.advice(129.9) is None
    assert "new reference" in str(watch.advice(130.0))
    assert watch.after(None, 131.0).advice(400.0) is None
    assert SceneWatch().after(DARK, 0.0).advice(400.0) is None
