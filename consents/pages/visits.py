"""A customer's way through the pages: which request it is about, and how far the customer has come.

The request is found by the reference in the address, which only the customer's browser holds; who the customer is and
what they have proved stands in the session.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from accounts.models import Account
from bank.customers import proving, sessions
from bank.customers.errands import Errand
from bank.customers.models import User
from bank.customers.proving import Proof
from bank.errors import Refused
from bank.oauth import id_tokens, profile, requests
from bank.oauth.models import AuthorizationRequest
from consents import kinds, lifecycle
from consents.kinds import Kind
from consents.models import Consent

ANEW = {"login", "select_account"}  # prompts that no earlier log-in answers
AS_LONG_AS_SESSIONS_LAST = timedelta(days=365)


class Unusable(Exception):
    """The request cannot be answered any more; says so in words for the customer, with a code for the TPP."""

    def __init__(self, words: str, *, code: str, is_answered: bool = False) -> None:
        """is_answered: somebody may have approved it, so the page cannot say that nothing happened."""
        super().__init__(words)
        self.words, self.code, self.is_answered = words, code, is_answered


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of a TPP that waits for its customer. As it stands: one for a log-in alone, without a consent."""

    reference: str
    request: AuthorizationRequest

    @property
    def asker(self) -> str:
        """What the TPP's application calls itself."""
        return self.request.client.software_statement.client_name

    @property
    def errand(self) -> Errand:
        """What the customer proves themselves for: this request, with whatever the proof must be bound to."""
        return Errand(id=str(self.request.pk), words=str(self.words.get("purpose", "")), facts=self.facts)

    @property
    def redirect_uri(self) -> str:
        """Where the customer is sent back to."""
        return str(self.request.parameters["redirect_uri"])

    @property
    def consent_id(self) -> str | None:
        """The consent that is asked for, if any."""
        return None

    @property
    def template(self) -> str:
        """The page that asks."""
        return "lombard/log_in_there.html"

    @property
    def words(self) -> dict[str, object]:
        """What the page says."""
        is_named = "openid" in profile.scopes_of(self.request.parameters)
        return {"purpose": "log in with your account here", "is_named": is_named}

    @property
    def facts(self) -> dict[str, str]:
        """What a proof of the customer is bound to."""
        return {"client_id": self.request.client.client_id}

    @property
    def needs_account(self) -> bool:
        """Tell whether the customer must put an account into it."""
        return False

    @property
    def chooses_many(self) -> bool:
        """Tell whether the customer may put several accounts into it."""
        return False

    @property
    def can_be_met(self) -> bool:
        """Tell whether any customer of this bank could approve what is asked for."""
        return True

    def eligible(self, customer: User) -> list[Account]:  # noqa: ARG002 - for those who can
        """The accounts that this customer may put into it."""
        return []


@dataclass(frozen=True, kw_only=True)
class ConsentVisit(Visit):
    """A request for a consent, whose kind tells what is said and what may be done."""

    consent: Consent
    kind: Kind

    @property
    def consent_id(self) -> str:
        """The consent's id."""
        return self.consent.pk

    @property
    def template(self) -> str:
        """The page of the kind."""
        return self.kind.template

    @property
    def words(self) -> dict[str, object]:
        """What the kind says on the page."""
        return self.kind.words(self.consent)

    @property
    def facts(self) -> dict[str, str]:
        """The consent, with whatever the kind binds the proof to."""
        return {**super().facts, "consent_id": self.consent.pk, **self.kind.facts(self.consent)}

    @property
    def needs_account(self) -> bool:
        """A consent is about an account, always."""
        return True

    @property
    def chooses_many(self) -> bool:
        """As the kind says."""
        return self.kind.chooses_many

    @property
    def can_be_met(self) -> bool:
        """As the kind says."""
        return self.kind.can_be_met(self.consent)

    def eligible(self, customer: User) -> list[Account]:
        """The accounts that fit; none if the consent is somebody else's."""
        if self.consent.customer_id is not None and self.consent.customer_id != customer.pk:
            return []
        return list(self.kind.eligible(self.consent, customer))


def find(reference: str, *, now: datetime, lock: bool = False) -> Visit:
    """Find a request that waits for its customer, and its consent; lock both to decide. Raises Unusable."""
    try:
        request = requests.load(reference, now=now, lock=lock)
    except requests.RequestDecided as reason:
        raise Unusable("This request was answered already.", code="U036", is_answered=True) from reason
    except requests.RequestUnusable as reason:
        raise Unusable("This request is not known here, or waited too long.", code="U036") from reason
    consent_id = requests.intent_id(request)
    if not consent_id:
        return Visit(reference=reference, request=request)
    consent = _consent(consent_id, lock=lock)
    kind = kinds.KINDS[consent.kind]
    if not kind.can_be_asked(consent.status):
        words = "This request was answered before, or can no longer be answered."
        raise Unusable(words, code="U009", is_answered=True)
    if consent.expires_at is not None and consent.expires_at <= now:
        raise Unusable("The time for which this was asked is already over.", code="TKXP")
    return ConsentVisit(reference=reference, request=request, consent=consent, kind=kind)


def _consent(consent_id: str, *, lock: bool) -> Consent:
    try:
        return lifecycle.lock(consent_id) if lock else Consent.objects.get(pk=consent_id, deleted_at=None)
    except (Refused, Consent.DoesNotExist) as reason:
        raise Unusable("The app has taken this request back.", code="U011") from reason


def customer(request: HttpRequest, visit: Visit) -> User | None:
    """The customer who has logged in recently enough for this request, or nobody.

    prompt=login asks for a log-in after the request was opened, max_age for one at most so many seconds before; a hint
    at somebody else asks for theirs. Source: OpenID Connect Core 1.0 section 3.1.2.1.
    """
    authenticated_at, opened_at = sessions.authenticated_at(request.session), visit.request.opened_at
    if not isinstance(request.user, User) or authenticated_at is None or opened_at is None:
        return None
    since = opened_at - _log_in_counts_for(visit.request.parameters)
    if authenticated_at < since or (authenticated_at < opened_at and not is_expected(visit, request.user)):
        return None
    return request.user


def _log_in_counts_for(parameters: Mapping[str, str]) -> timedelta:
    """How long before the request was opened a customer may have logged in."""
    if not ANEW.isdisjoint(parameters.get("prompt", "").split()):
        return timedelta(0)
    return timedelta(seconds=int(parameters["max_age"])) if "max_age" in parameters else AS_LONG_AS_SESSIONS_LAST


def is_expected(visit: Visit, customer: User) -> bool:
    """Tell whether this customer is whom the TPP expects, if it expects anybody."""
    expected = id_tokens.expected_subject(visit.request.parameters)
    return not expected or expected == id_tokens.subject(customer.pk, client=visit.request.client)


def proof(request: HttpRequest, visit: Visit, *, now: datetime) -> Proof | None:
    """How the customer passed strong authentication for this very request; nothing if that was too long ago."""
    return proving.proof(request.session, errand=visit.errand, now=now)
