"""What a customer has agreed with the bank, as rows: mandates, standing orders, payments to come, payees.

Rows follow from the document and the last day that was lived; the histories and the nights fill in when each was used.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connections

from accounts.models import Beneficiary, DirectDebit, Mandate, ScheduledPayment, StandingOrder, Unbooked
from accounts.rendering.atoms import instant
from bank.customers.models import User
from bank.sandbox.life import days, lines, lives
from bank.sandbox.life.books import Refused
from bank.sandbox.life.lives import Life, Spot

YEAR_DAYS = 366
YEAR_MONTHS = 12
KINDS = {1: "MNTH", 3: "QURT", 6: "MIAN", 12: "YEAR"}  # how often, by every how many months
ANNOUNCED_DAYS = 3  # so many days, from tomorrow on: the night lives the day before
NOTE_DEBIT = "update accounts_directdebit set previous_at = %s, previous_minor = %s where id = %s"
NOTE_ORDER = "update accounts_standingorder set last_at = %s, last_minor = %s where id = %s"
Paid = Mapping[str, tuple[datetime, int]]


def next_on(life: Life, row: Mapping[str, Any], *, after: date) -> date | None:
    """The next day on which a mandate or standing order is due; none if it has ended."""
    if row.get("status", "ACTV") != "ACTV":
        return None
    due = (after + timedelta(days=ahead) for ahead in range(1, YEAR_DAYS + 1))
    found = next((day for day in due if days.is_due(row, day)), None)
    return None if found is None or life.is_over(row, found) else found


def _frequency(row: Mapping[str, Any]) -> dict[str, Any]:
    """How often, in the standard's words."""
    if "weekday" in row:
        return {"Type": "WEEK", "PointInTime": f"{row['weekday'] + 1:02}"}
    months, point = row.get("every_months", 1), {"PointInTime": f"{row['day']:02}"}
    if months in KINDS:
        return {"Type": KINDS[months], **point}
    return (
        {"Type": "ADHO"} if YEAR_MONTHS % months else {"Type": "YEAR", "CountPerPeriod": YEAR_MONTHS // months, **point}
    )


def _mandate(life: Life, row: Mapping[str, Any], *, hour: int, minute: int, **more: Any) -> dict[str, Any]:
    """What was agreed about payments that repeat, in the standard's words; hour, minute: of each of them."""
    varies = "varies_percent" in row or not row["amount"][0].isdigit()
    first_on = next(_due(life, row), None)
    is_finite = "final_in_months" in row or row.get("status") == Mandate.EXPIRED
    final_on = list(_due(life, row))[-1] if first_on and is_finite else None
    agreed = {
        **more,
        "Classification": "VARI" if varies else "FIXE",
        "CategoryPurposeCode": row.get("purpose"),
        "FirstPaymentDateTime": instant(lives.at(first_on, hour, minute)) if first_on else None,
        "FinalPaymentDateTime": instant(lives.at(final_on, hour, minute)) if final_on else None,
        "Frequency": _frequency(row),
        "Reason": row.get("reason"),
    }
    return {name: value for name, value in agreed.items() if value is not None}


def _due(life: Life, row: Mapping[str, Any]) -> Iterator[date]:
    """The days on which it is due: all of them where it has an end, else those of a year."""
    day = life.begins_on
    last = day + timedelta(days=YEAR_DAYS)
    if "final_in_months" in row:
        last = lives.months_before(life.arrived_on, -row["final_in_months"])
    elif row.get("status", Mandate.ACTIVE) != Mandate.ACTIVE:
        last = _ended_on(life, row)
    while day <= last:
        if days.is_due(row, day):
            yield day
        day += timedelta(days=1)


def _account(to: Spot | dict[str, Any]) -> dict[str, Any]:
    return to.shown if isinstance(to, Spot) else to


def direct_debits(life: Life, *, until: date) -> Iterator[DirectDebit]:
    """The mandates."""
    for number, row in enumerate(life.document.get("direct_debits", [])):
        collector = _account(life.collector(row["collector"]))
        status = row.get("status", "ACTV")
        next_day = next_on(life, row, after=until)
        yield DirectDebit(
            id=days.mandate_id(life, "direct_debits", number),
            account_id=life.spots[row["account"]].account_id,
            status=status,
            name=collector["Name"][:70],
            collector=collector,
            mandate=_mandate(life, row, hour=3, minute=30, MandateIdentification=row["reference"]),
            next_at=lives.at(next_day, 3, 30) if next_day else None,
            created_at=lives.at(life.begins_on, 9, 0),
            ended_at=None if status == "ACTV" else lives.at(_ended_on(life, row), 9, 0),
        )


def standing_orders(life: Life, *, until: date) -> Iterator[StandingOrder]:
    """The standing orders."""
    for number, row in enumerate(life.document.get("standing_orders", [])):
        next_day, amount = next_on(life, row, after=until), life.minor(row)
        final = row.get("final_in_months")
        yield StandingOrder(
            id=days.mandate_id(life, "standing_orders", number),
            account_id=life.spots[row["account"]].account_id,
            status=row.get("status", "ACTV"),
            creditor_account=_account(life.payee(row["to"])),
            creditor_agent=row["to"].get("bank", {}),
            mandate=_mandate(life, row, hour=1, minute=5),
            remittance=row.get("remittance")
            or {"Structured": [{"CreditorReferenceInformation": {"Reference": row["reference"]}}]},
            number_of_payments=None if final is None else len(list(_due(life, row))),
            first_minor=amount,
            next_at=lives.at(next_day, 1, 5) if next_day else None,
            next_minor=amount if next_day else None,
            final_at=lives.at(lives.months_before(life.arrived_on, -final), 1, 5) if final is not None else None,
            final_minor=amount if final is not None else None,
            created_at=lives.at(life.begins_on, 9, 5),
        )


def _ended_on(life: Life, row: Mapping[str, Any]) -> date:
    return life.arrived_on - timedelta(days=row.get("ended_days_ago", 0))


def scheduled_payments(life: Life) -> Iterator[ScheduledPayment]:
    """The payments on days to come."""
    for number, row in enumerate(life.document.get("scheduled_payments", [])):
        yield ScheduledPayment(
            id=lives.steady_id("sp", life.username, number),
            account_id=life.spots[row["account"]].account_id,
            kind=row["kind"],
            due_at=lives.at(life.arrived_on + timedelta(days=row["in_days"]), 9, 55),
            amount_minor=life.minor(row),
            reference=row.get("reference", ""),
            debtor_reference=row.get("debtor_reference", ""),
            creditor_account=_account(life.payee(row["to"])),
            creditor_agent=row["to"].get("bank", {}),
            created_at=lives.at(life.arrived_on - timedelta(days=1), 12, 0),
        )


def beneficiaries(life: Life, customer: User) -> Iterator[Beneficiary]:
    """Whom the customer pays."""
    for number, row in enumerate(life.document.get("beneficiaries", [])):
        yield Beneficiary(
            id=lives.steady_id("ben", life.username, number),
            customer=customer,
            account_id=life.spots[row["account"]].account_id if "account" in row else None,
            kind=row.get("kind", "Ordinary"),
            reference=row.get("reference", ""),
            creditor_account=_account(life.payee(row["to"])),
            creditor_agent=row["to"].get("bank", {}),
            created_at=lives.at(life.begins_on, 10, number % 60),
        )


def refused(rows: Iterable[Refused]) -> Iterator[Unbooked]:
    """Lines of what was asked of an account and not paid."""
    for row in rows:
        yield Unbooked(
            account_id=row.account_id,
            status=Unbooked.Status.REFUSED,
            amount_minor=row.amount_minor,
            at=row.at,
            details=row.details,
        )


def told(life: Life) -> Iterator[Unbooked]:
    """The lines without money that the document itself tells of."""
    for row in life.document.get("unbooked", []):
        is_refused = "days_ago" in row
        day = life.arrived_on + timedelta(days=-row["days_ago"] if is_refused else row["in_days"])
        amount = life.minor(row)
        kind = "card" if is_refused else "credit" if amount > 0 else "payment"
        yield Unbooked(
            account_id=life.spots[row["account"]].account_id,
            status=Unbooked.Status.REFUSED if is_refused else Unbooked.Status.ANNOUNCED,
            amount_minor=amount,
            at=lives.at(day, 9, 50),
            details=lines.line(kind, row["text"]),
        )


def coming(life: Life, *, after: date) -> Iterator[Unbooked]:
    """What is announced on the evening of a day, from the day after tomorrow on."""
    for ahead in range(ANNOUNCED_DAYS):
        yield from announced(life, on=after + timedelta(days=2 + ahead))


def announced(life: Life, *, on: date) -> Iterator[Unbooked]:
    """What is due on a day to come by standing order, or by a direct debit of a known amount."""
    for row in life.document.get("standing_orders", []):
        if days.is_due(row, on) and not life.is_over(row, on):
            yield _announced(life, row, at=lives.at(on, 1, 5), kind="standing-order", text=row["reference"])
    for debit in life.document.get("direct_debits", []):
        is_known = "varies_percent" not in debit and debit["amount"] not in {"full", "minimum"}
        if is_known and days.is_due(debit, on) and not life.is_over(debit, on):
            name = _account(life.collector(debit["collector"]))["Name"]
            text = f"{name.upper()} {debit['reference']}"
            yield _announced(life, debit, at=lives.at(on, 3, 30), kind="direct-debit", text=text)


def _announced(life: Life, row: Mapping[str, Any], *, at: datetime, kind: str, text: str) -> Unbooked:
    return Unbooked(
        account_id=life.spots[row["account"]].account_id,
        status=Unbooked.Status.ANNOUNCED,
        amount_minor=-life.minor(row),
        at=at,
        details=lines.line(kind, text),
    )


def write_lines(rows: Sequence[Unbooked], *, using: str) -> None:
    """Write lines without money; their numbers come from the postings' sequence, so that all lines have one order."""
    ordered = sorted(rows, key=lambda row: row.at)
    with connections[using].cursor() as cursor:
        cursor.execute("select nextval('accounts_posting_id_seq') from generate_series(1, %s)", [len(ordered)])
        for row, (number,) in zip(ordered, cursor.fetchall(), strict=True):
            row.id = number
    Unbooked.objects.using(using).bulk_create(ordered)


def note_use(used: Paid, *, using: str) -> None:
    """Write when mandates and standing orders were last used, and for how much."""
    rows = [(at, abs(amount), mandate) for mandate, (at, amount) in used.items()]
    with connections[using].cursor() as cursor:
        cursor.executemany(NOTE_DEBIT, [row for row in rows if row[2].startswith("dd_")])
        cursor.executemany(NOTE_ORDER, [row for row in rows if row[2].startswith("so_")])
