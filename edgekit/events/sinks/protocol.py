"""What a sink is: it opens, takes events one by one, and closes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol, runtime_checkable

from edgekit.errors import EdgekitError
from edgekit.events.event import Event

__all__ = ["EventRefused", "ForgettingSink", "Sink"]


class EventRefused(EdgekitError):
    """This very event can never be delivered; a sink raises it to have the event set aside as a dead letter."""


class Sink(Protocol):
    """Where events go. One thread opens, delivers and closes.

    An event may come twice (recognise it by its id); events of one facing come in order.
    """

    @property
    def name(self) -> str:
        """Its name as a consumer; unique in a site."""

    def open(self) -> None:
        """Get ready; called again after a failure.

        Raises:
            OutputError: it cannot be written or reached now; it is tried again later.
        """

    def deliver(self, event: Event) -> None:
        """Return only when the event is safe where it should go; what is raised brings it again later.

        Raises:
            EventRefused: this event can never be delivered; it is set aside.
        """

    def close(self) -> None:
        """Let go of files and connections; twice is fine."""


@runtime_checkable
class ForgettingSink(Protocol):
    """A sink that can take back what a finished replay had put there, when the next one replaces it."""

    def forget(self, event_ids: Collection[str]) -> None:
        """Remove the events with these ids; called before `open`, again after a crash."""
