"""Puts a local page up: says where it is, opens a browser where there is a screen, waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgekit.cli.failure import say
from edgekit.config.environment import has_screen

if TYPE_CHECKING:
    from edgekit.web.http import Page

__all__ = ["Address", "page_up", "wait_done"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a page is put up.

    Attributes:
        host: this machine only, unless told otherwise.
        port: 0 for a free one.
        browser: open a browser where there is a screen.
    """

    host: str = "127.0.0.1"
    port: int = 0
    browser: bool = True


@contextmanager
def page_up(page: Page, address: Address, what: str) -> Iterator[None]:
    """The page is up within the block; `what` it is stands before its address on standard error.

    Raises:
        UsageError: nothing can listen there.
    """
    from edgekit.web.server import LocalServer

    with LocalServer(page, host=address.host, port=address.port) as server:
        say(f"{what}: {server.url}")
        if not server.loopback:
            say("Anybody in this network who knows that address can use the page; the connection is not encrypted.")
        if address.browser and has_screen():
            import webbrowser

            webbrowser.open(server.url)
        yield


def wait_done(done: threading.Event) -> None:
    """Wait for `done`, or for Ctrl-C."""
    while not done.wait(0.5):
        pass
