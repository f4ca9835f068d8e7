"""truth.json: what is written comes back, and what makes no sense is refused by name."""

import pytest

from edgekit.errors import DataError
from edgekit.replay.truth import CameraTrouble, Change, Nuisance, Truth, load_truth, save_truth
from edgekit.shelf.words import FacingStatus

TRUTH = Truth(
    scenario="hands",
    seed=3,
    duration_s=60.0,
    facings=("a", "b"),
    changes=(
        Change(facing="a", time_s=10.0, state=FacingStatus.OUT_OF_STOCK, cause="taken"),
        Change(facing="a", time_s=40.0, state=FacingStatus.STOCKED),
    ),
    hidden={"a": ((9.0, 12.0), (11.0, 14.0), (30.0, 31.0))},
    nuisances=(Nuisance(kind="hand", from_s=9.0, until_s=14.0),),
    camera=(CameraTrouble(kind="moved", from_s=50.0, until_s=60.0),),
)


def test_what_is_written_comes_back(tmp_path):
    save_truth(TRUTH, tmp_path / "truth.json")
    assert load_truth(tmp_path / "truth.json") == TRUTH


@pytest.mark.parametrize(("time_s", "state"), [(9.9, "stocked"), (10.0, "out_of_stock"), (40.0, "stocked")])
def test_a_facing_has_the_state_of_its_last_change(time_s, state):
    assert TRUTH.state_at("a", time_s).value == state
    assert TRUTH.state_at("b", time_s) is FacingStatus.STOCKED


@pytest.mark.parametrize(
    ("from_s", "until_s", "hidden_s"), [(0, 60, 6), (10, 60, 5), (13, 30.5, 1.5), (14, 30, 0), (12.5, 13, 0.5)]
)
def test_hidden_seconds_count_once(from_s, until_s, hidden_s):
    assert TRUTH.hidden_s("a", from_s, until_s) == pytest.approx(hidden_s)
    assert TRUTH.hidden_s("b", from_s, until_s) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read the truth"),
        ("{", "JSON"),
        ('{"duration_s": 5, "facings": ["a"], "changes": [{"facing": "b", "time_s": 1, "state": "low"}]}', "'b'"),
        ('{"duration_s": 5, "facings": ["a"], "changes": [{"facing": "a", "time_s": 1, "state": "unknown"}]}', "state"),
        ('{"duration_s": 0, "facings": ["a"]}', "duration_s"),
        (
            '{"duration_s": 5, "facings": ["a"], "changes": [{"facing": "a", "time_s": 2, "state": "low"}, '
            '{"facing": "a", "time_s": 1, "state": "low"}]}',
            "order of time",
        ),
    ],
)
def test_what_is_no_truth_is_refused(tmp_path, content, said):
    path = tmp_path / "truth.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=said):
        load_truth(path)
