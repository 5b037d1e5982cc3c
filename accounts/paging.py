"""Pages of entries and of statements: by key and never by counting, so that the last page costs what the first does.

A cursor names the row that a page begins after, and the direction. It is signed together with the consent, the path
and the filter, so that it opens nothing else. There are no totals: they would have to be counted.
Source: Read/Write API profile v4.0.1, "Pagination": 25 to 1,000 records a page, the filter carried through all links.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from django.utils.crypto import salted_hmac

from bank.errors import Refused

PAGE_ROWS = 100
PARAMETER = "cursor"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEAL_BYTES = 12


class CursorInvalid(Refused):
    """A cursor that this bank did not make, or made for another consent, account or filter."""

    code = "U002"
    message = "The cursor is not one of this request's links."


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place between two rows: newer ones lie before it, older ones after."""

    at: datetime
    key: str  # tells apart what happened at the same instant
    backward: bool = False  # towards the newer entries

    def write(self, binding: str) -> str:
        """Make the text that stands in a link."""
        micros = (self.at - EPOCH) // timedelta(microseconds=1)
        value = f"{'p' if self.backward else 'n'}{micros}.{self.key}".encode()
        return _base64(_seal(value, binding) + value)

    @classmethod
    def read(cls, text: str, binding: str) -> Self:
        """Read what a link said. Raises CursorInvalid."""
        try:
            raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise CursorInvalid(path=PARAMETER) from None
        seal, value = raw[:SEAL_BYTES], raw[SEAL_BYTES:]
        if not hmac.compare_digest(seal, _seal(value, binding)) or text != _base64(raw):
            raise CursorInvalid(path=PARAMETER)
        micros, _, key = value[1:].decode("ascii").partition(".")
        return cls(at=EPOCH + timedelta(microseconds=int(micros)), key=key, backward=value.startswith(b"p"))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a reading happens: the path that was asked, and the filter that its links carry."""

    consent_id: str
    path: str
    query: dict[str, str]

    @property
    def binding(self) -> str:
        """What a cursor is good for. The query's texts are encoded, so that none can pass for another's end."""
        return f"{self.consent_id} {self.path}?{urlencode(sorted(self.query.items()))}"

    def cursor(self, text: str | None) -> Cursor | None:
        """Read the request's cursor, if it has one. Raises CursorInvalid."""
        return None if text is None else Cursor.read(text, self.binding)

    def link(self, cursor: Cursor | None = None) -> str:
        """The path of a page; without a cursor, of the first."""
        query = {**self.query, **({PARAMETER: cursor.write(self.binding)} if cursor else {})}
        return f"{self.path}?{urlencode(query)}" if query else self.path


def _seal(value: bytes, binding: str) -> bytes:
    return salted_hmac("accounts.paging", binding.encode() + b"\0" + value, algorithm="sha256").digest()[:SEAL_BYTES]


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
