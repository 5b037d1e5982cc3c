"""Account-access consents: the endpoints through which a TPP lodges, reads and deletes one."""

from datetime import UTC, datetime
from typing import Any

from bank import ids
from bank.api import access, wire
from bank.api.endpoint import Answer, Call, Endpoint, operation
from consents import asking, lifecycle
from consents.account_access import AccountAccess
from consents.models import Consent
from consents.schemas import account_access as schemas

PATH = "/open-banking/v4.0/aisp/account-access-consents"
KIND = AccountAccess.name


class AccountAccessConsents(Endpoint):
    """Where account-access consents are lodged."""

    @operation(
        grant=access.CLIENT_CREDENTIALS,
        scope="accounts",
        body=schemas.CONSENT,
        answers=schemas.ANSWER,
        status=201,
        operation_id="CreateAccountAccessConsents",
    )
    def post(self, call: Call, body: dict[str, Any]) -> Answer:
        """Lodge a consent."""
        asked = asking.read(body["Data"], now=call.now)
        consent = lifecycle.lodge(
            consent_id=ids.new("aac"),
            kind=KIND,
            client_pk=call.access.client_pk,
            data=body["Data"],
            risk=body["Risk"],
            permissions=asked.permissions,
            from_at=asked.from_at,
            to_at=asked.to_at,
            expires_at=asked.expires_at,
            actor=call.access.actor,
            now=call.now,
        )
        return _answer(consent)


class AccountAccessConsent(Endpoint):
    """One account-access consent."""

    @operation(
        grant=access.CLIENT_CREDENTIALS,
        scope="accounts",
        answers=schemas.ANSWER,
        operation_id="GetAccountAccessConsentsConsentId",
    )
    def get(self, call: Call, ConsentId: str) -> Answer:  # noqa: N803 - the standard's name of the path's part
        """Show a consent as it stands now."""
        return _answer(lifecycle.find(consent_id=ConsentId, kind=KIND, client_pk=call.access.client_pk))

    @operation(
        grant=access.CLIENT_CREDENTIALS,
        scope="accounts",
        status=204,
        operation_id="DeleteAccountAccessConsentsConsentId",
    )
    def delete(self, call: Call, ConsentId: str) -> None:  # noqa: N803 - the standard's name of the path's part
        """Take a consent away, whatever its status."""
        consent = lifecycle.find(consent_id=ConsentId, kind=KIND, client_pk=call.access.client_pk)
        lifecycle.delete(consent, actor=call.access.actor, now=call.now)


def _answer(consent: Consent) -> Answer:
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
    return Answer(data=data, risk=consent.risk, self_path=f"{PATH}/{consent.id}")


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
