"""The customer's accounts: the truth that a TPP's view is held against."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import ledger
from accounts.models import Account, Holder, Unbooked
from bank import ids
from bank.dashboard import amounts
from bank.money import Money
from tests import calls, people
from tests.accounts import given
from tests.consents.visitor import words
from tests.dashboard.guest import Guest, rows

_numbers = itertools.count(10**15)  # of lines that were not booked
READING = (
    "ReadAccountsDetail",
    "ReadBalances",
    "ReadTransactionsDetail",
    "ReadTransactionsCredits",
    "ReadTransactionsDebits",
)


@pytest.fixture
def bills(alice: Guest, now: datetime) -> Account:
    """Alice's account: 250 things have happened, one was refused, one is pending, and one announced."""
    opened = now - timedelta(days=30)
    made = people.account(alice.person, now=opened, balance_minor=500_00, limit_minor=100_00, nickname="Bills")
    for number in range(250):
        line = {"TransactionInformation": f"LINE {number}"}
        amount = -(number % 7 + 1) * 101 if number % 3 else 1234
        given.move(made, amount, now=opened + timedelta(hours=number + 1), details=line)
    ledger.reserve(
        account_id=made.pk,
        amount=Money(12_34, "GBP"),
        for_order=ids.new("pay"),
        counterparty="",
        details={"TransactionInformation": "CAROL, BEANS"},
        now=now,
    )
    for number, (status, at) in enumerate((("RJCT", opened + timedelta(days=3)), ("FUTR", now + timedelta(days=3)))):
        line = {"TransactionInformation": f"{status} {number}"}
        Unbooked.objects.create(
            id=next(_numbers), account=made, status=status, amount_minor=-25_00, at=at, details=line
        )
    made.refresh_from_db()
    return made


def read(bob: calls.Caller, alice: Guest, account: Account) -> Any:
    """What a TPP reads of an account: a function from a path below it to the answer."""
    consent = calls.consent(bob, "account-access", customer=alice.person, accounts=[account], permissions=list(READING))
    token = calls.customers_token(bob, consent)

    def get(path: str) -> Any:
        whole = path if path.startswith("/") else f"{calls.AISP}/accounts/{account.pk}/{path}"
        answer = bob.call("GET", whole, token=token, x_fapi_customer_ip_address="81.2.69.142")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return get


def signed(item: dict[str, Any]) -> Money:
    """The amount of an object of the standard, with its sign."""
    amount = Money.parse(item["Amount"]["Amount"], item["Amount"]["Currency"])
    return amount if item["CreditDebitIndicator"] == "Credit" else -amount


