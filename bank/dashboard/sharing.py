"""The pages about what a customer has agreed to with TPPs: one agreement, ending it, and those that are over."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from bank.customers.entrance import READ, WRITE, go
from bank.customers.models import User
from bank.dashboard import agreements, pages
from bank.outbox import unit
from consents import lifecycle

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
    """Ask once more, then end an agreement. Ending what has ended already leads back to where that is told."""
    found = agreements.find(customer, consent_id=consent_id, now=now)
    if not found.can_be_stopped:
        return go(f"{pages.HOME}/sharing/{consent_id}")
    if request.method == "POST":
        _stop(customer, consent_id=consent_id, now=now)
        return go(pages.HOME, done="stopped")
    return pages.show(request, "stop", customer, agreement=found)


def _stop(customer: User, *, consent_id: str, now: datetime) -> None:
    """Cancel the consent, unless it has ended in the meantime: what the customer wants is then so already."""
    with unit.work():
        try:
            consent = lifecycle.lock(consent_id)
            lifecycle.cancel(consent, code=CODE, description=WORDS, actor=f"customer:{customer.username}", now=now)
        except (lifecycle.ConsentUnknown, lifecycle.WrongStatus):
            return
