"""What a page is asked and what it answers, and the table of its addresses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

__all__ = ["Handler", "Page", "Reply", "Request", "Wrong", "asset", "json_reply"]


class Wrong(Exception):
    """A request that cannot be answered; the text is for the person in front of the page."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class Request:
    """One request that was let in.

    Attributes:
        rest: what follows the address that it was found by; "" for an exact one.
        query: the address's parameters, the last of each.
        body: bytes of a POST.
    """

    rest: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Wrong: it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Wrong(400, f"The request is not JSON: {error}.") from error


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    status: int = 200


Handler = Callable[[Request], Reply]
Page = Mapping[tuple[str, str], Handler]
"""Handlers by (method, address); an address that ends with "/" and is not "/" also takes whatever lies below it."""


def json_reply(value: Any, status: int = 200) -> Reply:
    """`value` as JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return Reply(body, "application/json", status)


_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def asset(name: str) -> Handler:
    """A handler that gives the file `name` of the package; names come from the program, never from a request."""
    kind = _KINDS[name[name.rindex(".") :]]

    def give(request: Request) -> Reply:
        return Reply((files("edgekit.web") / "static" / name).read_bytes(), kind)

    return give
