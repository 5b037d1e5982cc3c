"""GET /transactions while the bank books: a client is between two pages when a line changes its status.

The standard promises no isolation between pages, so a line may be seen again once it is booked. What it may not be:
missed, or booked twice over. Source: Read/Write API profile v4.0.1, "Pagination"; Transactions v4.0.1, Status.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from accounts import ledger, paging
from accounts.models import Account, Unbooked
from tests.accounts import given
from tests.accounts.conftest import Reader
from tests.accounts.test_transactions import reserve
from tests.accounts.test_transactions_of_all import unbooked

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = 4  # of a page; the rows are: six announced, two pending, ten booked
PATH = "transactions"


@dataclass
class Busy:
    """An account on which lines of every kind stand; each is worth something that no other is."""

    account: Account
    now: datetime
    announced: list[Unbooked] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)

    def book_announced(self, number: int) -> None:
        """Book an announced line, counted from the latest one."""
        line = self.announced[number]
        self.withdraw(line)
        given.move(self.account, line.amount_minor, now=self.now)

    def withdraw(self, line: Unbooked) -> None:
        Unbooked.objects.filter(pk=line.pk).update(ended_at=self.now)

    def post_hold(self, number: int) -> None:
        """Post a hold, counted from the newest."""
        ledger.settle(
            for_order=self.orders[number],
            kind="payment",
            creditor_account_id=ledger.settlement_account(self.account.pk),
            creditor_counterparty="",
            creditor_details={},
            now=self.now,
        )


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE_ROWS", ROWS)


@pytest.fixture
def busy(db: None, now: datetime) -> Busy:
    """Announced: 1.06 to 1.01, the latest first; pending: -2.02, -2.01; booked: 30.10 to 30.01."""
    account = given.account(now=START, opened_at=START - timedelta(days=1))
    for number in range(1, 11):
        given.move(account, 30_00 + number, now=START + timedelta(hours=number))
    made = Busy(account=account, now=now)
    for number in range(1, 3):
        made.orders.insert(0, reserve(account, 2_00 + number, now - timedelta(hours=3 - number)))
    for number in range(1, 7):
        made.announced.insert(0, unbooked(account, 1_00 + number, now + timedelta(days=number), "FUTR"))
    return made


Page = dict[str, Any]


def pages(reader: Reader, link: str = PATH, *, way: str = "Next") -> Iterator[Page]:
    """Every page from this one on, by its links."""
    while link:
        page = reader.read(urlsplit(link)._replace(scheme="", netloc="").geturl())
        yield page
        link = page["Links"].get(way, "")


def lines(*some: Page) -> list[tuple[str, str]]:
    """Each line's status and amount; the amount tells which one it is."""
    return [(row["Status"], row["Amount"]["Amount"]) for page in some for row in page["Data"]["Transaction"]]


BOOKED = [f"30.{number:02}" for number in range(10, 0, -1)]
ALL = {*BOOKED, "2.02", "2.01", *(f"1.{number:02}" for number in range(6, 0, -1))}
HAPPENINGS: dict[str, tuple[str, Callable[[Busy], None]]] = {
    "announced and on the first page": ("1.05", lambda busy: busy.book_announced(1)),
    "announced and the last of the first page": ("1.03", lambda busy: busy.book_announced(3)),
    "announced and on the second page": ("1.02", lambda busy: busy.book_announced(4)),
    "pending": ("2.02", lambda busy: busy.post_hold(0)),
}


@pytest.mark.parametrize("after", [1, 2, 3, 4])
@pytest.mark.parametrize("what", HAPPENINGS)
def test_misses_and_doubles_nothing_when_a_line_is_booked_between_pages(
    consented: Callable[..., Reader], busy: Busy, what: str, after: int
) -> None:
    amount, happen = HAPPENINGS[what]
    reader, walked = consented([busy.account]), []

    for page in pages(reader):
        walked.append(page)
        if len(walked) == after:
            happen(busy)

    seen = lines(*walked)
    booked = [amount for status, amount in seen if status == "BOOK"]
    assert [one for one in booked if one != amount] == BOOKED
    assert booked.count(amount) == (after == 1)  # later, it lies before the page that is asked for
    assert {one for _status, one in seen} == ALL
    ids = [row["TransactionId"] for page in walked for row in page["Data"]["Transaction"]]
    assert len(ids) == len(set(ids))
    assert all(len(page["Data"]["Transaction"]) >= ROWS for page in walked[:-1])


@pytest.mark.parametrize("what", HAPPENINGS)
def test_shows_it_once_and_booked_to_who_begins_anew_or_comes_back(
    consented: Callable[..., Reader], busy: Busy, what: str
) -> None:
    amount, happen = HAPPENINGS[what]
    reader = consented([busy.account])
    third = list(pages(reader))[2]["Links"]["Self"]
    happen(busy)

    back = list(pages(reader, third, way="Prev"))
    anew = lines(*pages(reader))

    assert [status for status, one in anew if one == amount] == ["BOOK"]
    assert len(anew) == len(ALL)
    assert lines(back[-1]) == anew[: len(lines(back[-1]))]
    assert {one for _status, one in lines(*back)} >= {amount, *(one for one in ALL if one.startswith(("1.", "2.")))}


def test_leads_back_from_a_page_whose_lines_are_all_gone(
    consented: Callable[..., Reader], busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE_ROWS", 2)
    tomorrow = f"{busy.now + timedelta(hours=12):%Y-%m-%dT%H:%M:%S}"
    reader = consented([busy.account])
    walk = pages(reader, f"{PATH}?fromBookingDateTime={tomorrow}")
    first, second = next(walk), next(walk)
    for line in busy.announced[4:]:
        busy.withdraw(line)

    third = next(walk)

    _, *back = pages(reader, third["Links"]["Self"], way="Prev")
    assert lines(third) == []
    assert "Next" not in third["Links"]
    assert [page["Data"] for page in back] == [second["Data"], first["Data"]]
