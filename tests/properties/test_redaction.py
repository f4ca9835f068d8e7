"""Whatever a password is made of, it is not in what is shown."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from edgekit.sources.redact import redacted, redacted_url

REST = "@10.20.30.40:554/live/main?channel=1"
passwords = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


@given(passwords)
def test_a_password_of_a_url_is_never_shown(password: str) -> None:
    shown = redacted_url(f"rtsp://viewer:{password}{REST}")
    assert shown == f"rtsp://viewer:***{REST}"


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=30))
def test_a_password_of_a_url_inside_a_text_is_never_shown(password: str) -> None:
    assume(not set(password) & set("\"'<>"))
    assert redacted(f"cannot open rtsp://viewer:{password}{REST} today") == f"cannot open rtsp://viewer:***{REST} today"


@given(
    st.sampled_from(["password", "pwd", "token", "access_token", "api_key", "auth"]),
    st.text("abcXYZ019-._~%", min_size=1),
)
def test_a_token_of_a_query_is_never_shown(name: str, value: str) -> None:
    assert redacted_url(f"http://cam/v?a=1&{name}={value}&b=2") == f"http://cam/v?a=1&{name}=***&b=2"


@given(st.text())
def test_showing_twice_is_showing_once(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
