"""GET /transactions: all accounts merged; announced, refused and changeable lines; references of statements."""

import itertools
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection

from accounts import entries, paging, statements, windows
from accounts.models import Unbooked
from bank.outbox import sql, unit
from tests.accounts import conftest, given
from tests.accounts.test_transactions import EVERYTHING, amounts, reserve

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOTH = (True, True)


def unbooked(account, minor, at, status, **more):
    (number,) = sql.prepared("select nextval('accounts_posting_id_seq')").fetchone()
    return Unbooked.objects.create(id=number, account=account, amount_minor=minor, at=at, status=status, **more)


def follow(reader, path):
    """Every entry of every page, following the links."""
    found = []
    while path:
        page = reader.read(path)
        found.append(page["Data"]["Transaction"])
        path = (
            urlsplit(page["Links"]["Next"])._replace(scheme="", netloc="").geturl() if "Next" in page["Links"] else ""
        )
    return found


@pytest.fixture
def two(db):
    """Two accounts on which money came in by turns: 1.00, 2.00, 3.00, … each an hour later, twice at one instant."""
    made = [given.account(now=START, opened_at=START - timedelta(days=1)) for _ in range(2)]
    for number in range(1, 10):
        given.move(made[number % 2], number * 100, now=START + timedelta(hours=number - number // 9))
    return made


class TestAllAccounts:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(paging, "PAGE_ROWS", 4)

    def test_merges_them_by_when_they_were_booked(self, consented, two):
        seen = follow(consented(two), "transactions")

        assert [amounts({"Data": {"Transaction": page}}) for page in seen] == [
            ["9.00", "8.00", "7.00", "6.00"],
            ["5.00", "4.00", "3.00", "2.00"],
            ["1.00"],
        ]
        assert [row["AccountId"] for row in itertools.chain(*seen)] == [
            two[number % 2].pk for number in range(9, 0, -1)
        ]

    def test_holds_what_each_account_shows_alone(self, consented, two):
        reserve(two[0], 1_00, START + timedelta(days=1))
        unbooked(two[1], -5_00, START + timedelta(days=2), "RJCT")
        reader = consented(two)

        together = list(itertools.chain(*follow(reader, "transactions")))
        alone = [row for one in two for page in follow(reader, f"accounts/{one.pk}/transactions") for row in page]

        assert sorted(together, key=str) == sorted(alone, key=str)

    def test_goes_back_the_way_it_came(self, consented, two):
        reader = consented(two)
        first = reader.read("transactions")
        second = reader.read(first["Links"]["Next"].partition("7444")[2])
        third = reader.read(second["Links"]["Next"].partition("7444")[2])

        back = reader.read(third["Links"]["Prev"].partition("7444")[2])
        start = reader.read(back["Links"]["Prev"].partition("7444")[2])

        assert (back["Data"], start["Data"]) == (second["Data"], first["Data"])
        assert "Prev" not in start["Links"]

    def test_shows_no_account_that_the_consent_leaves_out(self, consented, two):
        given.move(other := given.account(now=START), 77_00, now=START)

        seen = list(itertools.chain(*follow(consented(two), "transactions")))

        assert other.pk not in {row["AccountId"] for row in seen}
        assert len(seen) == 9

    def test_keeps_to_the_filter_and_the_consents_window(self, consented, two):
        reader = consented(two, from_at=START + timedelta(hours=3), to_at=START + timedelta(hours=6))

        seen = itertools.chain(*follow(reader, "transactions?fromBookingDateTime=2026-03-01T16:00:00"))

        assert amounts({"Data": {"Transaction": list(seen)}}) == ["6.00", "5.00", "4.00"]

    def test_keeps_to_two_statements_after_the_token(self, consented, two, django_assert_num_queries):
        reader = consented(two, conftest.ALL)
        reader.read("transactions")

        with django_assert_num_queries(4):  # the token, the count of use, and these two
            reader.read("transactions")

    def test_finds_its_pages_by_index(self, two):
        """Whatever the planner believes of tables this small: what the statement allows it to do."""
        values = {
            "accounts": [one.pk for one in two],
            "from": windows.FIRST,
            "until": windows.LAST,
            "at": START + timedelta(hours=5),
            "id": 0,
            "rows": 5,
            "holds": 200,
            "statement": "none",
        }
        with connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
            for written in (entries.FIRST, entries.OLDER, entries.NEWER, entries.COVERED_FIRST, entries.COVERED_OLDER):
                cursor.execute(f"explain {written[BOTH]}", values)
                plan = "\n".join(row for (row,) in cursor.fetchall())
                assert "Seq Scan" not in plan, plan
                assert "using posting_by_account_and_time" in plan, plan
                conditions = [row for row in plan.splitlines() if "Index Cond" in row and "booked_at" in row]
                assert all("ROW(booked_at, id)" in row for row in conditions), plan


class TestLinesThatAreNotBooked:
    def test_shows_what_is_announced_first_then_pending_then_the_rest(self, consented, now):
        account = given.account(now=now - timedelta(days=3), balance="100.00")
        reserve(account, 1_00, now - timedelta(days=2))
        unbooked(account, -2_00, now - timedelta(days=1), "RJCT", details=EVERYTHING)
        given.move(account, 3_00, now=now - timedelta(hours=1))
        unbooked(account, -4_00, now + timedelta(days=1), "FUTR")
        unbooked(account, 5_00, now + timedelta(days=2), "FUTR", details={"TransactionInformation": "SALARY"})

        shown = consented([account]).read(f"accounts/{account.pk}/transactions")["Data"]["Transaction"]

        assert [(row["Status"], row["Amount"]["Amount"], row["TransactionMutability"]) for row in shown] == [
            ("FUTR", "5.00", "Mutable"),
            ("FUTR", "4.00", "Mutable"),
            ("PDNG", "1.00", "Mutable"),
            ("BOOK", "3.00", "Immutable"),
            ("RJCT", "2.00", "Immutable"),
            ("BOOK", "100.00", "Immutable"),
        ]
        assert all("Balance" not in row and "ValueDateTime" not in row for row in shown if row["Status"] != "BOOK")
        assert shown[0]["TransactionInformation"] == "SALARY"

    def test_forgets_them_when_they_end(self, consented, now):
        account = given.account(now=now)
        unbooked(account, -4_00, now + timedelta(days=1), "FUTR", ended_at=now)

        assert consented([account]).read(f"accounts/{account.pk}/transactions")["Data"]["Transaction"] == []

    @pytest.mark.parametrize(
        ("held", "more", "query", "seen"),
        [
            ("ReadTransactionsCredits", {}, "", ["5.00"]),
            ("ReadTransactionsDebits", {}, "", ["-4.00", "-2.00"]),
            ("ReadTransactionsDebits", {"to_at": START + timedelta(days=9)}, "", ["-2.00"]),
            ("ReadTransactionsDebits", {"from_at": START + timedelta(days=9)}, "", ["-4.00"]),
            ("ReadTransactionsDebits", {}, "?toBookingDateTime=2026-03-05", ["-2.00"]),
            ("ReadTransactionsDebits", {}, "?fromBookingDateTime=2026-03-05", ["-4.00"]),
        ],
    )
    def test_keeps_them_to_direction_window_and_filter(self, consented, held, more, query, seen):
        account = given.account(now=START)
        unbooked(account, -2_00, START, "RJCT")
        unbooked(account, -4_00, START + timedelta(days=20), "FUTR")
        unbooked(account, 5_00, START + timedelta(days=20), "FUTR")

        shown = consented([account], ["ReadTransactionsBasic", held], **more).read(f"transactions{query}")

        assert amounts(shown) == seen

    def test_pages_through_them_as_through_all_others(self, consented, monkeypatch):
        monkeypatch.setattr(paging, "PAGE_ROWS", 2)
        account = given.account(now=START)
        for number in range(1, 8):
            if number % 2:
                given.move(account, number * 100, now=START + timedelta(hours=1))
            else:
                unbooked(account, number * 100, START + timedelta(hours=1), "RJCT")

        seen = [amounts({"Data": {"Transaction": page}}) for page in follow(consented([account]), "transactions")]

        assert seen == [["7.00", "6.00"], ["5.00", "4.00"], ["3.00", "2.00"], ["1.00"]]

    def test_says_of_a_booked_line_that_it_may_change_where_it_may(self, consented, now):
        account = given.account(now=now)
        given.move(account, 1_00, now=now, details={"TransactionMutability": "Mutable"})

        (shown,) = consented([account]).read("transactions")["Data"]["Transaction"]

        assert (shown["Status"], shown["TransactionMutability"]) == ("BOOK", "Mutable")


class TestStatementReferences:
    def test_name_every_statement_that_lists_an_entry(self, consented, two):
        one, other = two
        for kind, days in (("RegularPeriodic", 1), ("Annual", 300)):
            ends_at = START + timedelta(days=days)
            statements.make(one.pk, starts_at=START + timedelta(hours=3), ends_at=ends_at, kind=kind, now=ends_at)

        shown = consented(two).read("transactions")["Data"]["Transaction"]

        told = {row["Amount"]["Amount"]: row.get("StatementReference") for row in shown if row["AccountId"] == one.pk}
        listed = ["ANNUAL 2026-12-26", "STATEMENT 2026-03-02"]
        assert told["2.00"] is None
        assert [sorted(told[amount]) for amount in ("4.00", "6.00", "8.00")] == [listed] * 3
        assert all("StatementReference" not in row for row in shown if row["AccountId"] == other.pk)


def test_loses_and_doubles_nothing_while_others_write(committed, now, monkeypatch):
    """Two accounts that are booked on all the time, on a connection of its own, while all pages are walked."""
    monkeypatch.setattr(paging, "PAGE_ROWS", 7)
    with unit.work():
        two = [given.account(now=now) for _ in range(2)]
        for number in range(60):
            given.move(two[number % 2], 1 + number, now=now + timedelta(seconds=number // 4))
    there = set(range(1, 61))
    done = threading.Event()

    def write():
        for number in itertools.count(1000):
            if done.is_set():
                break
            with unit.work():
                given.move(two[number % 2], number, now=now + timedelta(seconds=30))
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        walks = [walk(two) for _ in range(4)]
    finally:
        done.set()
        writer.join()

    for seen in walks:
        assert there <= set(seen)
        assert len(seen) == len(set(seen))


def walk(accounts):
    seen, cursor = [], None
    while True:
        page = entries.page(*(account.pk for account in accounts), window=windows.Window(), shows=BOTH, cursor=cursor)
        seen += [entry.amount_minor for entry in page.entries]
        cursor = page.older
        if cursor is None:
            return seen
