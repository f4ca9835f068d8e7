"""The host's iterators over events: blocking and asynchronous, at least once, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Final

from edgekit.errors import OutputError
from edgekit.events.event import Event
from edgekit.pipeline.store import Store

__all__ = ["afeed", "anothing", "feed"]

logger = logging.getLogger(__name__)

_WAIT_S: Final = 0.5
_PAGE: Final = 64


def feed(store: Store, consumer: str) -> Iterator[Event]:
    """Events of `consumer` that it has not acknowledged, then new ones as they come.

    Ends when the store closes, or is complete and every event was given out.
    """
    after = 0
    while not store.closing:
        version, complete = store.version, store.complete
        page = _page(store, consumer, after)
        for event, seq in page:
            if store.closing:
                return
            after = seq
            yield event
        if not page:
            if complete:
                return
            store.wait_for_news(version, _WAIT_S)


async def afeed(store: Store, consumer: str) -> AsyncIterator[Event]:
    """The same for asyncio: no thread waits, the store wakes the loop."""
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake() -> None:
        try:
            loop.call_soon_threadsafe(woken.set)
        except RuntimeError:
            # The loop was closed while somebody still iterates; nobody is left to be woken.
            stop_listening()

    stop_listening = store.listen(wake)
    try:
        after = 0
        while not store.closing:
            woken.clear()
            complete = store.complete
            page = _page(store, consumer, after)
            for event, seq in page:
                if store.closing:
                    return
                after = seq
                yield event
            if not page:
                if complete:
                    return
                await woken.wait()
    finally:
        stop_listening()


async def anothing() -> AsyncIterator[Event]:
    """No event at all."""
    nothing: tuple[Event, ...] = ()
    for event in nothing:
        yield event


def _page(store: Store, consumer: str, after: int) -> list[tuple[Event, int]]:
    try:
        pending = store.pending(consumer, after=after, limit=_PAGE)
    except OutputError:
        if store.closing:
            return []
        raise
    return [(Event.from_json(one.body, partial(_ack, store, consumer, one.seq)), one.seq) for one in pending]


def _ack(store: Store, consumer: str, seq: int) -> None:
    """Acknowledge; where that cannot be stored (closed, full disk), the event comes again after a restart."""
    try:
        store.ack(consumer, seq)
    except OutputError as error:
        logger.warning("event %d was not acknowledged for %s: %s", seq, consumer, error)
