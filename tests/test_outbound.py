"""Calls to other people's servers, against servers that behave badly."""

import time

import pytest
from django.conf import settings

from bank import outbound
from tests.elsewhere import answer, drip


def test_brings_back_what_was_answered(trusted: None, elsewhere) -> None:
    url, seen = elsewhere(answer(201, b"well", **{"Content-Type": "text/plain"}))

    told = outbound.call("POST", url, headers={"Authorization": "Bearer b"}, body=b"{}", size_max=4)

    assert (told.status, told.headers["Content-Type"], told.body) == (201, "text/plain", b"well")
    path, headers, body = seen[0]
    assert (path, headers["Authorization"], body) == ("/here?a=b", "Bearer b", b"{}")


def test_follows_no_redirect(trusted: None, elsewhere) -> None:
    target, reached = elsewhere(answer(200))
    url, _seen = elsewhere(answer(301, Location=target))

    assert outbound.call("POST", url, headers={}, body=b"{}").status == 301
    assert reached == []


def test_reads_no_body_that_nobody_wants_and_none_that_is_too_long(trusted: None, elsewhere) -> None:
    url, _seen = elsewhere(answer(200, b"x" * 65))

    assert outbound.call("POST", url, headers={}, body=b"{}").body == b""
    with pytest.raises(outbound.Unreachable, match="too long"):
        outbound.call("POST", url, headers={}, body=b"{}", size_max=64)


def test_ends_a_wait_that_drips_on(trusted: None, elsewhere) -> None:
    url, _seen = elsewhere(drip)
    began = time.monotonic()

    with pytest.raises(outbound.Unreachable, match="took too long"):
        outbound.call("POST", url, headers={}, body=b"{}", seconds=0.4)
    assert time.monotonic() - began < 1.5


def test_believes_no_certificate_that_nobody_vouches_for(elsewhere) -> None:
    url, seen = elsewhere(answer(200))
    outbound._context.cache_clear()

    with pytest.raises(outbound.Unreachable, match="certificate is not trusted"):
        outbound.call("POST", url, headers={}, body=b"{}")
    assert seen == []


def test_calls_no_private_address_outside_a_sandbox(trusted: None, elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    url, seen = elsewhere(answer(200))
    monkeypatch.setattr(settings, "SANDBOX", False)

    with pytest.raises(outbound.Unreachable, match="not public"):
        outbound.call("POST", url, headers={}, body=b"{}")
    assert seen == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
    ],
)
def test_takes_no_inner_address_for_a_public_one(address: str) -> None:
    assert not outbound.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_takes_a_public_address_for_one(address: str) -> None:
    assert outbound.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "https:///path",
        "https://user@localhost/",
        "https://localhost:port/",
        "https://localhost/\r\nX: y",
        "https://localhost/a b",
        "https://lo\u200bcalhost/",
        "ftp://localhost",
        "https://localhost/" + "x" * 3000,
        "https://[::1/",
    ],
)
def test_refuses_what_is_no_https_address(url: str) -> None:
    with pytest.raises(outbound.Unreachable):
        outbound.call("GET", url, headers={})


def test_says_that_nobody_answered(trusted: None) -> None:
    with pytest.raises(outbound.Unreachable, match="did not answer"):
        outbound.call("GET", "https://127.0.0.1:9/", headers={}, seconds=1)
    with pytest.raises(outbound.Unreachable, match="no address"):
        outbound.call("GET", "https://nobody.invalid/", headers={}, seconds=1)
