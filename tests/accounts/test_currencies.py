"""Accounts in other currencies: what they come to in pounds, by rates that the bank has written down, and together."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import ledger, rates, statements
from accounts.models import ExchangeRate
from bank.money import Money
from bank.sandbox.life import market
from tests.accounts import given

OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)


def quote(currency, on, per_pound):
    """A rate of days far ahead of any that the town's market has quoted."""
    rates.quote([ExchangeRate(currency=currency, quoted_on=on, per_pound=Decimal(per_pound))])


def francs(amount, *, now):
    """An account in francs with so much on it."""
    made, scheme = (
        given.account(currency="CHF", now=now, **more) for more in ({}, {"kind": "settlement", "overdraft": "999.00"})
    )
    minor = Money.parse(amount, "CHF").minor
    legs = [ledger.Leg(account_id=scheme.pk, amount_minor=-minor), ledger.Leg(account_id=made.pk, amount_minor=minor)]
    ledger.transfer(kind="invoice", legs=legs, now=now)
    return made


@pytest.fixture
def dearer(db, now):
    """Francs, which the town's market does not know: 1.1 to the pound yesterday, 1.25 today."""
    quote("CHF", now.date() - timedelta(days=1), "1.1000")
    quote("CHF", now.date(), "1.2500")


def test_tells_a_balance_in_pounds_by_the_last_rate(consented, now, dearer):
    account = francs("100.01", now=now)

    (booked, *_) = (answer := consented([account]).read(f"accounts/{account.pk}/balances"))["Data"]["Balance"]

    assert booked["Amount"] == {"Amount": "100.01", "Currency": "CHF", "SubType": "BCUR"}
    assert booked["LocalAmount"] == {"Amount": "80.01", "Currency": "GBP", "SubType": "LCUR"}
    assert answer["Data"]["TotalValue"] == {"Amount": "100.01", "Currency": "CHF"}


def test_adds_accounts_of_several_currencies_up_in_pounds(consented, now, dearer):
    abroad = francs("100.00", now=now)
    pounds = given.account(balance="20.00", now=now)

    answer = consented([abroad, pounds]).read("balances")

    assert answer["Data"]["TotalValue"] == {"Amount": "100.00", "Currency": "GBP"}
    assert {row["AccountId"] for row in answer["Data"]["Balance"] if "LocalAmount" in row} == {abroad.pk}


@pytest.mark.parametrize("owed", [(-50_00, 40_00), (-50_00,)])
def test_tells_no_total_where_more_is_owed_than_there_is(consented, now, owed):
    accounts = [given.account(overdraft="500.00", now=now) for _ in owed]
    for account, minor in zip(accounts, owed, strict=True):
        given.move(account, minor, now=now)

    assert "TotalValue" not in consented(accounts).read("balances")["Data"]


def test_tells_nothing_in_pounds_of_a_currency_without_a_rate(consented, now):
    reader = consented([given.account(currency="JPY", now=now), given.account(now=now)])

    answer = reader.read("balances")["Data"]

    assert "TotalValue" not in answer
    assert not any("LocalAmount" in row for row in answer["Balance"])


def test_keeps_on_a_statement_the_rate_of_its_last_day(consented):
    quote("CHF", date(2026, 3, 30), "1.2000")
    quote("CHF", date(2026, 4, 1), "9.0000")
    account = francs("60.00", now=OPENED)
    with transaction.atomic():
        statements.make(account.pk, starts_at=OPENED, ends_at=datetime(2026, 4, 1, tzinfo=UTC), kind="RegularPeriodic",
            now=datetime(2026, 4, 1, 1, tzinfo=UTC))  # fmt: skip

    (shown,) = consented([account]).read(f"accounts/{account.pk}/statements")["Data"]["Statement"]

    amounts = {item["Type"].removeprefix("UK.OBIE."): item for item in shown["StatementAmount"]}
    assert amounts["ClosingBalance"]["LocalAmount"] == {"Amount": "50.00", "Currency": "GBP", "SubType": "LCUR"}
    assert all(item["LocalAmount"]["Currency"] == "GBP" for item in amounts.values())
    assert shown["TotalValue"] == {"Amount": "60.00", "Currency": "CHF"}


@pytest.mark.parametrize(
    ("amount", "per_pound", "pounds"),
    [
        (Money(100_00, "EUR"), "1.2500", 80_00),
        (Money(-100_00, "EUR"), "1.2500", -80_00),
        (Money(1, "EUR"), "2.0000", 0),
        (Money(3, "EUR"), "2.0000", 2),
        (Money(190, "JPY"), "190.0000", 1_00),
        (Money(500, "KWD"), "0.4000", 1_25),
    ],
    ids=str,
)
def test_changes_minor_units_into_pence(amount, per_pound, pounds):
    assert rates.in_pounds(amount, per_pound=Decimal(per_pound)) == Money(pounds, "GBP")


def test_keeps_a_rate_as_it_was_quoted(db, now, dearer):
    quote("CHF", now.date(), "7.7777")

    assert rates.newest(["CHF", "GBP"]) == {"CHF": Decimal("1.2500")}
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update accounts_exchangerate set per_pound = 1")


def test_knows_the_rate_of_a_day_for_a_month_after_it_was_quoted(db):
    quoted_on = date(2026, 3, 30)
    quote("SEK", quoted_on, "13.1000")
    days = [quoted_on + timedelta(days=number) for number in (-1, 0, 31, 32)]

    assert rates.on_days("SEK", days) == dict.fromkeys(days[1:3], Decimal("13.1000"))
    assert rates.on_days("GBP", days) == rates.on_days("SEK", []) == {}


def test_quotes_the_town_every_day_for_as_long_as_histories_go(work, now):
    market.quote(now=now)  # as beat does; the days before are there
    market.quote(now=now + timedelta(days=2))

    quoted = ExchangeRate.objects.filter(currency="USD", quoted_on__lte=now.date() + timedelta(days=2))
    assert quoted.count() >= market.DAYS_BACK + 2
    assert quoted.filter(quoted_on=now.date() + timedelta(days=2)).exists()
    assert set(rates.on_days("EUR", [now.date() - timedelta(days=9 * 365)]))
