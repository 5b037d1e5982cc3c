"""The check that a loaded ledger adds up: each rule finds what breaks it, and nothing where all is well."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction

from accounts import loading
from accounts.models import Account
from bank import ids

AT = datetime(2020, 2, 3, 12, tzinfo=UTC)
SETTLEMENT, EUROS = "acc_settlement_00", "acc_settlement_eur"
TRANSFER = "insert into accounts_transfer (id, kind, for_order, booked_at) values (%s, 'payment', '', %s)"
POSTING = """
insert into accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty, details)
values (%s, %s, %s, %s, %s, '', '{}')"""


class Books:
    """A ledger into which anything can be written, as the tables' owner could; it is all undone at the end."""

    def __init__(self) -> None:
        self.raw = connections[loading.OWNER].connection
        self.account = ids.new("acc")
        facts = {"name": "A Payer", "currency": "GBP", "opened_at": AT, "status_updated_at": AT, "limit_minor": 100_00}
        Account.objects.using(loading.OWNER).create(
            id=self.account, identification=f"{secrets.randbelow(10**14):014}", **facts
        )
        self.raw.execute("set constraints all immediate")
        for table in loading.TABLES:
            self.raw.execute(f"alter table {table} disable trigger user")
        row = self.raw.execute("select coalesce(max(id), 0) from accounts_posting").fetchone()
        self.after, self.balances = row[0], {self.account: 0}

    def transfer(self, *legs: tuple[str, int], at: datetime = AT, off_minor: int = 0) -> None:
        """Write a transfer; off_minor: by how much its first balance is wrong."""
        transfer_id = ids.new("trf")
        self.raw.execute(TRANSFER, [transfer_id, at])
        for account_id, amount_minor in legs:
            balance = self.balances.get(account_id, self._booked(account_id)) + amount_minor
            self.balances[account_id] = balance
            self.raw.execute(POSTING, [transfer_id, account_id, amount_minor, balance + off_minor, at])
            off_minor = 0

    def end(self) -> None:
        """Write on the accounts what they have."""
        for account_id, balance in self.balances.items():
            self.raw.execute(
                "update accounts_account set booked_minor = %s, last_booked_at ="
                " (select max(booked_at) from accounts_posting where account_id = %s) where id = %s",
                [balance, account_id, account_id],
            )

    def _booked(self, account_id: str) -> int:
        row = self.raw.execute("select booked_minor from accounts_account where id = %s", [account_id]).fetchone()
        return int(row[0])


@pytest.fixture
def books(committed):
    connections[loading.OWNER].ensure_connection()
    with transaction.atomic(using=loading.OWNER):
        yield Books()
        transaction.set_rollback(True, using=loading.OWNER)


def now_of(books: Books) -> datetime:
    """Later than whatever other tests have booked on the bank's own accounts."""
    row = books.raw.execute("select coalesce(max(booked_at), %s) from accounts_posting", [AT]).fetchone()
    return row[0] + timedelta(minutes=1)


def pays(books):
    books.transfer((books.account, -1_00), (SETTLEMENT, 1_00), at=now_of(books))


def pays_and_arrives_short(books):
    books.transfer((books.account, -1_00), (SETTLEMENT, 99), at=now_of(books))


def goes_out_and_arrives_nowhere(books):
    books.transfer((books.account, -1_00), at=now_of(books))


def has_no_postings(books):
    pays(books)
    books.transfer(at=now_of(books))


def arrives_in_another_currency(books):
    books.transfer((books.account, -1_00), (EUROS, 1_00), at=now_of(books))


def miscounts(books):
    pays(books)
    books.transfer((books.account, -1_00), (SETTLEMENT, 1_00), at=now_of(books), off_minor=1)


def goes_back_in_time(books):
    pays(books)
    books.transfer((books.account, -1_00), (SETTLEMENT, 1_00), at=AT)


def overdraws_what_is_back_by_the_evening(books):
    books.transfer((books.account, -100_01), (SETTLEMENT, 100_01), at=now_of(books))
    books.transfer((books.account, 100_00), (SETTLEMENT, -100_00), at=now_of(books))


def says_another_balance(books):
    pays(books)
    books.balances[books.account] += 1


def holds_what_nobody_asked_for(books):
    books.raw.execute("update accounts_account set held_minor = 1 where id = %s", [books.account])


def test_finds_nothing_where_all_is_well(books):
    pays(books)
    books.end()

    loading.verify(books.raw, after=books.after)


@pytest.mark.parametrize(
    ("breaks", "rule"),
    [
        (pays_and_arrives_short, "sum to zero"),
        (goes_out_and_arrives_nowhere, "two postings or more"),
        (has_no_postings, "two postings or more"),
        (arrives_in_another_currency, "of one currency"),
        (miscounts, "each balance follows"),
        (goes_back_in_time, "no time goes backwards"),
        (overdraws_what_is_back_by_the_evening, "below its limit"),
        (says_another_balance, "what its newest posting says"),
        (holds_what_nobody_asked_for, "sum of the open holds"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_finds_what_breaks_a_rule(books, breaks, rule):
    breaks(books)
    books.end()

    with pytest.raises(loading.DoesNotAddUp, match=rule):
        loading.verify(books.raw, after=books.after)
