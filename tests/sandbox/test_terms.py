"""What products take and pay each month, as the documents' lives go: fees once they cost something, and cashback."""

import json
from datetime import UTC, datetime, timedelta

from bank.sandbox.life import checking, histories, lives

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)


def booked(product, *, months):
    """What the bank booked by its own names on an account of a product, by day."""
    account = {"key": "main", "product": product, "opens_with": "500.00"}
    document = {"customer": {"username": "dora", "password": "dora-pays", "name": "Dora Dean"}, "months": months}
    one = lives.ready(checking.read(json.dumps(document | {"accounts": [account]}).encode()), arrived_on=NOW.date())
    days = histories.tell([one], until=NOW.date() - timedelta(days=1), evening=histories.Evening())
    return [
        (day, event.details["ProprietaryBankTransactionCode"]["Code"], event.amount_minor)
        for day, events in days
        for event in events
        if "ProprietaryBankTransactionCode" in event.details
    ]


def test_takes_no_monthly_fee_while_the_product_is_free_of_it():
    fees = booked("business", months=15)

    assert [(day.isoformat(), own, amount) for day, own, amount in fees] == [
        (f"2026-0{month}-01", "Monthly", -8_50) for month in (7, 8, 9)
    ]


def test_pays_cashback_every_month():
    told = booked("plus", months=2)

    assert [(own, amount) for _day, own, amount in told] == [("Monthly", -5_00), ("Cashback", 3_00)] * 2
