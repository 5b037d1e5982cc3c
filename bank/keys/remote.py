"""Key sets that others publish: fetched from named hosts alone, kept in the database for every process, never for long.

A set that is older than FRESH holds no keys. Whoever looks for a key that is not there, and may ask for it again, meets
Outdated; the edge of the request catches it outside its transaction, fetches, and begins anew: with_fresh_keys().
How a call to somebody else's server is kept from harm: bank/outbound.py.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from bank import outbound
from bank.keys import jose
from bank.keys.models import RemoteKeySet
from bank.keys.store import Key

FRESH = timedelta(minutes=15)
REFETCHED_AFTER = timedelta(minutes=10)  # by the worker, so that no caller waits for it
PAUSE, PAUSE_MAX = timedelta(seconds=30), FRESH  # between two fetches; each that fails doubles it
SECONDS = 3.0
BYTES_MAX = 64 * 1024
OK = 200

Answer = TypeVar("Answer")


class Outdated(Exception):
    """A key is not in what is known of a key set, and it is time to ask again. For with_fresh_keys() alone."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(url)


class KeySet(Mapping[str, Key]):
    """The keys at an address, by kid, as they are known at an instant."""

    def __init__(self, url: str, *, now: datetime) -> None:
        self.url, self.now = url, now
        self._row = RemoteKeySet.objects.filter(url=url).first()
        is_fresh = self._row is not None and self._row.fetched_at is not None and now < self._row.fetched_at + FRESH
        self._keys = jose.key_set(self._row.text) if self._row is not None and is_fresh else {}

    def __getitem__(self, kid: str) -> Key:
        if kid not in self._keys:
            self._ask_again()
        return self._keys[kid]

    def __iter__(self) -> Iterator[str]:
        if not self._keys:
            self._ask_again()
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def _ask_again(self) -> None:
        if self._row is None or _may_be_fetched(self._row, self.now):
            raise Outdated(self.url)


def keys_of(source: str, *, now: datetime) -> Mapping[str, Key]:
    """The keys of a key set that is given as its text, or as the address at which it is published."""
    return KeySet(source, now=now) if source.startswith("https://") else jose.key_set(source)


def with_fresh_keys(act: Callable[[], Answer], *, now: datetime) -> Answer:
    """Do something that looks keys up; where a key set proves to be outdated, fetch it and do it again from the start.

    It ends: fetch() does not let the same set be fetched again before its pause is over.
    """
    while True:
        try:
            return act()
        except Outdated as outdated:
            fetch(outdated.url, now=now)


def fetch(url: str, *, now: datetime) -> None:
    """Ask for a key set, unless somebody just did, and keep the answer or why there is none."""
    row, is_new = RemoteKeySet.objects.get_or_create(url=url, defaults={"tried_at": now})
    known = RemoteKeySet.objects.filter(pk=url)
    if not is_new and not (_may_be_fetched(row, now) and known.filter(tried_at=row.tried_at).update(tried_at=now)):
        return  # another process got there first
    try:
        text = _ask(url)
    except outbound.Unreachable as failed:
        known.update(failures=min(row.failures + 1, 10), last_error=str(failed))
    else:
        known.update(text=text, fetched_at=now, failures=0, last_error="")


def refetch(url: str, *, now: datetime) -> None:
    """Ask for a key set before it is too old."""
    if not RemoteKeySet.objects.filter(pk=url, fetched_at__gt=now - REFETCHED_AFTER).exists():
        fetch(url, now=now)


def is_allowed(url: str) -> bool:
    """Tell whether key sets may be fetched from this address: https, and a host that the settings name."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme == "https" and any(
        host.endswith(name) if name.startswith(".") else host == name for name in settings.JWKS_HOSTS
    )


def _may_be_fetched(row: RemoteKeySet, now: datetime) -> bool:
    pause: timedelta = min(PAUSE * 2**row.failures, PAUSE_MAX)
    return now >= row.tried_at + pause


def _ask(url: str) -> str:
    if not is_allowed(url):
        raise outbound.Unreachable("Key sets are not fetched from this host.")
    answer = outbound.call("GET", url, headers={"Accept": "application/json"}, seconds=SECONDS, size_max=BYTES_MAX)
    if answer.status != OK:
        raise outbound.Unreachable("The server did not answer with 200.")
    try:
        text = answer.body.decode()
        jose.public_keys(orjson.loads(text))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise outbound.Unreachable("The answer is not a key set.") from None
    return text
