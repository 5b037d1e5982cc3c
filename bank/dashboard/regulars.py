"""What will move money on an account, in words: how often, to whom, and where a mandate has come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Account, Beneficiary, DirectDebit, Mandate, ScheduledPayment, StandingOrder
from bank.customers.models import User
from bank.money import Money
from payments import statements

STANDING = {
    Mandate.ACTIVE: "",
    Mandate.CANCELLED: "Canceled",
    Mandate.EXPIRED: "Expired",
    Mandate.SUSPENDED: "Suspended",
}
# OBFrequency6Code, in its order.
FREQUENCIES = {
    "ADHO": "now and then",
    "YEAR": "every year",
    "DAIL": "every day",
    "FRTN": "every two weeks",
    "INDA": "several times a day",
    "MNTH": "every month",
    "QURT": "every three months",
    "MIAN": "every six months",
    "WEEK": "every week",
    "WODL": "every working day",
    "FOWK": "every four weeks",
    "TWMH": "every two months",
    "FOMH": "every four months",
    "FIMH": "every five months",
    "ALMH": "every other month",
    "NONE": "once",
    "LWMH": "on the last working day of the month",
    "LXMH": "on the last such weekday of the month",
    "TWYR": "every two years",
}


@dataclass(frozen=True, kw_only=True)
class Regular:
    """Something that moves money again and again, or once on a later day."""

    who: str
    more: str  # how often, and what for
    next_at: datetime | None
    next_amount: Money | None
    last_at: datetime | None
    last_amount: Money | None
    standing: str  # a word, if it is not in force
    is_once: bool = False


def direct_debits(account: Account) -> list[Regular]:
    """Who may collect from the account; those in force first."""
    return _sorted([_collected(row, currency=account.currency) for row in account.direct_debits.all()])


def standing_orders(account: Account) -> list[Regular]:
    """What the bank pays again and again; those in force first."""
    return _sorted([_repeated(row, currency=account.currency) for row in account.standing_orders.all()])


def scheduled(account: Account) -> list[Regular]:
    """What is to be paid once, the next first."""
    return [_later(row, currency=account.currency) for row in account.scheduled_payments.filter(ended_at=None)]


def payees(account: Account, *, customer: User) -> list[Beneficiary]:
    """Whom the customer pays from here: kept for this account, or for all of the customer's."""
    kept = Beneficiary.objects.filter(Q(account=account) | Q(account=None, customer=customer))
    return sorted(kept, key=lambda payee: str(payee).casefold())


def _sorted(rows: list[Regular]) -> list[Regular]:
    return sorted(rows, key=lambda row: bool(row.standing))


def _collected(row: DirectDebit, *, currency: str) -> Regular:
    return Regular(
        who=row.name,
        more=_how_often(row.mandate),
        next_at=row.next_at,
        next_amount=None,  # whoever collects says how much
        last_at=row.previous_at,
        last_amount=_money(row.previous_minor, currency=currency),
        standing=STANDING[Mandate(row.status)],
    )


def _repeated(row: StandingOrder, *, currency: str) -> Regular:
    reference = statements.reference({"RemittanceInformation": row.remittance, "EndToEndIdentification": ""})
    return Regular(
        who=row.creditor_account.get("Name", ""),
        more=" · ".join(part for part in (_how_often(row.mandate), reference) if part),
        next_at=row.next_at,
        next_amount=_money(row.next_minor, currency=currency),
        last_at=row.last_at,
        last_amount=_money(row.last_minor, currency=currency),
        standing=STANDING[Mandate(row.status)],
    )


def _later(row: ScheduledPayment, *, currency: str) -> Regular:
    return Regular(
        who=row.creditor_account.get("Name", ""),
        more=row.reference,
        next_at=row.due_at,
        next_amount=Money(row.amount_minor, currency),
        last_at=None,
        last_amount=None,
        standing="",
        is_once=True,
    )


def _money(minor: int | None, *, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _how_often(mandate: Mapping[str, Any]) -> str:
    """What a mandate says about its frequency; what the code set does not know is shown as it stands."""
    frequency = str(mandate.get("Frequency", {}).get("Type", ""))
    return FREQUENCIES.get(frequency, frequency)
