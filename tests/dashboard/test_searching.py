"""Searching an account's entries: what is found, how far back, and what it costs."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import entries, ledger, paging, windows
from accounts.models import Account, Unbooked
from bank import ids
from bank.dashboard import searching
from bank.dashboard.amounts import MINUS
from bank.money import Money
from tests import people
from tests.accounts import given
from tests.accounts.test_transactions_of_all import unbooked
from tests.consents.visitor import words
from tests.dashboard.guest import Guest, rows

TESCO = {
    "TransactionInformation": "CARD PAYMENT TESCO STORES 2041 WEXBRIDGE",
    "MerchantDetails": {"MerchantName": "Tesco"},
    "CardInstrument": {"CardSchemeName": "VISA", "AuthorisationType": "Contactless"},
    "BankTransactionCode": {"Code": "CCRD", "SubCode": "POSD"},
}
CAFE = {"TransactionInformation": "CAFÉ O\N{RIGHT SINGLE QUOTATION MARK}NEILL", "TransactionReference": "ORDER 7781"}
RENT = {
    "TransactionInformation": "RENT",
    "CreditorAccount": {"Name": "Mrs Lamb"},
    "BankTransactionCode": {"Code": "ICDT", "SubCode": "STDO"},
}


@pytest.fixture
def spending(alice: Guest, now: datetime) -> Account:
    """Alice's account: Tesco, the café and the rent by turns, four of each; the money for it was paid in before."""
    made = people.account(alice.person, now=now - timedelta(days=90), balance_minor=9_000_00, nickname="Bills")
    for week in range(4):
        for number, line in enumerate((TESCO, CAFE, RENT)):
            at = now - timedelta(days=70 - 7 * week, hours=number)
            given.move(made, -((1_234_50, 12_00, 6_50)[number] + week), now=at, details=line)
    return made


def found(alice: Guest, account: Account, q: str) -> list[str]:
    """The amounts of what a search finds."""
    page = alice.get(f"/accounts/{account.pk}", q=q)
    assert page.status_code == 200
    return [amount for _id, amount, _balance in rows(page)]


@pytest.mark.parametrize(
    ("q", "amounts"),
    [
        ("tesco", [1_234_53, 1_234_52, 1_234_51, 1_234_50]),
        ("  Stores   TESCO ", [1_234_53, 1_234_52, 1_234_51, 1_234_50]),
        ("contactless", [1_234_53, 1_234_52, 1_234_51, 1_234_50]),
        ("2041", [1_234_53, 1_234_52, 1_234_51, 1_234_50]),
        ("standing lamb", [6_53, 6_52, 6_51, 6_50]),
        ("cafe", [12_03, 12_02, 12_01, 12_00]),
        ("Café", [12_03, 12_02, 12_01, 12_00]),
        ("\N{MATHEMATICAL BOLD CAPITAL C}afe", [12_03, 12_02, 12_01, 12_00]),
        ("7781 12.02", [12_02]),
        ("12", [12_00]),
        ("£12.00", [12_00]),
        (f"{MINUS}£1,234.52", [1_234_52]),
        ("+1234.52", [1_234_52]),
        ("1234.520", [1_234_52]),
        ("6.5", [6_50]),
        ("6.501", []),
        ("£ 12.03", [12_03]),
        ("tesco lamb", []),
        ("tesc%", []),
        ("99999999999999999999", []),
        ("\0", [6_53, 12_03, 1_234_53]),
    ],
)
def test_finds_words_and_amounts(alice: Guest, spending: Account, q: str, amounts: list[int]) -> None:
    shown = found(alice.come_in(), spending, q)

    told = [f"{MINUS}{Money(minor, 'GBP').written}" for minor in amounts]
    assert shown[: len(told)] == told
    assert len(shown) == (13 if q == "\0" else len(told))


def test_finds_what_is_announced_pending_and_refused(alice: Guest, spending: Account, now: datetime) -> None:
    for status, at in (("FUTR", now + timedelta(days=2)), ("RJCT", now - timedelta(days=1))):
        unbooked(spending, -77_00, at, status, details={"TransactionInformation": f"GYM {status}"})
    ledger.reserve(
        account_id=spending.pk, amount=Money(77_00, "GBP"), for_order=ids.new("pay"), counterparty="",
        details={"TransactionInformation": "GYM PDNG"}, now=now,
    )  # fmt: skip
    assert Unbooked.objects.filter(account=spending).count() == 2

    page = words(alice.come_in().get(f"/accounts/{spending.pk}", q="gym 77"))

    assert "3 transactions match “gym 77”." in page
    assert page.index("Announced GYM FUTR") < page.index("Pending GYM PDNG") < page.index("Refused GYM RJCT")


