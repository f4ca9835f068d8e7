from __future__ import annotations

import pytest

from edgekit.events.severity import SOON_S, severity_of
from edgekit.runtime import Runtime
from edgekit.shelf.depletion import TimeToEmpty
from edgekit.shelf.words import FacingStatus, TransitionKind
from edgekit.testing import FakeCamera, FakeShelf

OPENED, UPDATED = TransitionKind.OPENED, TransitionKind.UPDATED
STOCKED, LOW, OUT = FacingStatus.STOCKED, FacingStatus.LOW, FacingStatus.OUT_OF_STOCK
MISPLACED, UNKNOWN = FacingStatus.MISPLACED, FacingStatus.UNKNOWN
SOON, LATER = TimeToEmpty(1.0, SOON_S, 9e9), TimeToEmpty(1.0, SOON_S + 1, 9e9)


@pytest.mark.parametrize(
    ("state", "elsewhere", "to_empty", "severity"),
    [
        (OUT, (), None, "critical"),
        (OUT, (OUT, UNKNOWN, MISPLACED), None, "critical"),
        (OUT, (OUT, STOCKED), None, "warning"),
        (OUT, (LOW,), None, "warning"),
        (MISPLACED, (), None, "warning"),
        (LOW, (), None, "info"),
        (LOW, (), LATER, "info"),
        (LOW, (STOCKED,), SOON, "warning"),
    ],
)
def test_what_shoppers_cannot_get_at_all_comes_first(state, elsewhere, to_empty, severity) -> None:
    assert severity_of(OPENED, state, elsewhere, to_empty) == severity
    assert severity_of(UPDATED, state, elsewhere, to_empty) == severity


@pytest.mark.parametrize("kind", [TransitionKind.RESOLVED, TransitionKind.RETRACTED])
def test_the_end_of_anything_is_information(kind) -> None:
    assert severity_of(kind, OUT) == "info"


def test_the_last_facing_of_a_product_is_critical_and_the_one_before_is_a_warning(tmp_path) -> None:
    shelf = FakeShelf(tmp_path)
    scenes = [(3.0, ()), (3.0, {"left"}), (3.0, {"left", "right"}), (3.0, {"left"})]
    with Runtime(shelf.site(), sources={"cam": FakeCamera(shelf.pictures(scenes))}) as runtime:
        told = [(event.subject, event.data.severity) for event in runtime.events() if "restock" in event.type]
    assert told == [("left", "warning"), ("right", "critical"), ("right", "info")]
