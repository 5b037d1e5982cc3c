"""The step of a page at which the customer proves an errand: what is offered, what came back, and how long it counts.

What a session keeps of it: the nonce that was offered for an errand, until it is answered, and the proofs that were
given, each good for its own errand with the very facts that were proved.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from bank.customers import sca, sessions
from bank.customers.errands import Errand
from bank.customers.models import User
from bank.outbox import unit

PROOF_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """When and how the customer passed strong authentication for an errand."""

    at: datetime
    evidence: sca.Evidence


def offer(request: HttpRequest, *, customer: User, errand: Errand) -> dict[str, object]:
    """Offer every method that the customer has: the context of lombard/sca.html, under a fresh nonce."""
    nonce = sessions.offer_nonce(request.session, errand=errand.id)
    ways: dict[str, dict[str, object]] = {}
    for method in sca.offered(customer=customer, errand=errand):  # methods of one field share one part of the page
        part = ways.setdefault(method.field, {"template": method.template})
        part |= method.offer(customer=customer, errand=errand, nonce=nonce)
    return {"customer": customer, "purpose": errand.words, "ways": list(ways.values())}


def attempt(request: HttpRequest, *, customer: User, errand: Errand, now: datetime) -> sca.Outcome:
    """Take the form that a customer sent. After PAUSED the session is over. Opens a unit of work."""
    nonce = sessions.take_nonce(request.session, errand=errand.id)
    with unit.work():
        made = sca.complete(customer, errand=errand, nonce=nonce, form=request.POST.dict(), now=now)
    if made.outcome is sca.Outcome.PASSED:
        sessions.prove(request.session, errand=errand.id, evidence=made.evidence)
    if made.outcome is sca.Outcome.PAUSED:
        request.session.flush()
    return made.outcome


def field_of(request: HttpRequest) -> str:
    """The field of the page to which a problem belongs: a code is typed, a passkey is not."""
    return next((name for name in ("otp", "recovery_code") if name in request.POST), "")


def proof(session: SessionBase, *, errand: Errand, now: datetime, lasts: timedelta = PROOF_LASTS) -> Proof | None:
    """The proof of this very errand; nothing if there is none, it is too old, or it was given for other facts."""
    evidence = sessions.proof(session, errand=errand.id)
    if evidence is None or evidence["facts"] != dict(errand.facts):
        return None
    at = datetime.fromisoformat(evidence["at"])
    return Proof(at=at, evidence=evidence) if now - at < lasts else None
