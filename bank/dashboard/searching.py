"""Searching an account's entries: by the words that the customer reads in them, and by amount.

What a search costs does not depend on how long the history is: it reads backwards by the index that every page of
entries is read by, LOOKED_THROUGH_ROWS at most (three years of a busy household), and ends before if a page is full.
Then it says how far it has looked, and a link goes on from there. No index knows the words: every payment would pay
for it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from accounts import entries, paging, windows
from accounts.models import Account
from bank.dashboard import lines
from bank.errors import Refused
from bank.money import Money

ASKED_CHARACTERS_MAX = 70
BATCH_ROWS = 1_000  # one statement's
LOOKED_THROUGH_ROWS = 3_000
# An amount as people write it, or copy it from the page: +£1,234.50, -12, US$5.
AMOUNT = re.compile(r"[+\-\N{MINUS SIGN}\N{EN DASH}]?(?:£|€|(?:US)?\$)?([0-9][0-9,]*(?:\.[0-9]+)?)", re.ASCII)

Onwards = paging.Cursor | None  # where to look on; None: there is nothing left


@dataclass(frozen=True, kw_only=True)
class Search:
    """What the customer asked for: an entry is found that has every word, as a part of its text or as its amount."""

    asked: str
    words: list[tuple[str, int | None]]  # folded, and what it is as an amount in minor units

    def finds(self, entry: entries.Entry) -> bool:
        """Tell whether an entry is meant. Of amounts the sign does not matter."""
        text = _text_of(entry)
        return all(word in text or minor == abs(entry.amount_minor) for word, minor in self.words)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What was found, newest first. older is where to look on, if there is anything left to look through."""

    groups: list[lines.Group]
    count: int
    looked_back_to: date | None  # None: to the beginning
    newer: str
    older: str
    is_first: bool = False  # what the account's first page has beside its entries is left out


def read(text: str, *, currency: str) -> Search | None:
    """Read what was typed; nothing: no search. Signs that stand alone are no words."""
    asked = " ".join(text[:ASKED_CHARACTERS_MAX].split())
    words = [word for word in asked.split(" ") if any(letter.isalnum() for letter in word)]
    return Search(asked=asked, words=[(_folded(word), _minor(word, currency)) for word in words]) if words else None


def page(account: Account, *, search: Search, at: paging.Place, cursor: paging.Cursor | None) -> Page:
    """Read a page of what a search finds, from the cursor backwards."""
    found: list[entries.Entry] = []
    reached, onwards = None, None
    for entry, after in _backwards(account, cursor=cursor):
        reached, onwards = entry, after
        if search.finds(entry):
            found.append(entry)
            if len(found) >= paging.PAGE_ROWS and not entry.is_pending:
                break
    return Page(
        groups=lines.groups([lines.line(entry, currency=account.currency) for entry in found]),
        count=len(found),
        looked_back_to=reached.booked_at.date() if reached and onwards else None,
        newer=at.link() if cursor else "",
        older=at.link(onwards) if onwards else "",
    )


def _backwards(account: Account, *, cursor: paging.Cursor | None) -> Iterator[tuple[entries.Entry, Onwards]]:
    """So many entries as are looked through, newest first, each with where to go on after it: None after the last."""
    looked = 0
    while looked < LOOKED_THROUGH_ROWS:
        read = entries.page(account.pk, window=windows.Window(), shows=lines.EVERYTHING, cursor=cursor, rows=BATCH_ROWS)
        for entry in read.entries:
            is_last = entry is read.entries[-1]
            yield entry, read.older if is_last else paging.Cursor(at=entry.booked_at, key=str(entry.entry_id))
        if read.older is None:
            return
        looked, cursor = looked + len(read.entries), read.older


def _text_of(entry: entries.Entry) -> str:
    """What the page says of an entry, and what it leaves out for being said twice."""
    said = (entry.details.get(member, "") for member in ("TransactionInformation", "TransactionReference"))
    return _folded(" ".join([*lines.words(entry.details, is_credit=entry.amount_minor > 0), *said]))


def _folded(text: str) -> str:
    """Without case and accents, and with letters in fancy dress as plain ones."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()


def _minor(word: str, currency: str) -> int | None:
    """What a word is as an amount; None: it is none."""
    match = AMOUNT.fullmatch(word)
    try:
        return Money.parse(match[1].replace(",", ""), currency).minor if match else None
    except Refused:
        return None
