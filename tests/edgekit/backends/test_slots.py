from __future__ import annotations

import pytest

from edgekit.backends.protocols import Ticket
from edgekit.backends.slots import Slots


def test_slots_come_in_turn() -> None:
    slots = Slots(2)
    first, second = slots.take(), slots.take()
    assert (first.slot, second.slot) == (0, 1)
    slots.give_back(first)
    third = slots.take()
    assert third.slot == 0
    assert third.number == 2


def test_a_slot_whose_batch_was_not_fetched_is_not_handed_out_though_another_is_free() -> None:
    slots = Slots(2)
    slots.take()
    slots.give_back(slots.take())
    with pytest.raises(RuntimeError, match="under way"):
        slots.take()


def test_strange_tickets_are_refused() -> None:
    slots = Slots(1)
    slots.take()
    for ticket in (Ticket(0, 5), Ticket(3, 0), Ticket(-1, 0)):
        with pytest.raises(RuntimeError, match="not under way"):
            slots.give_back(ticket)


def test_there_is_at_least_one_slot() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Slots(0)
