"""What the authorization server may know of consents: fills the port of bank/oauth/intents.py."""

from datetime import datetime
from typing import assert_never

from bank.errors import Consequence
from bank.oauth.intents import Intent, Intents, IntentUnusable
from consents import kinds, lifecycle
from consents.models import Consent, Status

ACTOR = "bank:consents"
PAGE = "/consent"


class ConsentIntents(Intents):
    """Every consent is an intent; its kind tells the scope it is asked under and when."""

    def find(self, *, consent_id: str, client_pk: int, scopes: set[str], now: datetime) -> Intent:
        """Find a consent that can be put to a customer.

        Checked in this order: it exists and is this client's (one answer for both, so that ids cannot be fished for),
        its kind fits the scopes, its status, its end. Raises IntentUnusable.
        Source: Read/Write API v4.0.1, consent authorisation.
        """
        consent = Consent.objects.filter(id=consent_id, client_id=client_pk, deleted_at=None).first()
        if consent is None:
            raise IntentUnusable("openbanking_intent_id names no consent of this client")
        kind = kinds.KINDS[consent.kind]
        if kind.scope not in scopes:
            raise IntentUnusable(f"a consent of kind {kind.name} needs the scope {kind.scope}")
        if not kind.can_be_asked(consent.status):
            raise IntentUnusable(f"the consent is {consent.status} and cannot be authorised")
        if consent.expires_at is not None and consent.expires_at <= now:
            raise IntentUnusable("the consent's ExpirationDateTime has passed")
        return Intent(consent_id=consent.id, page=PAGE)

    def refuse(self, *, consent_id: str, code: str, description: str, actor: str, now: datetime) -> None:
        """Reject a consent that still awaits its customer; one that was approved before stays as it is."""
        consent = lifecycle.lock(consent_id)
        if consent.status == Status.AWAU:
            lifecycle.reject(consent, code=code, description=description, actor=actor, now=now)

    def apply(self, *, consequence: Consequence, consent_id: str, now: datetime) -> None:
        """Carry out a consequence, unless the consent has moved on in the meantime."""
        consent = lifecycle.lock(consent_id)
        match consequence:
            case Consequence.CONSENT_EXPIRED:
                self._expire(consent, now=now)
            case Consequence.CONSENT_REJECTED:
                self.refuse(
                    consent_id=consent_id,
                    code="U036",
                    description="The consent can no longer be approved.",
                    actor=ACTOR,
                    now=now,
                )
            case Consequence.CONSENT_CANCELED:
                self._cancel(consent, now=now)
            case _ as unknown:
                assert_never(unknown)

    def _expire(self, consent: Consent, *, now: datetime) -> None:
        """End what has run out, if its kind runs out at all."""
        can_expire = (consent.status, Status.EXPD) in kinds.KINDS[consent.kind].transitions
        if can_expire and consent.expires_at is not None and consent.expires_at <= now:
            lifecycle.expire(consent, actor=ACTOR, now=now)

    def _cancel(self, consent: Consent, *, now: datetime) -> None:
        """Suspend what is suspected of misuse, if its kind can be suspended."""
        if (consent.status, Status.CANC) in kinds.KINDS[consent.kind].transitions:
            words = "The access was suspended: its use looked like misuse."
            lifecycle.cancel(consent, code="TKSP", description=words, actor=ACTOR, now=now)
