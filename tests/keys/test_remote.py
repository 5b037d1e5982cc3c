"""Key sets that others publish, fetched from a server that the test has."""

from datetime import datetime, timedelta

import orjson
import pytest
from django.conf import settings
from joserfc.jwk import ECKey

from bank.keys import remote
from bank.keys.models import RemoteKeySet
from tests.elsewhere import answer, drip

pytestmark = pytest.mark.usefixtures("db", "trusted")
SECOND = timedelta(seconds=1)


def jwks(*kids: str) -> bytes:
    """A key set with a key of each name, all different."""
    made = [ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"}) for kid in kids]
    return orjson.dumps({"keys": [key.as_dict(private=False) for key in made]})


class Publisher:
    """A server that publishes a key set; what it answers can be changed."""

    def __init__(self, elsewhere) -> None:
        self.reply = answer(200, jwks("one"))
        self.url, self.seen = elsewhere(lambda handler: self.reply(handler))  # noqa: PLW0108 - the reply changes

    @property
    def calls(self) -> int:
        return len(self.seen)


@pytest.fixture
def publisher(elsewhere) -> Publisher:
    return Publisher(elsewhere)


def look(url: str, kid: str, *, now: datetime) -> bool:
    """Tell whether a key is found, as a request finds it: fetched if need be."""
    return remote.with_fresh_keys(lambda: remote.KeySet(url, now=now).get(kid) is not None, now=now)


def error_of(url: str) -> str:
    return RemoteKeySet.objects.get(pk=url).last_error


def test_fetches_a_key_set_once_and_keeps_it(publisher, now):
    assert look(publisher.url, "one", now=now)
    assert look(publisher.url, "one", now=now + 14 * 60 * SECOND)

    assert publisher.calls == 1


def test_finds_a_key_that_was_published_since(publisher, now):
    look(publisher.url, "one", now=now)
    publisher.reply = answer(200, jwks("one", "two"))

    assert look(publisher.url, "two", now=now + 30 * SECOND)
    assert publisher.calls == 2


def test_asks_once_for_a_kid_that_nobody_knows(publisher, now):
    look(publisher.url, "one", now=now)

    for seconds in (31, 32, 40, 60):
        assert not look(publisher.url, "three", now=now + seconds * SECOND)
    assert publisher.calls == 2


def test_believes_no_key_for_longer_than_its_time(publisher, now):
    look(publisher.url, "one", now=now)
    publisher.reply = answer(200, jwks("two"))

    assert not look(publisher.url, "one", now=now + 15 * 60 * SECOND)
    assert publisher.calls == 2


def test_waits_longer_after_each_failure(publisher, now):
    publisher.reply = answer(500)

    for seconds in range(0, 1000, 10):
        assert not look(publisher.url, "one", now=now + seconds * SECOND)

    assert publisher.calls == 5  # at 0, then after a minute, two, four and eight
    assert error_of(publisher.url) == "The server did not answer with 200."


def test_outlives_a_failure_while_the_keys_are_fresh(publisher, now):
    look(publisher.url, "one", now=now)
    publisher.reply = answer(503)
    look(publisher.url, "two", now=now + 60 * SECOND)

    assert look(publisher.url, "one", now=now + 61 * SECOND)


def test_lets_the_worker_ask_before_the_time_is_over(publisher, now):
    look(publisher.url, "one", now=now)

    remote.refetch(publisher.url, now=now + 9 * 60 * SECOND)
    assert publisher.calls == 1
    remote.refetch(publisher.url, now=now + 11 * 60 * SECOND)
    assert publisher.calls == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The answer is not a key set."),
        (b"[]", "The answer is not a key set."),
        (b'{"keys": 1}', "The answer is not a key set."),
        (b"\xff", "The answer is not a key set."),
        (b" " * (64 * 1024 + 1), "The answer is too long."),
    ],
    ids=["nothing", "a list", "a number", "no text", "too much"],
)
def test_refuses_what_is_no_key_set(publisher, now, body, words):
    publisher.reply = answer(200, body)

    assert not look(publisher.url, "one", now=now)
    assert error_of(publisher.url) == words


def test_leaves_out_keys_that_cannot_be_used(publisher, now):
    odd = [
        {"kty": "oct", "kid": "a", "k": "AAAA"},
        {"kty": "RSA", "kid": ["b"]},
        {"kid": "c"},
        7,
        {"kty": "EC", "kid": "d"},
    ]
    publisher.reply = answer(200, orjson.dumps({"keys": [*odd, *orjson.loads(jwks("one"))["keys"]]}))

    assert look(publisher.url, "one", now=now)
    assert list(remote.KeySet(publisher.url, now=now)) == ["one"]


def test_follows_no_redirect(publisher, now, elsewhere):
    other = Publisher(elsewhere)
    publisher.reply = answer(302, Location=other.url)

    assert not look(publisher.url, "one", now=now)
    assert other.calls == 0


def test_waits_no_longer_than_its_time(publisher, now, monkeypatch):
    monkeypatch.setattr(remote, "SECONDS", 0.3)
    publisher.reply = drip

    assert not look(publisher.url, "one", now=now)
    assert error_of(publisher.url) == "The server took too long."


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://elsewhere.example/jwks", "Key sets are not fetched from this host."),
        ("https://localhost.example/jwks", "Key sets are not fetched from this host."),
        ("http://localhost/jwks", "Key sets are not fetched from this host."),
        ("https://169.254.169.254/latest", "Key sets are not fetched from this host."),
        ("https://me@localhost/jwks", "The address is not an https URL of a host."),
        ("file:///etc/passwd", "Key sets are not fetched from this host."),
    ],
)
def test_calls_no_host_that_is_not_named(now, url, words):
    assert not look(url, "one", now=now)
    assert error_of(url) == words


def test_calls_no_private_address_outside_the_sandbox(publisher, now, monkeypatch):
    monkeypatch.setattr(settings, "SANDBOX", False)

    assert not look(publisher.url, "one", now=now)
    assert publisher.calls == 0
    assert error_of(publisher.url) == "The host has an address that is not public."


def test_knows_the_hosts_by_name_or_by_end(monkeypatch):
    monkeypatch.setattr(settings, "JWKS_HOSTS", ["keys.example", ".directory.example"])

    assert remote.is_allowed("https://keys.example/a.jwks")
    assert remote.is_allowed("https://a.directory.example/")
    assert not remote.is_allowed("https://b.keys.example/")
    assert not remote.is_allowed("https://directory.example/")
    assert not remote.is_allowed("https://[::1/")