def test_shows_what_was_found_and_nothing_else_of_the_account(alice: Guest, spending: Account) -> None:
    page = alice.come_in().get(f"/accounts/{spending.pk}", q="Lamb <i>")
    html, one = page.content.decode(), alice.get(f"/accounts/{spending.pk}", q="12.01")

    assert "No transactions match “Lamb <i>”." in words(page)
    assert "<i>" not in html
    assert 'value="Lamb &lt;i&gt;"' in html
    assert "Nothing has happened" not in html
    assert 'id="balance"' not in html
    assert "1 transaction matches “12.01”." in words(one)
    assert f'<a href="/dashboard/accounts/{spending.pk}" id="all">' in one.content.decode()


@pytest.mark.parametrize("q", ["", " ", "£", "- ·"])
def test_shows_the_account_where_nothing_is_asked_for(alice: Guest, spending: Account, q: str) -> None:
    page = alice.come_in().get(f"/accounts/{spending.pk}", q=q)

    assert 'id="balance"' in page.content.decode()
    assert len(rows(page)) == 13


def test_offers_no_search_where_nothing_has_happened(alice: Guest, now: datetime) -> None:
    empty = people.account(alice.person, now=now, balance_minor=0)

    assert "Search transactions" not in alice.come_in().says(f"/accounts/{empty.pk}")


class TestFarBack:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Six entries are looked through at once, three by a statement; a page has two."""
        monkeypatch.setattr(searching, "BATCH_ROWS", 3)
        monkeypatch.setattr(searching, "LOOKED_THROUGH_ROWS", 6)
        monkeypatch.setattr(paging, "PAGE_ROWS", 2)

    @pytest.mark.parametrize("q", ["tesco", "cafe", "lamb", "a", "12.00"])
    def test_finds_each_entry_once_by_looking_on(self, alice: Guest, spending: Account, q: str) -> None:
        everything = self._every(alice.come_in(), spending, q="")

        seen = self._every(alice, spending, q=q)

        assert seen == [row for row in everything if row in seen]
        assert len(seen) == {"12.00": 1, "a": 13}.get(q, 4)

    def test_says_how_far_it_has_looked(self, alice: Guest, spending: Account) -> None:
        first = alice.come_in().get(f"/accounts/{spending.pk}", q="7781 12.00")

        second = alice.follow(first, "older")

        assert second is not None
        third = alice.follow(second, "older")
        assert third is not None
        again = alice.follow(third, "newer")
        assert again is not None
        assert "No transactions match “7781 12.00”, looking back to" in words(first)
        assert "1 further transaction matches “7781 12.00”, looking back to" in words(second)
        assert "No further transactions match “7781 12.00”." in words(third)
        assert ["Search further back" in words(page) for page in (first, second, third)] == [True, True, False]
        assert words(again) == words(first)

    def test_goes_on_with_the_same_words_alone(self, alice: Guest, spending: Account) -> None:
        page = alice.come_in().get(f"/accounts/{spending.pk}", q="tesco").content.decode()

        cursor = page.split("cursor=")[1].split('"')[0]

        assert alice.get(f"/accounts/{spending.pk}", q="tesco", cursor=cursor).status_code == 200
        assert alice.get(f"/accounts/{spending.pk}", q="lamb", cursor=cursor).status_code == 404
        assert alice.get(f"/accounts/{spending.pk}", cursor=cursor).status_code == 404

    def test_reads_so_many_entries_and_no_more(self, alice: Guest, spending: Account) -> None:
        alice.come_in()
        with CaptureQueriesContext(connection) as queries:
            alice.get(f"/accounts/{spending.pk}", q="nowhere")

        assert len([query for query in queries if "accounts_posting" in query["sql"]]) == 2
        assert len(queries) == 5, [query["sql"][:90] for query in queries]

    def _every(self, alice: Guest, account: Account, *, q: str) -> list[tuple[str, str, str]]:
        page, seen = alice.get(f"/accounts/{account.pk}", q=q), []
        while page is not None:
            seen += rows(page)
            page = alice.follow(page, "older")
        return seen


def test_reads_them_by_index_and_only_as_many_as_it_looks_through(spending: Account, now: datetime) -> None:
    values = {
        "accounts": [spending.pk], "from": windows.FIRST, "until": windows.LAST, "at": now, "id": 0, "rows": 5
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off")
        cursor.execute(f"explain (analyze, format json) {entries.OLDER[(True, True)]}", values)
        (told,) = cursor.fetchone()
    nodes = [json.loads(told) if isinstance(told, str) else told]
    scans = []
    while nodes:
        node = nodes.pop()
        nodes += (
            node if isinstance(node, list) else [*node.get("Plans", []), *([node["Plan"]] if "Plan" in node else [])]
        )
        if isinstance(node, dict) and node.get("Relation Name") == "accounts_posting":
            scans.append((node["Node Type"], node["Index Name"], node["Actual Rows"]))

    assert scans == [("Index Scan", "posting_by_account_and_time", 5)]
