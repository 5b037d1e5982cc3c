"""Identifiers that sort by the time they were made.

An id is a short prefix that tells its kind (`pay_`, `con_`, `acc_`, …) and a UUIDv7 in 26 letters and digits.
"""

import re
import secrets
import time
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
RANDOM_BITS = 74
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]  # ten bits at a time
LETTERS_MAX = 40  # as the standard's ids allow

if TYPE_CHECKING:
    Text = models.CharField[str, str]
else:
    Text = models.CharField  # takes no parameters when it runs


class Field(Text):
    """A column for such ids.

    Django gives a varchar that is a key a second index, for LIKE in locales other than C; nobody looks for ids by their
    beginning, and each such index costs every insert of the row and of all that refer to it.
    """

    def db_type(self, connection: Any) -> str:  # noqa: ARG002 - Django's signature
        """The same type, under the name for which Django makes no second index."""
        return f"character varying({self.max_length})"


def interaction(sent: str) -> str:
    """The id of one exchange: the caller's (x-fapi-interaction-id) exactly as sent, a fresh one if that is no UUID."""
    return sent if UUID.fullmatch(sent) else str(uuid.uuid4())


def new(prefix: str) -> str:
    """Make an id such as `pay_01k9m3…`; at most 40 characters, as the standard's ids allow."""
    return made(prefix, milliseconds=time.time_ns() // 1_000_000, random=secrets.randbits(RANDOM_BITS))


def made(prefix: str, *, milliseconds: int, random: int) -> str:
    """The id of an instant and 74 random bits.

    Source: RFC 9562 section 5.7 for the layout of the 128 bits.
    """
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62 & 0xFFF) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    upper, lower = divmod(value, 1 << 60)  # machine words are quicker than large numbers
    return f"{prefix}_{_six(upper >> 10)}{PAIRS[upper & 1023]}{_six(lower)}"


def _six(value: int) -> str:
    """Sixty bits in twelve letters, ten bits at a time."""
    return (
        f"{PAIRS[value >> 50]}{PAIRS[value >> 40 & 1023]}{PAIRS[value >> 30 & 1023]}"
        f"{PAIRS[value >> 20 & 1023]}{PAIRS[value >> 10 & 1023]}{PAIRS[value & 1023]}"
    )
