"""The endpoints through which a TPP lodges, reads and deletes consents, made for every row of consents/resources.py.

Beside them stands the one by which it asks, under a consent for that, whether an amount is there.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bank import ids
from bank.api import access, wire
from bank.api.endpoint import Answer, Call, Endpoint, operation
from consents import confirming, lifecycle
from consents.funds_confirmation import FundsConfirmation
from consents.models import Consent
from consents.resources import ROOT, Resource
from consents.schemas import funds_confirmation as schemas

CONFIRMATIONS = "cbpii/funds-confirmations"


def consents(resource: Resource) -> type[Endpoint]:
    """POST …-consents."""

    class Consents(Endpoint):
        """Where consents of a kind are lodged."""

        @operation(
            grant=access.CLIENT_CREDENTIALS,
            scope=resource.kind.scope,
            body=resource.body,
            answers=resource.answers,
            status=201,
            operation_id=f"Create{resource.title}Consents",
        )
        def post(self, call: Call, body: dict[str, Any]) -> Answer:
            """Lodge a consent."""
            asked = resource.read(body["Data"], now=call.now)
            consent = lifecycle.lodge(
                consent_id=ids.new(resource.prefix),
                kind=resource.kind.name,
                client_pk=call.access.client_pk,
                data=body["Data"],
                risk=body.get("Risk", {}),
                actor=call.access.actor,
                now=call.now,
                **asdict(asked),
            )
            return _answer(resource, consent)

    return Consents


def consent(resource: Resource) -> type[Endpoint]:
    """GET and DELETE …-consents/{ConsentId}."""

    class OneConsent(Endpoint):
        """One consent of a kind."""

        @operation(
            grant=access.CLIENT_CREDENTIALS,
            scope=resource.kind.scope,
            answers=resource.answers,
            operation_id=f"Get{resource.title}ConsentsConsentId",
        )
        def get(self, call: Call, ConsentId: str) -> Answer:  # noqa: N803 - the standard's name of the path's part
            """Show a consent as it stands now."""
            return _answer(resource, _find(resource, call, ConsentId))

        @operation(
            grant=access.CLIENT_CREDENTIALS,
            scope=resource.kind.scope,
            status=204,
            operation_id=f"Delete{resource.title}ConsentsConsentId",
        )
        def delete(self, call: Call, ConsentId: str) -> None:  # noqa: N803 - the standard's name of the path's part
            """Take a consent away, whatever its status."""
            lifecycle.delete(_find(resource, call, ConsentId), actor=call.access.actor, now=call.now)

    return OneConsent


class FundsConfirmations(Endpoint):
    """Where a TPP asks whether an amount is there."""

    @operation(
        grant=access.AUTHORIZATION_CODE,
        scope=FundsConfirmation.scope,
        body=schemas.CONFIRMATION,
        answers=schemas.CONFIRMATION_ANSWER,
        status=201,
        operation_id="CreateFundsConfirmations",
    )
    def post(self, call: Call, body: dict[str, Any]) -> Answer:
        """Say yes or no, for this moment."""
        asked = body["Data"]
        confirmation = confirming.confirm(
            asked, consent_id=str(call.access.consent_id), actor=call.access.actor, now=call.now
        )
        data = {
            "FundsConfirmationId": confirmation.pk,
            "CreationDateTime": _text(confirmation.created_at),
            "FundsAvailable": confirmation.is_available,
            **asked,
        }
        return Answer(data=data, self_path=f"{ROOT}/{CONFIRMATIONS}/{confirmation.pk}")


def _find(resource: Resource, call: Call, consent_id: str) -> Consent:
    return lifecycle.find(consent_id=consent_id, kind=resource.kind.name, client_pk=call.access.client_pk)


def _answer(resource: Resource, consent: Consent) -> Answer:
    data: dict[str, Any] = {
        "ConsentId": consent.id,
        "CreationDateTime": _text(consent.created_at),
        "Status": str(consent.status),
        "StatusUpdateDateTime": _text(consent.status_updated_at),
        **consent.data,
        **_dates(consent),
    }
    if consent.status_reasons:
        data["StatusReason"] = consent.status_reasons
    return Answer(
        data=data,
        risk=consent.risk if resource.has_risk else None,
        self_path=f"{ROOT}/{resource.path}/{consent.id}",
    )


def _dates(consent: Consent) -> dict[str, str]:
    """The TPP's own dates: as it wrote them, or as the instants that they were taken for if not written in full."""
    instants = {
        "ExpirationDateTime": consent.expires_at,
        "TransactionFromDateTime": consent.from_at,
        "TransactionToDateTime": consent.to_at,
    }
    return {
        name: at.astimezone(UTC).isoformat(timespec="milliseconds")
        for name, at in instants.items()
        if at is not None and name in consent.data and not wire.is_in_full(consent.data[name])
    }


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
