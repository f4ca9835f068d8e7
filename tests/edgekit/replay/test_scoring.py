"""Events held against the truth: a table of what is right, wrong, missed, and how late."""

import pytest

from edgekit.replay.claims import CameraClaim, Claim
from edgekit.replay.scoring import score, score_camera, segments_of
from edgekit.replay.truth import CameraTrouble, Change, Truth
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import FacingStatus, TransitionKind

RULES = ShelfRules(hold_out_of_stock_s=5, hold_restocked_s=3, cooldown_s=10)
KINDS = {
    "opened": TransitionKind.OPENED,
    "updated": TransitionKind.UPDATED,
    "resolved": TransitionKind.RESOLVED,
    "retracted": TransitionKind.RETRACTED,
}


def truth(*changes, hidden=None, camera=(), duration_s=100.0):
    return Truth(
        duration_s=duration_s,
        facings=("a", "b"),
        changes=tuple(
            Change(facing=facing, time_s=time_s, state=FacingStatus(state)) for facing, time_s, state in changes
        ),
        hidden=hidden or {},
        camera=camera,
    )


def claims(*told):
    return [
        Claim(facing, KINDS[kind], FacingStatus(state), time_s, f"{facing}{time_s}")
        for facing, kind, state, time_s in told
    ]


def told(result):
    """Times of the right claims, of the wrong ones, and starts of the missed segments."""
    return (
        [one.claim.time_s for one in result.right],
        [one.claim.time_s for one in result.wrong],
        [one.segment.from_s for one in result.missed],
    )


EMPTY_20_TO_50 = (("a", 20, "out_of_stock"), ("a", 50, "stocked"))


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        ([("a", "opened", "out_of_stock", 26), ("a", "resolved", "stocked", 54)], ([26, 54], [], [])),
        ([], ([], [], [20, 50])),
        ([("b", "opened", "out_of_stock", 26)], ([], [26], [20, 50])),
        ([("a", "opened", "misplaced", 26)], ([], [26], [20, 50])),
        ([("a", "opened", "out_of_stock", 10)], ([], [10], [20, 50])),
        ([("a", "opened", "out_of_stock", 60)], ([], [60], [20, 50])),
        (
            [
                ("a", "opened", "out_of_stock", 26),
                ("a", "resolved", "stocked", 30),
                ("a", "opened", "out_of_stock", 41),
            ],
            ([26], [30, 41], [50]),
        ),
        ([("a", "opened", "out_of_stock", 26), ("a", "retracted", "unknown", 40)], ([26], [40], [50])),
        (
            [("a", "opened", "misplaced", 26), ("a", "updated", "out_of_stock", 28), ("a", "resolved", "stocked", 54)],
            ([28, 54], [26], []),
        ),
        ([("c", "opened", "out_of_stock", 26)], ([], [26], [20, 50])),
    ],
)
def test_each_claim_is_right_or_wrong_and_each_due_change_told_or_missed(raised, expected):
    assert told(score(claims(*raised), truth(*EMPTY_20_TO_50), RULES)) == expected


def test_taking_back_a_false_alarm_is_not_wrong_again():
    result = score(claims(("b", "opened", "out_of_stock", 30), ("b", "retracted", "unknown", 40)), truth(), RULES)
    assert told(result) == ([], [30], [])


def test_what_cannot_be_seen_for_long_enough_may_be_told_or_not():
    hidden = {"a": ((25.0, 50.0),)}
    silent = score((), truth(*EMPTY_20_TO_50, hidden=hidden), RULES)
    assert told(silent) == ([], [], [])
    spoken = score(claims(("a", "opened", "out_of_stock", 25)), truth(*EMPTY_20_TO_50, hidden=hidden), RULES)
    assert told(spoken) == ([25], [], [50])
    assert not spoken.right[0].due


def test_a_problem_at_the_start_is_due_like_any_other():
    assert told(score((), truth(("a", 0, "out_of_stock")), RULES)) == ([], [], [0])


