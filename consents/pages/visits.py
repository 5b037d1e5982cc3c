"""A customer's way through the pages: which request it is about, and how far the customer has come.

The request is found by the reference in the address, which only the customer's browser holds; who the customer is and
what they have proved stands in the session.
"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from accounts.models import Account
from bank.customers import proving, sessions
from bank.customers.errands import Errand
from bank.customers.models import User
from bank.customers.proving import Proof
from bank.errors import Refused
from consents import kinds, lifecycle
from consents.kinds import Kind
from consents.models import Consent
from consents.pages import channels
from consents.pages.channels import Channel, Unusable


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of a TPP that waits for its customer. As it stands: one for a log-in alone, without a consent."""

    reference: str
    channel: Channel

    @property
    def asker(self) -> str:
        """What the TPP's application calls itself."""
        return self.channel.client.software_statement.client_name

    @property
    def errand(self) -> Errand:
        """What the customer proves themselves for: this request, with whatever the proof must be bound to."""
        return Errand(id=self.channel.id, words=str(self.words.get("purpose", "")), facts=self.facts)

    @property
    def template(self) -> str:
        """The page that asks."""
        return "lombard/log_in_there.html"

    @property
    def words(self) -> dict[str, object]:
        """What the page says."""
        is_named = "openid" in self.channel.scopes
        return {"purpose": "log in with your account here", "is_named": is_named}

    @property
    def facts(self) -> dict[str, str]:
        """What a proof of the customer is bound to."""
        return {"client_id": self.channel.client.client_id, **self.channel.facts}

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
    channel = channels.find(reference, now=now, lock=lock)
    if not channel.consent_id:
        return Visit(reference=reference, channel=channel)
    consent = _consent(channel.consent_id, lock=lock)
    kind = kinds.KINDS[consent.kind]
    if not kind.can_be_asked(consent.status):
        words = "This request was answered before, or can no longer be answered."
        raise Unusable(words, code="U009", is_answered=True)
    if consent.expires_at is not None and consent.expires_at <= now:
        raise Unusable("The time for which this was asked is already over.", code="TKXP")
    return ConsentVisit(reference=reference, channel=channel, consent=consent, kind=kind)


def _consent(consent_id: str, *, lock: bool) -> Consent:
    try:
        return lifecycle.lock(consent_id) if lock else Consent.objects.get(pk=consent_id, deleted_at=None)
    except (Refused, Consent.DoesNotExist) as reason:
        raise Unusable("The app has taken this request back.", code="U011") from reason


def customer(request: HttpRequest, visit: Visit) -> User | None:
    """The customer who has logged in and may go on with this request, or nobody."""
    authenticated_at = sessions.authenticated_at(request.session)
    if not isinstance(request.user, User) or authenticated_at is None:
        return None
    return request.user if visit.channel.takes(request.user, authenticated_at=authenticated_at) else None


def proof(request: HttpRequest, visit: Visit, *, now: datetime) -> Proof | None:
    """How the customer passed strong authentication for this very request; nothing if that was too long ago."""
    return proving.proof(request.session, errand=visit.errand, now=now)
