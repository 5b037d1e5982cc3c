"""GET /accounts/{AccountId}/transactions: what is shown of an entry, which entries, and in which pages."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from accounts import ledger, paging, permissions
from bank.money import Money
from tests import calls
from tests.accounts import conftest, given

CARD = "4539571147283906"
BASIC = ("ReadTransactionsBasic", "ReadTransactionsCredits", "ReadTransactionsDebits")
DETAIL = ("ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits")
BRANCH = {"SchemeName": "UK.OBIE.BICFI", "Identification": "TESTGB2LXXX"}
EVERYTHING = {
    "TransactionInformation": "COFFEE",
    "TransactionReference": "REF-1",
    "BankTransactionCode": {"Code": "CCRD", "SubCode": "POSD"},
    "MerchantDetails": {"MerchantName": "Copper Kettle", "MerchantCategoryCode": "5814"},
    "CardInstrument": {"CardSchemeName": "VISA", "Identification": CARD},
    "CreditorAgent": BRANCH,
    "CreditorAccount": {"SchemeName": "UK.OBIE.PAN", "Identification": CARD},
    "DebtorAgent": BRANCH,
    "DebtorAccount": {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "04000410000001"},
    "UltimateCreditor": {"Name": "Carol"},
    "UltimateDebtor": {"Name": "Alice"},
    "IntermediaryAgent1": {"Name": "Bank One"},
    "IntermediaryAgent2": {"Name": "Bank Two"},
    "IntermediaryAgent3": {"Name": "Bank Three"},
    "NotAFieldOfTheStandard": "never shown",
}
NO_DATES = ["", "soon", "2026-02-30", "2026-13-01", "2026-03-01T25:00:00", "%EF%BC%91%EF%BC%92", "0000-01-01"]
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def reserve(account, minor, now):
    order = given.order_id()
    ledger.reserve(
        account_id=account.pk,
        amount=Money(minor, "GBP"),
        for_order=order,
        counterparty="",
        details={"TransactionInformation": "TO BOB"},
        now=now,
    )
    return order


def read(reader, account, query=""):
    return reader.read(f"accounts/{account.pk}/transactions{query}")


def amounts(answer):
    signs = {"Credit": "", "Debit": "-"}
    return [
        signs[row["CreditDebitIndicator"]] + row["Amount"]["Amount"] for row in answer["Data"].get("Transaction", [])
    ]


def follow(reader, link):
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}" == settings.MTLS_URL
    return reader.read(f"{parts.path}?{parts.query}" if parts.query else parts.path)


@pytest.fixture
def account():
    """Five days: 1.00 came in on the first, 2.00 on the second, and so on; each day 0.10 went out."""
    made = given.account(now=START, opened_at=START - timedelta(days=1))
    for day in range(5):
        given.move(made, (day + 1) * 100, now=START + timedelta(days=day))
        given.move(made, -10, now=START + timedelta(days=day, hours=1))
    return made


class TestFields:
    def test_shows_everything_under_detail(self, consented, now):
        account = given.account(now=now)
        given.move(account, 5_00, now=now, details=EVERYTHING)

        (shown,) = read(consented([account], [*DETAIL, "ReadPAN"]), account)["Data"]["Transaction"]

        assert permissions.DETAIL_FIELDS["ReadTransactionsDetail"] <= shown.keys()
        assert "NotAFieldOfTheStandard" not in shown
        assert (shown["Status"], shown["TransactionMutability"]) == ("BOOK", "Immutable")
        assert shown["Balance"] == {
            "CreditDebitIndicator": "Credit",
            "Type": "ITBD",
            "Amount": {"Amount": "5.00", "Currency": "GBP"},
        }

    def test_hides_the_detail_fields_under_basic(self, consented, now):
        account = given.account(now=now)
        given.move(account, 5_00, now=now, details=EVERYTHING)

        (shown,) = read(consented([account], BASIC), account)["Data"]["Transaction"]

        assert not shown.keys() & permissions.DETAIL_FIELDS["ReadTransactionsDetail"]
        assert shown.keys() >= {"TransactionId", "TransactionReference", "BankTransactionCode", "CardInstrument"}

    @pytest.mark.parametrize(("more", "number"), [([], "************3906"), (["ReadPAN"], CARD)])
    def test_masks_card_numbers_without_their_permission(self, consented, now, more, number):
        account = given.account(now=now)
        given.move(account, 5_00, now=now, details=EVERYTHING)

        (shown,) = read(consented([account], [*DETAIL, *more]), account)["Data"]["Transaction"]

        assert shown["CardInstrument"]["Identification"] == number
        assert shown["CreditorAccount"]["Identification"] == number
        assert shown["DebtorAccount"]["Identification"] == "04000410000001"

    @pytest.mark.parametrize(
        ("held", "seen"),
        [
            (["ReadTransactionsCredits"], ["5.00", "4.00", "3.00", "2.00", "1.00"]),
            (["ReadTransactionsDebits"], ["-0.10"] * 5),
        ],
    )
    def test_shows_one_direction_alone(self, consented, account, held, seen):
        answer = read(consented([account], ["ReadTransactionsBasic", *held]), account)

        assert amounts(answer) == seen

    def test_names_every_entry_for_good(self, consented, account):
        reader = consented([account])

        first, second = read(reader, account), read(reader, account)

        names = [row["TransactionId"] for row in first["Data"]["Transaction"]]
        assert names == [row["TransactionId"] for row in second["Data"]["Transaction"]]
        assert len(set(names)) == 10


class TestPending:
    def test_shows_a_payment_as_pending_and_then_as_booked(self, consented, now):
        alice, bob = given.account(balance="100.00", now=now), given.account(now=now)
        reader, order = consented([alice]), reserve(alice, 30_00, now)

        before = read(reader, alice)["Data"]["Transaction"]
        ledger.settle(
            for_order=order,
            kind="payment",
            creditor_account_id=bob.pk,
            creditor_counterparty="",
            creditor_details={},
            now=now,
        )
        after = read(reader, alice)["Data"]["Transaction"]

        assert [(row["Status"], row["Amount"]["Amount"]) for row in before] == [("PDNG", "30.00"), ("BOOK", "100.00")]
        assert before[0]["TransactionInformation"] == "TO BOB"
        assert (before[0]["TransactionMutability"], "Balance" in before[0]) == ("Mutable", False)
        assert [(row["Status"], row["Balance"]["Amount"]["Amount"]) for row in after] == [
            ("BOOK", "70.00"),
            ("BOOK", "100.00"),
        ]

    def test_forgets_a_payment_that_was_released(self, consented, now):
        alice = given.account(balance="100.00", now=now)
        order = reserve(alice, 30_00, now)
        ledger.release(for_order=order, now=now)

        assert amounts(read(consented([alice]), alice)) == ["100.00"]

    def test_hides_pending_payments_where_debits_are_not_shown(self, consented, now):
        alice = given.account(balance="100.00", now=now)
        reserve(alice, 30_00, now)

        answer = read(consented([alice], ["ReadTransactionsDetail", "ReadTransactionsCredits"]), alice)

        assert amounts(answer) == ["100.00"]

    def test_filters_pending_payments_by_when_they_were_placed(self, consented, now):
        alice = given.account(balance="100.00", now=now - timedelta(days=3))
        reserve(alice, 30_00, now)
        reader, yesterday = consented([alice]), (now - timedelta(days=1)).date()

        assert amounts(read(reader, alice, f"?toBookingDateTime={yesterday}")) == ["100.00"]
        assert amounts(read(reader, alice, f"?fromBookingDateTime={yesterday}")) == ["-30.00"]

    def test_finds_pending_payments_behind_very_many_that_ended(self, consented, now, monkeypatch):
        monkeypatch.setattr(ledger, "HOLDS_PAGE_ROWS", 2)
        alice = given.account(balance="100.00", now=now)
        reserve(alice, 30_00, now)
        for _ in range(4):
            ledger.release(for_order=reserve(alice, 1_00, now + timedelta(seconds=1)), now=now)

        assert amounts(read(consented([alice]), alice)) == ["-30.00", "100.00"]


class TestWindow:
    @pytest.mark.parametrize(
        ("query", "credits"),
        [
            ("", "54321"),
            ("?fromBookingDateTime=2026-03-03", "543"),
            ("?toBookingDateTime=2026-03-03", "321"),
            ("?fromBookingDateTime=2026-03-02&toBookingDateTime=2026-03-04", "432"),
            ("?fromBookingDateTime=2026-03-02T12:00:00&toBookingDateTime=2026-03-04T12:00:00", "432"),
            ("?fromBookingDateTime=2026-03-02T12:00:01", "543"),
            ("?toBookingDateTime=2026-03-04T11:59:59", "321"),
            ("?toBookingDateTime=2026-03-04T12:00:00%2B05:00", "4321"),
            ("?toBookingDateTime=2026-03-04T12:00:00Z", "4321"),
            ("?fromBookingDateTime=20260303T1200", "543"),
            ("?fromBookingDateTime=2026-062", "543"),
            ("?fromBookingDateTime=2026-W10-2", "543"),
            ("?fromBookingDateTime=1999-01-01", "54321"),
            ("?fromBookingDateTime=2030-01-01", ""),
            ("?fromBookingDateTime=2026-03-04&toBookingDateTime=2026-03-02", ""),
            ("?toBookingDateTime=9999-12-31", "54321"),
        ],
    )
    def test_filters_by_booking_date(self, consented, account, query, credits):  # noqa: A002 - the standard's word
        reader = consented([account], ["ReadTransactionsBasic", "ReadTransactionsCredits"])

        assert "".join(amount[0] for amount in amounts(read(reader, account, query))) == credits

    @pytest.mark.parametrize("bound", ["fromBookingDateTime", "toBookingDateTime"])
    @pytest.mark.parametrize("text", NO_DATES)
    def test_refuses_what_is_no_date(self, consented, account, bound, text):
        answer = consented([account]).call(f"accounts/{account.pk}/transactions?{bound}={text}")

        assert (answer.status_code, calls.error(answer)["ErrorCode"], calls.error(answer)["Path"]) == (
            400,
            "U003",
            bound,
        )

    @pytest.mark.parametrize(
        ("days", "query", "credits"),
        [
            ((2, None), "", "5432"),
            ((None, 4), "", "4321"),
            ((2, 4), "", "432"),
            ((2, 4), "?fromBookingDateTime=2026-03-03", "43"),
            ((2, 4), "?fromBookingDateTime=2026-02-01&toBookingDateTime=2026-03-30", "432"),
            ((2, 3), "?fromBookingDateTime=2026-03-04", ""),
        ],
    )
    def test_never_leaves_the_consents_window(self, consented, account, days, query, credits):  # noqa: A002 - the standard's word
        from_at, to_at = (day and START.replace(day=day) for day in days)
        held = ["ReadTransactionsBasic", "ReadTransactionsCredits"]
        reader = consented([account], held, from_at=from_at, to_at=to_at)

        assert "".join(amount[0] for amount in amounts(read(reader, account, query))) == credits

    def test_tells_what_could_be_there(self, consented, account):
        answer = read(consented([account], from_at=START.replace(day=2), to_at=START.replace(day=4)), account)

        assert answer["Meta"] == {
            "FirstAvailableDateTime": "2026-03-02T12:00:00.000+00:00",
            "LastAvailableDateTime": "2026-03-04T12:00:00.000+00:00",
        }

    def test_tells_nothing_where_nothing_could_be(self, consented, account):
        answer = read(consented([account], to_at=START - timedelta(days=9)), account)

        assert (answer["Meta"], answer["Data"]) == ({}, {"Transaction": []})


class TestPages:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(paging, "PAGE_ROWS", 4)

    def test_walks_through_every_entry_once(self, consented, account):
        reader = consented([account])
        page, seen, pages = read(reader, account), [], 0

        while True:
            seen += [row["TransactionId"] for row in page["Data"]["Transaction"]]
            pages += 1
            if "Next" not in page["Links"]:
                break
            page = follow(reader, page["Links"]["Next"])

        assert (len(seen), len(set(seen)), pages) == (10, 10, 3)
        assert "Prev" in page["Links"]

    def test_walks_back_the_same_way(self, consented, account):
        reader = consented([account])
        first = read(reader, account)
        second = follow(reader, first["Links"]["Next"])
        third = follow(reader, second["Links"]["Next"])

        back = follow(reader, third["Links"]["Prev"])
        start = follow(reader, back["Links"]["Prev"])

        assert back["Data"] == second["Data"]
        assert start["Data"] == first["Data"]
        assert "Prev" not in start["Links"]
        assert follow(reader, third["Links"]["First"])["Data"] == first["Data"]

    def test_loses_nothing_when_entries_come_in_between(self, consented, account, now):
        reader = consented([account])
        first = read(reader, account)
        given.move(account, 9_00, now=now)
        reserve(account, 1_00, now)

        second = follow(reader, first["Links"]["Next"])

        whole = read(reader, account)["Data"]["Transaction"]
        assert second["Data"]["Transaction"][0] not in first["Data"]["Transaction"]
        assert [row["Status"] for row in whole] == ["PDNG"] + ["BOOK"] * 4
        assert {row["Status"] for row in second["Data"]["Transaction"]} == {"BOOK"}

    def test_shows_a_page_of_exactly_all_without_a_next(self, consented, now):
        account = given.account(now=now)
        for _ in range(4):
            given.move(account, 1, now=now)

        assert read(consented([account]), account)["Links"].keys() == {"Self", "First"}

    def test_carries_the_filter_through_all_links(self, consented, account):
        reader = consented([account])
        page = read(reader, account, "?fromBookingDateTime=2026-03-02&toBookingDateTime=2026-03-04")
        seen = amounts(page)

        page = follow(reader, page["Links"]["Next"])

        seen += amounts(page)
        assert seen == ["-0.10", "4.00", "-0.10", "3.00", "-0.10", "2.00"]
        assert all("fromBookingDateTime=2026-03-02" in link for link in page["Links"].values())

    def test_refuses_a_cursor_that_was_changed_or_made_for_something_else(self, consented, account, now):
        other, reader = given.account(now=now), consented([account])
        cursor = urlsplit(read(reader, account)["Links"]["Next"]).query.removeprefix("cursor=")
        foreign = consented([account, other])

        edited = ("B" if cursor.startswith("A") else "A") + cursor[1:]
        tried = {
            "edited": reader.call(f"accounts/{account.pk}/transactions?cursor={edited}"),
            "cut": reader.call(f"accounts/{account.pk}/transactions?cursor={cursor[:-1]}"),
            "longer": reader.call(f"accounts/{account.pk}/transactions?cursor={cursor}A"),
            "empty": reader.call(f"accounts/{account.pk}/transactions?cursor="),
            "no letters": reader.call(f"accounts/{account.pk}/transactions?cursor=%C3%A9"),
            "filter": reader.call(f"accounts/{account.pk}/transactions?cursor={cursor}&fromBookingDateTime=2026-03-01"),
            "consent": foreign.call(f"accounts/{account.pk}/transactions?cursor={cursor}"),
            "account": foreign.call(f"accounts/{other.pk}/transactions?cursor={cursor}"),
        }

        assert {
            name: (answer.status_code, calls.error(answer)["ErrorCode"]) for name, answer in tried.items()
        } == dict.fromkeys(tried, (400, "U002"))


def test_answers_an_account_without_entries_with_an_empty_list(consented, now):
    account = given.account(now=now)

    answer = read(consented([account]), account)

    assert answer["Data"] == {"Transaction": []}


def test_keeps_to_two_statements_on_every_page(consented, account, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(paging, "PAGE_ROWS", 4)
    reader = consented([account], conftest.ALL)
    link = read(reader, account)["Links"]["Next"]

    with django_assert_num_queries(3):  # the third, and first, reads the token
        follow(reader, link)
