"""What a customer has agreed to with TPPs: consents in plain words, with how they were used.

What a kind of consent is about is told by the kind's own words (consents/kinds.py), as on the page that asked; so a new
kind needs nothing here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.http import Http404

from accounts import resources
from accounts.models import Account
from bank.customers.models import User
from consents import kinds
from consents.models import Consent, ConsentAccount, FundsConfirmation, Status, Use
from payments.models import PaymentOrder

PAGE_ROWS = 25
IN_ORDER = ("account__opened_at", "account__identification")  # as accounts stand everywhere
USED_FOR = timedelta(days=90)  # so far back is told how often something was read

# What an operation reads, by the member that its answer has. Pages and single resources of one member are one thing.
MEMBERS = {
    "Account": "Account details",
    "Balance": "Balances",
    "Transaction": "Transactions",
    "Beneficiary": "Payees",
    "DirectDebit": "Direct debits",
    "StandingOrder": "Standing orders",
    "ScheduledPayment": "Scheduled payments",
    "Product": "Product details",
    "Offer": "Offers",
    "Party": "Names and addresses",
    "Statement": "Statements",
    "File": "Statements",
}
OPERATIONS = {resource.operation_id: MEMBERS.get(resource.member, "Other") for resource in resources.RESOURCES}

# How a consent ended, and where an order that it was spent on has come to, as far as its customer cares.
OVER = {
    Status.RJCT: "Turned down",
    Status.CANC: "Stopped at the bank",
    Status.EXPD: "Ran out",
    Status.COND: "Used",
}
ORDERED = {"RJCT": "The payment was refused", "ACCC": "The payment has arrived", "ACWP": "The payment was sent"}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a TPP read, when last, and how often of late: in all, and while the customer was not there."""

    what: str
    last_at: datetime
    times: int
    alone: int


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One consent, with all that its page or its line says."""

    consent: Consent
    words: Mapping[str, Any]  # of its kind
    accounts: list[Account]
    has_run_out: bool = False  # its end has passed, whether that is written down yet or not
    last_used_at: datetime | None = None
    order_status: str = ""
    readings: list[Reading] = field(default_factory=list)
    confirmations: list[FundsConfirmation] = field(default_factory=list)

    @property
    def asker(self) -> str:
        """What the TPP's application calls itself, as on the page that asked."""
        return str(self.consent.client.software_statement.client_name)

    @property
    def company(self) -> str:
        """Who stands behind the application, where that is another name."""
        name = self.consent.client.software_statement.tpp.name
        return "" if name == self.asker else str(name)

    @property
    def can_be_stopped(self) -> bool:
        """Tell whether the customer may end it; leave for one payment ends by itself."""
        consent = self.consent
        is_step = (Status.AUTH.value, Status.CANC.value) in kinds.KINDS[consent.kind].transitions
        return is_step and not self.ending

    @property
    def can_lose_accounts(self) -> bool:
        """Tell whether the customer may take an account out; to take the last one out is to stop it."""
        return self.can_be_stopped and len(self.accounts) > 1

    @property
    def ending(self) -> str:
        """How it ended; empty while it is in force."""
        if self.consent.deleted_at is not None:
            return "Ended by the app"
        if self.order_status:
            return ORDERED.get(self.order_status, "The payment is on its way")
        return OVER.get(Status.EXPD if self.has_run_out else Status(self.consent.status), "")

    @property
    def ended_at(self) -> datetime:
        """When that was."""
        if self.has_run_out and self.consent.expires_at is not None:
            return self.consent.expires_at
        return self.consent.deleted_at or self.consent.status_updated_at


def in_force(customer: User, *, now: datetime, account: Account | None = None) -> list[Agreement]:
    """What TPPs may do today, newest first; with an account, what of that concerns it. Three statements at most."""
    wanted = _of(customer).filter(status=Status.AUTH, deleted_at=None).filter(_goes_on(now))
    if account is not None:
        wanted = wanted.filter(Q(debtor_account=account) | Q(accounts__account=account))
    return _told(list(wanted), now=now)


