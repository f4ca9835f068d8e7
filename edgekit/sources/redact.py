"""Passwords in camera URLs never reach a log, an error or an event: everything shown goes through here."""

from __future__ import annotations

import re

__all__ = ["HIDDEN", "redacted", "redacted_url"]

HIDDEN = "***"

# user:password@ of a URL somewhere in a text. Passwords hold @, : and / although they should not, so one ends at the
# last @ of the word; hiding a bit too much of a strange URL is the better mistake. A bare user@ is no secret.
_USERINFO = re.compile(r"(?P<head>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@\"'<>]*):[^\s\"'<>]*@")

_SECRET_NAME = (
    r"(?:[a-z0-9_-]*(?:passwd|password|passphrase|pwd|secret|token|credential|signature|api[_-]?key|access[_-]?key)"
    r"[a-z0-9_-]*|auth|authorization|key|pass|psw|sig|user[_-]?pw|pw|loginpas)"
)
# ?password=… and &token=… of a URL, and user-pw=… of a GStreamer element.
_ASSIGNED = re.compile(
    rf"(?P<name>(?<![a-z0-9_-]){_SECRET_NAME})(?P<equals>=|%3d)(?:\"[^\"]*\"|'[^']*'|[^\s&;#!\"']+)", re.IGNORECASE
)


def redacted(text: str) -> str:
    """`text` with the passwords and tokens of the URLs in it replaced by `***`.

    >>> redacted("cannot open rtsp://admin:s3cret@10.0.0.5/live?channel=1&token=abc")
    'cannot open rtsp://admin:***@10.0.0.5/live?channel=1&token=***'
    """
    return _ASSIGNED.sub(rf"\g<name>\g<equals>{HIDDEN}", _USERINFO.sub(rf"\g<head>:{HIDDEN}@", text))


def redacted_url(url: str) -> str:
    """The same of a text that is one URL: its password may then hold blanks and quotes as well.

    >>> redacted_url("rtsp://admin:it's a secret@10.0.0.5/live")
    'rtsp://admin:***@10.0.0.5/live'
    """
    head, separator, rest = url.partition("://")
    user_info, at, host = rest.rpartition("@")
    if separator and at and ":" in user_info:
        url = f"{head}://{user_info.partition(':')[0]}:{HIDDEN}@{host}"
    return redacted(url)