def test_shows_what_a_tpp_reads_line_by_line(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    get, page = read(bob, alice, bills), alice.come_in().get(f"/accounts/{bills.pk}")
    shown, told = [], []
    while page is not None:
        shown += rows(page)
        page = alice.follow(page, "older")
    answer = get("transactions")
    while True:
        told += [
            (
                entry["TransactionId"],
                amounts.movement(signed(entry)),
                amounts.balance(signed(entry["Balance"])) if "Balance" in entry else "",
            )
            for entry in answer["Data"]["Transaction"]
        ]
        if "Next" not in answer["Links"]:
            break
        answer = get("/" + answer["Links"]["Next"].split("/", 3)[3])

    assert len(shown) == 254
    assert shown == told


def test_shows_the_balances_that_a_tpp_reads(alice: Guest, bob: calls.Caller, bills: Account) -> None:
    told = {
        balance["Type"]: amounts.balance(signed(balance))
        for balance in read(bob, alice, bills)("balances")["Data"]["Balance"]
    }

    page = alice.come_in().says(f"/accounts/{bills.pk}")
    first = alice.says()

    assert f"{told['ITBD']} Pending {amounts.MINUS}£12.34" in page
    assert f"Available {told['ITAV']}" in page
    assert f"{told['ITBD']} {told['ITAV']} available" in first


def test_says_what_is_not_booked(alice: Guest, bills: Account) -> None:
    page = alice.come_in().get(f"/accounts/{bills.pk}")
    older = alice.follow(page, "older")

    assert older is not None
    assert f"Announced FUTR 1 {amounts.MINUS}£25.00" in words(page)
    assert f"Pending CAROL, BEANS {amounts.MINUS}£12.34" in words(page)
    assert f"Refused RJCT 0 {amounts.MINUS}£25.00" in words(older)


def test_goes_back_to_newer_pages(alice: Guest, bills: Account) -> None:
    first = alice.come_in().get(f"/accounts/{bills.pk}")
    second = alice.follow(first, "older")
    assert second is not None

    again = alice.follow(second, "newer")

    assert again is not None
    assert rows(again) == rows(first)
    assert rows(second)[0] not in rows(first)


@pytest.mark.parametrize("cursor", ["", "x", "\0", "x" * 10_000])
def test_knows_no_page_of_a_cursor_that_it_did_not_make(alice: Guest, bills: Account, cursor: str) -> None:
    alice.come_in()

    assert alice.get(f"/accounts/{bills.pk}", cursor=cursor).status_code == 404


def test_knows_no_page_of_another_accounts_cursor(alice: Guest, bills: Account, now: datetime) -> None:
    other = people.account(alice.person, now=now)
    page = alice.come_in().get(f"/accounts/{bills.pk}").content.decode()

    cursor = page.split("?cursor=")[1].split('"')[0]

    assert alice.get(f"/accounts/{bills.pk}", cursor=cursor).status_code == 200
    assert alice.get(f"/accounts/{other.pk}", cursor=cursor).status_code == 404


def test_names_what_happened_and_escapes_what_others_wrote(alice: Guest, now: datetime) -> None:
    account = people.account(alice.person, now=now)
    lines = [
        {
            "TransactionInformation": "TESCO STORES WEXBRIDGE",
            "MerchantDetails": {"MerchantName": "Tesco"},
            "CardInstrument": {"CardSchemeName": "VISA", "AuthorisationType": "Contactless"},
            "BankTransactionCode": {"Code": "CCRD", "SubCode": "POSD"},
        },
        {"TransactionInformation": "<b>Evil\u202e</b>"},
        {
            "TransactionInformation": "HOTEL",
            "CurrencyExchange": {
                "SourceCurrency": "EUR",
                "ExchangeRate": 1.17,
                "InstructedAmount": {"Amount": "20.00", "Currency": "EUR"},
            },
        },
    ]
    for line in lines:
        given.move(account, -10_00, now=now, details=line)

    page = alice.come_in().get(f"/accounts/{account.pk}")

    assert "Tesco Card · contactless" in words(page)
    assert "HOTEL EUR 20.00 at 1.17" in words(page)
    assert "&lt;b&gt;Evil&lt;/b&gt;" in page.content.decode()


def test_shows_a_joint_account_to_both_and_says_who_may_only_look(alice: Guest, now: datetime) -> None:
    carol = Guest(people.customer("carol", now=now))
    account = people.account(alice.person, now=now, nickname="Household")
    Holder.objects.create(account=account, customer=carol.person, may_pay=False)

    shown = [guest.come_in().says(f"/accounts/{account.pk}") for guest in (alice, carol)]

    assert ["you may look, not pay" in page for page in shown] == [False, True]
    assert ["Household" in guest.says() for guest in (alice, carol)] == [True, True]


@pytest.mark.parametrize(("status", "word"), [("Disabled", "Frozen"), ("Deleted", "Closed")])
def test_says_what_an_account_has_come_to(alice: Guest, now: datetime, status: str, word: str) -> None:
    account = people.account(alice.person, now=now, balance_minor=0, status=status)

    assert word in alice.come_in().says()
    assert word in alice.says(f"/accounts/{account.pk}")


def test_offers_nothing_to_spend_from_a_loan(alice: Guest, now: datetime) -> None:
    people.account(alice.person, now=now, type_code="LOAN")

    assert "available" not in alice.come_in().says()


def test_masks_the_number_of_a_card(alice: Guest, now: datetime) -> None:
    people.account(alice.person, now=now, scheme="UK.OBIE.PAN", identification="4539571147283906")

    page = alice.come_in().says()

    assert "************3906" in page
    assert "4539571147283906" not in page


def test_says_so_where_nothing_has_happened(alice: Guest, now: datetime) -> None:
    account = people.account(alice.person, now=now, balance_minor=0)

    page = alice.come_in().says(f"/accounts/{account.pk}")

    assert "Nothing has happened on this account yet." in page
    assert "There is none yet." in alice.says(f"/accounts/{account.pk}/statements")
    assert "Nobody collects from this account." in alice.says(f"/accounts/{account.pk}/regular")


@pytest.mark.parametrize(
    ("path", "statements"),
    [("", 4), ("/accounts/{id}", 6), ("/accounts/{id}/regular", 7), ("/accounts/{id}/statements", 4)],
)
def test_costs_few_statements(alice: Guest, bills: Account, path: str, statements: int) -> None:
    path = path.format(id=bills.pk)
    alice.come_in().get(path)

    with CaptureQueriesContext(connection) as queries:
        alice.get(path)

    assert len(queries) == statements, [query["sql"][:90] for query in queries]
