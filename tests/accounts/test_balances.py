"""GET /accounts/{AccountId}/balances and /balances."""

from datetime import datetime, timedelta

import pytest

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


def test_lists_for_all_accounts_what_each_has(consented, now):
    current, savings = given.account(balance="10.00", now=now), given.account(balance="20.00", now=now)
    reader = consented([current, savings])

    each = [reader.read(f"accounts/{account.pk}/balances")["Data"]["Balance"] for account in (current, savings)]
    rows = reader.read("balances")["Data"]["Balance"]

    assert rows == each[0] + each[1]


def test_is_as_of_the_last_movement(consented, now):
    account = given.account(opened_at=now - timedelta(days=9), now=now)
    reader, order = consented([account]), given.order_id()

    def shown_at():
        balances = reader.read(f"accounts/{account.pk}/balances")["Data"]["Balance"]
        (told,) = {row["DateTime"] for row in balances}
        return datetime.fromisoformat(told)

    seen = [shown_at()]
    given.move(account, 50_00, now=now - timedelta(hours=3))
    seen.append(shown_at())
    reserve = {"account_id": account.pk, "amount": Money(9_00, "GBP"), "for_order": order, "counterparty": ""}
    ledger.reserve(**reserve, details={}, now=now - timedelta(hours=2))
    seen.append(shown_at())
    ledger.release(for_order=order, now=now - timedelta(hours=1))
    seen.append(shown_at())
    assert [now - at for at in seen] == [timedelta(days=9), *(timedelta(hours=hours) for hours in (3, 2, 1))]


def test_calls_a_cards_line_a_credit(consented, now):
    card = given.account(overdraft="100.00", type_code="CARD", now=now)
    given.move(card, -30_00, now=now)

    balances = shown(consented([card]).read(f"accounts/{card.pk}/balances"))

    assert (balances["ITBD"]["CreditDebitIndicator"], balances["ITBD"]["Amount"]["Amount"]) == ("Debit", "30.00")
    assert (balances["ITAV"]["Amount"]["Amount"], balances["ITAV"]["CreditLine"][0]["Type"]) == ("70.00", "Credit")


@pytest.mark.parametrize("type_code", ["LOAN", "MORT"])
def test_calls_nothing_of_a_loan_available(consented, now, type_code):
    loan = given.account(overdraft="5000.00", type_code=type_code, now=now)
    given.move(loan, -5_000_00, now=now)

    balances = shown(consented([loan]).read(f"accounts/{loan.pk}/balances"))

    assert balances.keys() == {"ITBD", "XPCD"}
    assert not any("CreditLine" in row for row in balances.values())
