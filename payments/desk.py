"""What two members of staff decide about a held payment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bank.approvals import requests
from bank.approvals.requests import Order
from fraud import cases
from fraud.models import Case
from payments import settlement


class OfHeldPayments(requests.Action):
    """What both decisions share: they are about a payment that screening holds."""

    model = "payments.PaymentOrder"
    unfit = "This payment is not held."

    def is_offered(self, thing: Any) -> bool:
        """Only while its case is open."""
        return Case.objects.filter(for_order=thing.pk, state=Case.State.OPEN).exists()


@requests.action
class Release(OfHeldPayments):
    """Let a held payment go out."""

    name = "payments.release"
    words = "Release this payment"

    def carry_out(self, order: Order) -> None:
        """Release it: settlement goes on."""
        with _not_held_is_refused():
            settlement.release(order.subject, actor=order.actor, now=order.now)


@requests.action
class Reject(OfHeldPayments):
    """Stop a held payment for good."""

    name = "payments.reject"
    words = "Reject this payment"

    def carry_out(self, order: Order) -> None:
        """Reject it: the money is free again, and the payee is marked. The reason stays in the bank's own trail."""
        with _not_held_is_refused():
            settlement.reject(order.subject, actor=order.actor, now=order.now)


@contextmanager
def _not_held_is_refused() -> Iterator[None]:
    """Between asking and deciding, somebody else may have decided."""
    try:
        yield
    except (settlement.NotHeld, cases.CaseNotOpen) as refused:
        raise requests.NotAllowed(OfHeldPayments.unfit) from refused
