"""Tickets and slots: which batch is where, while several are under way."""

from __future__ import annotations

from edgekit.backends.protocols import Ticket

__all__ = ["Slots"]


class Slots:
    """Hands out a fixed number of slots in turn, and checks the tickets that come back.

    A slot's outputs stay readable until the slot is handed out again, that is for `count - 1` further submits.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"in_flight must be at least 1, got {count}")
        self._numbers: list[int | None] = [None] * count
        self._next = 0

    def take(self) -> Ticket:
        """The next slot.

        Raises:
            RuntimeError: as many tickets as there are slots have been submitted and none fetched.
        """
        slot = self._next % len(self._numbers)
        if self._numbers[slot] is not None:
            raise RuntimeError(f"{len(self._numbers)} batches are under way; fetch a result before the next submit")
        ticket = Ticket(slot, self._next)
        self._numbers[slot] = self._next
        self._next += 1
        return ticket

    def give_back(self, ticket: Ticket) -> None:
        """Mark a ticket's batch as fetched.

        Raises:
            RuntimeError: it was fetched before, or is another session's.
        """
        if not 0 <= ticket.slot < len(self._numbers) or self._numbers[ticket.slot] != ticket.number:
            raise RuntimeError(f"ticket {ticket.number} is not under way: fetched already, or another session's")
        self._numbers[ticket.slot] = None
