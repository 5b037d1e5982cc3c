"""GET /accounts/{AccountId}/balances."""

from accounts import ledger
from bank.money import Money
from tests.accounts import given


def shown(answer):
    return {row["Type"]: row for row in answer["Data"]["Balance"]}


def test_shows_booked_expected_and_available(consented, now):
    account = given.account(balance="100.00", now=now)
    ledger.reserve(
        account_id=account.pk,
        amount=Money(30_00, "GBP"),
        for_order=given.order_id(),
        counterparty="",
        details={},
        now=now,
    )

    balances = shown(consented([account]).read(f"accounts/{account.pk}/balances"))

    assert {kind: row["Amount"]["Amount"] for kind, row in balances.items()} == {
        "ITBD": "100.00",
        "XPCD": "70.00",
        "ITAV": "70.00",
    }
    assert {row["CreditDebitIndicator"] for row in balances.values()} == {"Credit"}
    assert not any("CreditLine" in row for row in balances.values())


def test_counts_the_overdraft_into_what_is_available(consented, now):
    account = given.account(overdraft="500.00", now=now)
    given.move(account, -120_00, now=now)

    balances = shown(consented([account]).read(f"accounts/{account.pk}/balances"))

    line = {"Type": "Pre-Agreed", "Amount": {"Amount": "500.00", "Currency": "GBP"}}
    assert (balances["ITBD"]["CreditDebitIndicator"], balances["ITBD"]["Amount"]["Amount"]) == ("Debit", "120.00")
    assert balances["ITBD"]["CreditLine"] == [{"Included": False, **line}]
    assert (balances["ITAV"]["CreditDebitIndicator"], balances["ITAV"]["Amount"]["Amount"]) == ("Credit", "380.00")
    assert balances["ITAV"]["CreditLine"] == [{"Included": True, **line}]


def test_shows_nothing_as_a_credit_of_zero(consented, now):
    account = given.account(now=now)

    balances = shown(consented([account]).read(f"accounts/{account.pk}/balances"))

    assert {(row["CreditDebitIndicator"], row["Amount"]["Amount"]) for row in balances.values()} == {("Credit", "0.00")}
