"""A customer's way through the pages: which request it is about, and how far the customer has come.

The request is found by the reference in the address, which only the customer's browser holds; who the customer is and
what they have proved stands in the session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from accounts.models import Account
from bank.customers import proving, sessions
from bank.customers.errands import Errand
from bank.customers.models import User
from bank.customers.proving import Proof
from bank.errors import Refused
from bank.oauth import profile, requests
from bank.oauth.models import AuthorizationRequest
from consents import kinds, lifecycle
from consents.kinds import Kind
from consents.models import Consent


class Unusable(Exception):
    """The request cannot be answered any more; says so in words for the customer, with a code for the TPP."""

    def __init__(self, words: str, *, code: str, is_answered: bool = False) -> None:
        """is_answered: somebody may have approved it, so the page cannot say that nothing happened."""
        super().__init__(words)
        self.words, self.code, self.is_answered = words, code, is_answered


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of a TPP that waits for its customer."""

    reference: str
    request: AuthorizationRequest
    consent: Consent
    kind: Kind

    @property
    def asker(self) -> str:
        """What the TPP's application calls itself."""
        return self.request.client.software_statement.client_name

    @property
    def errand(self) -> Errand:
        """What the customer proves themselves for: this request, with whatever the kind binds the proof to."""
        return Errand(
            id=str(self.request.pk),
            words=str(self.words.get("purpose", "")),
            facts={
                "client_id": self.request.client.client_id,
                "consent_id": self.consent.pk,
                **self.kind.facts(self.consent),
            },
        )

    @property
    def redirect_uri(self) -> str:
        """Where the customer is sent back to."""
        return str(self.request.parameters["redirect_uri"])

    @property
    def words(self) -> dict[str, object]:
        """What the kind says on the page."""
        return self.kind.words(self.consent)


def find(reference: str, *, now: datetime, lock: bool = False) -> Visit:
    """Find a request that waits for its customer, and its consent; lock both to decide. Raises Unusable."""
    try:
        request = requests.load(reference, now=now, lock=lock)
    except requests.RequestDecided as reason:
        raise Unusable("This request was answered already.", code="U036", is_answered=True) from reason
    except requests.RequestUnusable as reason:
        raise Unusable("This request is not known here, or waited too long.", code="U036") from reason
    consent = _consent(profile.intent_id(request.parameters["claims"]), lock=lock)
    kind = kinds.KINDS[consent.kind]
    if not kind.can_be_asked(consent.status):
        words = "This request was answered before, or can no longer be answered."
        raise Unusable(words, code="U009", is_answered=True)
    if consent.expires_at is not None and consent.expires_at <= now:
        raise Unusable("The time for which this was asked is already over.", code="TKXP")
    return Visit(reference=reference, request=request, consent=consent, kind=kind)


def _consent(consent_id: str, *, lock: bool) -> Consent:
    try:
        return lifecycle.lock(consent_id) if lock else Consent.objects.get(pk=consent_id, deleted_at=None)
    except (Refused, Consent.DoesNotExist) as reason:
        raise Unusable("The app has taken this request back.", code="U011") from reason


def customer(request: HttpRequest, visit: Visit) -> User | None:
    """The customer who has logged in recently enough for this request, or nobody.

    prompt=login asks for a log-in after the request was opened, max_age for one at most so many seconds before.
    Source: OpenID Connect Core 1.0 section 3.1.2.1.
    """
    authenticated_at = sessions.authenticated_at(request.session)
    if not isinstance(request.user, User) or authenticated_at is None or visit.request.opened_at is None:
        return None
    parameters = visit.request.parameters
    if "login" in str(parameters.get("prompt", "")).split():
        return request.user if authenticated_at >= visit.request.opened_at else None
    if (max_age := parameters.get("max_age")) is not None:
        is_fresh = authenticated_at >= visit.request.opened_at - timedelta(seconds=int(max_age))
        return request.user if is_fresh else None
    return request.user


def proof(request: HttpRequest, visit: Visit, *, now: datetime) -> Proof | None:
    """How the customer passed strong authentication for this very request; nothing if that was too long ago."""
    return proving.proof(request.session, errand=visit.errand, now=now)


def eligible(visit: Visit, *, customer: User) -> list[Account]:
    """The accounts this customer may put into the consent; none if the consent is somebody else's."""
    if visit.consent.customer_id is not None and visit.consent.customer_id != customer.pk:
        return []
    return list(visit.kind.eligible(visit.consent, customer))
