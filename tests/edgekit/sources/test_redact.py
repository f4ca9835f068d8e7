from __future__ import annotations

import pytest

from edgekit.sources.redact import redacted, redacted_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://admin:hush@10.0.0.5:554/live", "rtsp://admin:***@10.0.0.5:554/live"),
        ("rtsp://admin:hu@sh:1@10.0.0.5/live", "rtsp://admin:***@10.0.0.5/live"),
        ("rtsp://admin:hu/sh@10.0.0.5/live", "rtsp://admin:***@10.0.0.5/live"),
        ("rtsp://admin:it's hush@10.0.0.5/live", "rtsp://admin:***@10.0.0.5/live"),
        ("rtsp://:hush@10.0.0.5/live", "rtsp://:***@10.0.0.5/live"),
        ("http://cam/video?user=me&password=hush&channel=1", "http://cam/video?user=me&password=***&channel=1"),
        ("http://cam/v?pwd=hush", "http://cam/v?pwd=***"),
        ("http://cam/v?access_token=hush#t", "http://cam/v?access_token=***#t"),
        ("http://cam/v?X-Amz-Signature=hush", "http://cam/v?X-Amz-Signature=***"),
        ("http://cam/v?usr=me&loginpas=hush", "http://cam/v?usr=me&loginpas=***"),
        ("rtmp://cam/bcs/channel0?token%3Dhush", "rtmp://cam/bcs/channel0?token%3D***"),
        ("gst: rtspsrc location=rtsp://cam/x user-id=me user-pw=hush ! decodebin", None),
        ('gst: rtspsrc location="rtsp://me:hush@cam/x" user-pw="hu sh" ! decodebin', None),
    ],
)
def test_passwords_and_tokens_are_hidden(url: str, shown: str | None) -> None:
    for hidden in (redacted_url(url), redacted(url) if " hush" not in url else ""):
        assert "hush" not in hidden
        assert "hu sh" not in hidden
        if shown is not None and hidden:
            assert hidden == shown
    assert redacted_url(redacted_url(url)) == redacted_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://viewer@10.0.0.5/live",
        "rtsp://10.0.0.5:554/live?channel=1&subtype=0",
        "http://[fe80::1]:8080/video",
        "/home/me/clip.mp4",
        "0",
        "gst: videotestsrc pattern=ball ! video/x-raw,width=320 ! appsink",
        "http://cam/v?monkey=1&keyboard=2&bypass=3",
    ],
)
def test_what_is_no_secret_stays_readable(url: str) -> None:
    assert redacted_url(url) == url
    assert redacted(f"cannot open {url} today") == f"cannot open {url} today"


def test_several_urls_in_one_text_are_all_hidden() -> None:
    text = redacted("tried rtsp://a:one@h1/x and then rtsp://b:two@h2/y")
    assert text == "tried rtsp://a:***@h1/x and then rtsp://b:***@h2/y"