def ended(customer: User, *, before: str, now: datetime) -> tuple[list[Agreement], str]:
    """A page of what is over, newest first, and the id that the next page begins after, if there is one.

    before: the last one of the page before, or nothing.
    """
    wanted = _of(customer).exclude(Q(status=Status.AUTH, deleted_at=None) & _goes_on(now))
    if before:
        last = _find(customer, consent_id=before)
        wanted = wanted.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=last.id))
    found = list(wanted[: PAGE_ROWS + 1])
    kept = found[:PAGE_ROWS]
    return _told(kept, now=now), kept[-1].pk if len(found) > PAGE_ROWS else ""


def find(customer: User, *, consent_id: str, now: datetime) -> Agreement:
    """One of the customer's own with how it was used; any other is no page."""
    (found,) = _told([_find(customer, consent_id=consent_id)], now=now)
    return replace(
        found,
        readings=_readings(found.consent, now=now),
        confirmations=list(found.consent.confirmations.order_by("-created_at")[:PAGE_ROWS]),
    )


def _of(customer: User) -> QuerySet[Consent]:
    rows = Consent.objects.filter(customer=customer).select_related("client__software_statement__tpp", "debtor_account")
    return rows.order_by("-created_at", "-id")


def _goes_on(now: datetime) -> Q:
    """An end that has passed counts at once, before it is written down."""
    return Q(expires_at=None) | Q(expires_at__gt=now)


def _find(customer: User, *, consent_id: str) -> Consent:
    consent = None if "\0" in consent_id else _of(customer).filter(pk=consent_id).first()
    if consent is None:
        raise Http404
    return consent


def _told(consents: list[Consent], *, now: datetime) -> list[Agreement]:
    """Consents in words, with their accounts, their last use and what became of their orders."""
    if not consents:
        return []
    ids = [consent.pk for consent in consents]
    chosen: dict[str, list[Account]] = {}
    for row in ConsentAccount.objects.filter(consent__in=ids).select_related("account").order_by(*IN_ORDER):
        chosen.setdefault(row.consent_id, []).append(row.account)
    used, orders = _last_used(ids), _orders(consents)
    return [
        Agreement(
            consent=consent,
            words=kinds.KINDS[consent.kind].words(consent),
            accounts=[consent.debtor_account] if consent.debtor_account else chosen.get(consent.pk, []),
            has_run_out=consent.status == Status.AUTH and consent.expires_at is not None and consent.expires_at <= now,
            last_used_at=used.get(consent.pk),
            order_status=orders.get(consent.pk, ""),
        )
        for consent in consents
    ]


def _last_used(ids: Iterable[str]) -> dict[str, datetime]:
    """When each consent was used last, whatever for."""
    read = Use.objects.filter(consent__in=ids).values_list("consent").annotate(at=Max("last_at"))
    asked = FundsConfirmation.objects.filter(consent__in=ids).values_list("consent").annotate(at=Max("created_at"))
    return dict(read.union(asked))


def _orders(consents: list[Consent]) -> dict[str, str]:
    """What became of the orders of those that were spent on one."""
    spent = [consent.pk for consent in consents if consent.status == Status.COND]
    return dict(PaymentOrder.objects.filter(consent__in=spent).values_list("consent", "status")) if spent else {}


def _readings(consent: Consent, *, now: datetime) -> list[Reading]:
    """What was read of late, the last first; what several operations read of one kind is one line."""
    rows = consent.uses.filter(day__gt=(now - USED_FOR).date()).values_list("operation")
    lines: dict[str, Reading] = {}
    for operation, last_at, attended, alone in rows.annotate(Max("last_at"), Sum("attended"), Sum("unattended")):
        what = OPERATIONS.get(operation, "Other")
        before = lines.get(what)
        lines[what] = Reading(
            what=what,
            last_at=max(last_at, before.last_at) if before else last_at,
            times=attended + alone + (before.times if before else 0),
            alone=alone + (before.alone if before else 0),
        )
    return sorted(lines.values(), key=lambda reading: reading.last_at, reverse=True)
