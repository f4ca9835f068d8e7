"""The server over real sockets."""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from edgekit.errors import UsageError
from edgekit.web.http import Reply, Request, Wrong, json_reply
from edgekit.web.server import MAX_BODY_BYTES, LocalServer

TOKEN = {"X-Edgekit-Token": "secret", "Content-Type": "application/json"}


def fails(request: Request) -> Reply:
    raise RuntimeError("the details stay in the log")


def refuses(request: Request) -> Reply:
    raise Wrong(409, "Not now.")


PAGE = {
    ("GET", "/"): lambda request: Reply(b"hello"),
    ("GET", "/camera/"): lambda request: json_reply({"rest": request.rest, **request.query}),
    ("POST", "/echo"): lambda request: json_reply(request.json()),
    ("GET", "/fails"): fails,
    ("GET", "/refuses"): refuses,
}


@pytest.fixture
def ask(serve):
    server = serve(PAGE, token="secret")
    port = urlsplit(server.url).port

    def ask(method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path, body, {**TOKEN, **(headers or {})})
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return reply, content

    ask.port = port
    return ask


def test_it_listens_on_loopback_and_its_address_ends_with_a_fresh_token(serve) -> None:
    one, other = serve(PAGE), serve(PAGE)
    assert one.loopback
    assert urlsplit(one.url).hostname == "127.0.0.1"
    assert len(urlsplit(one.url).query) > 20
    assert urlsplit(one.url).query != urlsplit(other.url).query


def test_the_token_moves_from_the_address_into_a_cookie(ask) -> None:
    reply, _ = ask("GET", "/?token=secret", headers={"X-Edgekit-Token": ""})
    assert (reply.status, reply.headers["Location"]) == (303, "/")
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    reply, body = ask("GET", "/", headers={"X-Edgekit-Token": "", "Cookie": cookie.partition(";")[0]})
    assert (reply.status, body) == (200, b"hello")


def test_the_redirect_never_leads_to_another_site(ask) -> None:
    for path in ("//evil.example/?token=secret", "/\\evil.example/?token=secret"):
        reply, _ = ask("GET", path)
        assert (reply.headers["Location"] or "/").startswith("/")
        assert not (reply.headers["Location"] or "/").startswith(("//", "/\\"))


def test_without_token_every_address_says_what_to_do(ask) -> None:
    for path in ("/", "/camera/1", "/nothing"):
        reply, body = ask("GET", path, headers={"X-Edgekit-Token": "guess"})
        assert reply.status == 403
        assert b"terminal" in body


def test_what_lies_below_an_address_is_handed_over_as_text_and_no_file_is_ever_looked_for(ask) -> None:
    body = ask("GET", "/camera/aisle-3.jpg?after=7")[1]
    assert json.loads(body) == {"rest": "aisle-3.jpg", "after": "7"}
    for path in ("/../../etc/passwd", "/static/../server.py", "/%2e%2e/server.py", "/planogram.js"):
        assert ask("GET", path)[0].status == 404


def test_a_body_must_be_json_and_of_bounded_size(ask) -> None:
    assert ask("POST", "/echo", b'{"a":1}')[1] == b'{"a":1}'
    assert ask("POST", "/echo", b"{")[0].status == 400
    assert ask("POST", "/echo", b"{}", {"Content-Type": "text/plain"})[0].status == 415
    assert ask("POST", "/echo", b"", {"Content-Length": str(MAX_BODY_BYTES + 1)})[0].status == 413
    assert ask("POST", "/echo", b"[" * 100_000)[0].status == 400


def test_a_handler_that_fails_is_told_without_details_and_the_server_goes_on(ask) -> None:
    reply, body = ask("GET", "/fails")
    assert reply.status == 500
    assert b"details" not in body
    assert ask("GET", "/refuses")[1] == b"Not now."
    assert ask("GET", "/")[0].status == 200


def test_answers_forbid_framing_scripts_from_elsewhere_and_keeping(ask) -> None:
    headers = ask("GET", "/")[0].headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_on_all_addresses_it_shows_one_that_another_machine_can_open(serve) -> None:
    server = serve(PAGE, host="0.0.0.0")
    assert not server.loopback
    assert urlsplit(server.url).hostname not in ("0.0.0.0", "127.0.0.1", "localhost", None)


def test_after_close_nobody_listens_and_closing_twice_is_fine() -> None:
    server = LocalServer(PAGE, token="secret")
    server.start()
    port = urlsplit(server.url).port
    lasting = socket.create_connection(("127.0.0.1", port), timeout=10)
    lasting.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nX-Edgekit-Token: secret\r\n\r\n".encode())
    assert lasting.recv(12) == b"HTTP/1.1 200"
    server.close()
    server.close()
    while lasting.recv(4096):  # it is hung up, too: a kept connection is no way around the close
        pass
    lasting.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)


def test_a_port_that_is_taken_and_an_address_that_is_not_ours_are_one_line(serve) -> None:
    port = urlsplit(serve(PAGE).url).port
    with pytest.raises(UsageError, match=f"port {port}: Address already in use"):
        LocalServer(PAGE, port=port)
    with pytest.raises(UsageError, match=r"Cannot listen on 203\.0\.113\.9"):
        LocalServer(PAGE, host="203.0.113.9")