def test_delay_counts_visible_seconds_only():
    hidden = {"a": ((18.0, 30.0),)}
    result = score(claims(("a", "opened", "out_of_stock", 36)), truth(*EMPTY_20_TO_50, hidden=hidden), RULES)
    assert [one.delay_s for one in result.right] == [6]


def test_delay_after_a_restocking_counts_from_the_end_of_the_cool_down():
    changes = (*EMPTY_20_TO_50, ("a", 56, "out_of_stock"))
    raised = (
        ("a", "opened", "out_of_stock", 26),
        ("a", "resolved", "stocked", 54),
        ("a", "opened", "out_of_stock", 67),
    )
    result = score(claims(*raised), truth(*changes), RULES)
    assert [one.delay_s for one in result.right] == [6, 4, 3]


def test_the_camera_s_trouble_hides_every_facing():
    camera = (CameraTrouble(kind="blocked", from_s=22, until_s=50),)
    assert told(score((), truth(*EMPTY_20_TO_50, camera=camera), RULES)) == ([], [], [])


def test_equal_neighbours_are_one_segment():
    made = segments_of(truth(("a", 20, "low"), ("a", 30, "low"), ("a", 40, "stocked")), "a")
    assert [(one.state.value, one.from_s, one.until_s) for one in made] == [
        ("stocked", 0, 20),
        ("low", 20, 40),
        ("stocked", 40, 100),
    ]


def test_camera_trouble_is_flagged_in_time_or_missed_and_other_flags_are_false():
    long, brief = (
        CameraTrouble(kind="moved", from_s=20, until_s=60),
        CameraTrouble(kind="blocked", from_s=80, until_s=85),
    )
    result = score_camera(
        [CameraClaim("moved", 26, "1"), CameraClaim("recovered", 62, "2"), CameraClaim("lost", 5, "3")],
        truth(camera=(long, brief)),
    )
    assert result.flagged == ((long, 6),)
    assert result.missed == ()
    assert [claim.time_s for claim in result.false] == [5]
    late = score_camera([CameraClaim("moved", 51, "1")], truth(camera=(long,)))
    assert late.missed == (long,)


def test_a_moved_camera_hides_the_shelf_for_as_long_as_it_may_need_to_know_it_again():
    camera = (CameraTrouble(kind="moved", from_s=22, until_s=400),)
    made = truth(("a", 30, "out_of_stock"), ("b", 200, "out_of_stock"), camera=camera, duration_s=400)
    assert told(score((), made, RULES)) == ([], [], [30, 200])
    soon = score(claims(("a", "opened", "out_of_stock", 40), ("b", "opened", "out_of_stock", 206)), made, RULES)
    assert [(one.delay_s, one.late) for one in soon.right] == [(None, False), (6, False)]
    assert score(claims(("a", "opened", "out_of_stock", 150)), made, RULES).right[0].delay_s == 8


def test_what_comes_after_hold_and_grace_is_right_and_late():
    result = score(claims(("a", "opened", "out_of_stock", 34)), truth(*EMPTY_20_TO_50), RULES)
    assert [(one.delay_s, one.late) for one in result.right] == [(14, True)]


def test_a_problem_that_comes_back_unseen_is_not_due_again_where_it_is_still_told_of():
    changes = (("a", 20, "out_of_stock"), ("a", 40, "stocked"), ("a", 70, "out_of_stock"))
    made = truth(*changes, hidden={"a": ((39.0, 71.0),)})
    opened = ("a", "opened", "out_of_stock", 26)
    assert told(score(claims(opened), made, RULES)) == ([26], [], [])
    assert told(score((), made, RULES)) == ([], [], [20, 70])
    seen = truth(*changes, hidden={})
    assert told(score(claims(opened), seen, RULES)) == ([26], [], [40, 70])


def test_a_restocking_is_due_after_a_problem_that_was_told_of_though_it_need_not_have_been():
    changes = (("a", 20, "out_of_stock"), ("a", 29, "stocked"))
    assert told(score((), truth(*changes), RULES)) == ([], [], [])
    assert told(score(claims(("a", "opened", "out_of_stock", 27)), truth(*changes), RULES)) == ([27], [], [29])
