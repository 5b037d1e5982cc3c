"""The pages about what a customer has agreed to with TPPs: one agreement, ending it, and those that are over."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse

from bank.customers.entrance import READ, WRITE, go
from bank.customers.models import User
from bank.dashboard import agreements, pages
from bank.outbox import unit
from consents import lifecycle
from consents.models import Consent

DONE = {
    "stopped": "It was stopped. From now on the app is refused.",
    "removed": "The account was taken out. From now on the app cannot see it.",
}
CODE = "CUST"  # ISO 20022, requested by customer
WORDS = "The customer stopped it at the bank."


@pages.ENTRANCE.page(methods=READ)
def agreement(request: HttpRequest, customer: User, now: datetime, *, consent_id: str) -> HttpResponse:
    """Show what one agreement allows, until when, and how it was used."""
    found = agreements.find(customer, consent_id=consent_id, now=now)
    return pages.show(
        request, "agreement", customer, agreement=found, now=now, done=DONE.get(request.GET.get("done", ""), "")
    )


@pages.ENTRANCE.page(methods=READ)
def ended(request: HttpRequest, customer: User, now: datetime) -> HttpResponse:
    """Show what is over."""
    before = request.GET.get("before", "")
    found, after = agreements.ended(customer, before=before, now=now)
    return pages.show(request, "ended", customer, agreements=found, after=after, is_first=not before)


@pages.ENTRANCE.page(methods=WRITE)
def stop(request: HttpRequest, customer: User, now: datetime, *, consent_id: str) -> HttpResponse:
    """Ask once more, then end an agreement. What has ended already leads back to where that is told."""
    found = agreements.find(customer, consent_id=consent_id, now=now)
    if not found.can_be_stopped:
        return go(f"{pages.HOME}/sharing/{consent_id}")
    if request.method == "POST":
        _do(consent_id, partial(lifecycle.cancel, code=CODE, description=WORDS, actor=_actor(customer), now=now))
        return go(pages.HOME, done="stopped")
    return pages.show(request, "stop", customer, agreement=found)


@pages.ENTRANCE.page(methods=WRITE)
def take_out(request: HttpRequest, customer: User, now: datetime, *, consent_id: str, account_id: str) -> HttpResponse:
    """Ask once more, then take one account out of an agreement that covers others as well."""
    found = agreements.find(customer, consent_id=consent_id, now=now)
    account = next((account for account in found.accounts if account.pk == account_id), None)
    if not found.can_lose_accounts or account is None:
        return go(f"{pages.HOME}/sharing/{consent_id}")
    if request.method == "POST":
        _do(consent_id, partial(lifecycle.withdraw_account, account_id=account_id, actor=_actor(customer), now=now))
        return go(f"{pages.HOME}/sharing/{consent_id}", done="removed")
    return pages.show(request, "take_out", customer, agreement=found, account=account)


def _do(consent_id: str, what: Callable[[Consent], object]) -> None:
    """Do what its customer wants with a consent, locked; if it moved on in the meantime, that is so already."""
    with suppress(lifecycle.ConsentUnknown, lifecycle.WrongStatus, lifecycle.AccountNotInConsent), unit.work():
        what(lifecycle.lock(consent_id))


def _actor(customer: User) -> str:
    return f"customer:{customer.username}"
