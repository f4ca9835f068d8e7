"""Who may talk to a local page: those who know its token, from a page that is ours. Pure.

A token alone does not keep a foreign site out: a browser that has the cookie sends it along. So the Host header must
name this machine (a foreign name that resolves to 127.0.0.1 is DNS rebinding), and whatever changes something must
come from a page of this very server (Origin).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

__all__ = ["Access", "Verdict", "is_loopback"]


class Verdict(Enum):
    """What is said to a request."""

    WELCOME = "welcome"
    HAND_COOKIE = "the token came in the address: keep it in a cookie and drop it from the address"
    WRONG_HOST = "This server is not called that."
    FOREIGN_PAGE = "Another site's page may not ask for this."
    NO_TOKEN = "Open the address that edgekit printed in the terminal: it ends with a token."


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of one server.

    Attributes:
        token: what a browser must know.
        port: where the server listens.
        names: host names that mean this machine, lower case; addresses in figures always may.
        cookie: name of the cookie that carries the token; cookies do not tell ports apart, so it holds the port.
    """

    token: str
    port: int
    names: frozenset[str]

    @property
    def cookie(self) -> str:
        """The cookie's name."""
        return f"edgekit_{self.port}"

    def judge(self, method: str, token: str | None, headers: Mapping[str, str]) -> Verdict:
        """What to say to a request.

        Args:
            method: "GET" or another.
            token: from the address, None where it has none.
            headers: the request's, names in lower case.
        """
        if not self._is_this_machine(headers.get("host", "")):
            return Verdict.WRONG_HOST
        if method not in ("GET", "HEAD") and not self._is_own_page(headers):
            return Verdict.FOREIGN_PAGE
        if token is not None and self._is_token(token):
            return Verdict.HAND_COOKIE if method == "GET" else Verdict.WELCOME
        carried = [headers.get("x-edgekit-token", ""), _cookie(headers.get("cookie", ""), self.cookie)]
        return Verdict.WELCOME if any(self._is_token(one) for one in carried) else Verdict.NO_TOKEN

    def _is_token(self, told: str) -> bool:
        return compare_digest(told.encode(), self.token.encode())

    def _is_this_machine(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        return (port or 80) == self.port and (name in self.names or _is_address(name))

    def _is_own_page(self, headers: Mapping[str, str]) -> bool:
        """Browsers always say where a POST comes from; what is no browser says nothing, and needs the token anyway."""
        origin = headers.get("origin")
        return origin is None or origin == f"http://{headers.get('host', '')}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found is not None else ""
