from __future__ import annotations

import pytest

from edgekit.web.access import Access, Verdict, is_loopback

ACCESS = Access("secret", 8080, frozenset({"localhost", "shop-pc", "shop-pc.local"}))
HERE = {"host": "127.0.0.1:8080"}


def judge(method: str = "GET", token: str | None = None, **headers: str) -> Verdict:
    return ACCESS.judge(method, token, {**HERE, **headers})


def test_the_token_in_the_address_is_handed_on_as_a_cookie_that_lets_in() -> None:
    assert judge(token="secret") is Verdict.HAND_COOKIE
    assert judge(cookie="other=1; edgekit_8080=secret") is Verdict.WELCOME
    assert judge(**{"x-edgekit-token": "secret"}) is Verdict.WELCOME


@pytest.mark.parametrize("token", [None, "", "secre", "secret2", "sécret"])
def test_without_the_token_nobody_is_let_in(token: str | None) -> None:
    assert judge(token=token) is Verdict.NO_TOKEN
    assert judge(cookie=f"edgekit_8080={token}") is Verdict.NO_TOKEN
    assert judge(cookie="edgekit_8081=secret") is Verdict.NO_TOKEN
    assert judge(cookie='edgekit_8080="') is Verdict.NO_TOKEN


@pytest.mark.parametrize(
    "host", ["evil.example:8080", "127.0.0.1.evil.example:8080", "", "127.0.0.1:99999", "127.0.0.1:81", "[", "evil"]
)
def test_a_foreign_name_for_this_machine_is_refused_even_with_the_token(host: str) -> None:
    assert ACCESS.judge("GET", "secret", {"host": host}) is Verdict.WRONG_HOST


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "[::1]:8080", "localhost:8080", "192.168.0.7:8080", "SHOP-PC.local:8080"]
)
def test_the_names_and_addresses_of_this_machine_are_taken(host: str) -> None:
    assert ACCESS.judge("GET", "secret", {"host": host}) is Verdict.HAND_COOKIE


def test_a_post_of_another_sites_page_is_refused_though_the_browser_sends_the_cookie() -> None:
    cookie = {"cookie": "edgekit_8080=secret"}
    assert judge("POST", **cookie, origin="http://evil.example") is Verdict.FOREIGN_PAGE
    assert judge("POST", **cookie, origin="http://127.0.0.1:8081") is Verdict.FOREIGN_PAGE
    assert judge("POST", **cookie, origin="null") is Verdict.FOREIGN_PAGE
    assert judge("POST", **cookie, origin="http://127.0.0.1:8080") is Verdict.WELCOME


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.5", False),
        ("shop-pc", False),
    ],
)
def test_only_loopback_addresses_count_as_this_machine_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
