"""The sink that calls a function of the host program."""

from __future__ import annotations

from collections.abc import Callable

from edgekit.events.event import Event

__all__ = ["Callback"]


class Callback:
    """Calls a function with each event; the event counts as dealt with when it returns.

    What the function raises reaches nobody but the delivery, which calls it again later.
    """

    def __init__(self, name: str, function: Callable[[Event], object]) -> None:
        self._name = name
        self._function = function

    @property
    def name(self) -> str:
        """Its name as a consumer."""
        return self._name

    def open(self) -> None:
        """Nothing to get ready."""

    def deliver(self, event: Event) -> None:
        """Call the function; what it raises goes on to the caller."""
        self._function(event)

    def close(self) -> None:
        """Nothing to let go of."""
