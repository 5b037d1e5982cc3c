"""GET /sandbox/whoami: what the bank sees of a caller. The first call that a TPP makes; it exists in the sandbox alone.

It takes any access token of this bank, as strictly as every resource does. Where no token counts, the 401 tells what
other resources only tell the log: what the bank makes of the certificate, and what was wrong.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from cryptography import x509
from django.http import HttpResponse

from bank.api import access
from bank.api.authentication import Held
from bank.api.endpoint import Answer, Call, Endpoint, operation
from bank.api.responses import Bare
from bank.errors import Refused
from bank.oauth.models import Client
from bank.tpps import certificates, presenting
from bank.tpps.reasons import Reason

BELIEVED = "The bank believes this certificate."
NOT_SHOWN = "The connection has no client certificate."
UNAUTHORIZED = 401


class WhoAmI(Endpoint):
    """The caller, as the bank sees it."""

    @operation(grant="", scope="", operation_id="WhoAmI")
    def get(self, call: Call) -> Answer:
        """Tell of the connection, the TPP, its client and the token."""
        client = Client.objects.select_related("software_statement__tpp").get(pk=call.access.client_pk)
        software = client.software_statement
        return Bare(
            data={
                **self._exchange(),
                "tpp": {
                    "organisation_id": software.tpp.pk,
                    "name": software.tpp.name,
                    "roles": software.tpp.roles,
                },
                "software": {"software_id": software.pk, "name": software.client_name, "roles": software.roles},
                "client": {
                    "client_id": client.client_id,
                    "profile": client.profile,
                    "token_endpoint_auth_method": client.token_endpoint_auth_method,
                    "scopes": client.scopes,
                },
                "token": _token(self.http.caller.token),
            }
        )

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override] # as the endpoint's
        """Refuse as every endpoint does, and tell an unknown caller why."""
        answer = super().handle_exception(exc)
        if answer.status_code == UNAUTHORIZED and isinstance(exc, Refused):
            answer.content = orjson.dumps({**self._exchange(), "refused": exc.reason or exc.faults[0].message})
            answer["Content-Type"], answer["Content-Length"] = "application/json", str(len(answer.content))
        return answer

    def _exchange(self) -> dict[str, Any]:
        return {
            "interaction_id": self.http.interaction_id,
            "time": self.http.now.isoformat(),
            "certificate": _certificate(self.http.META, now=self.http.now),
        }


def _certificate(environ: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    der = presenting.presented(environ)
    if der is None:
        return {"verdict": NOT_SHOWN}
    refused = _refused(der, now=now)
    told = {"verdict": refused.value if refused else BELIEVED, "x5t#S256": certificates.thumbprint(der)}
    if refused is Reason.UNREADABLE:
        return told
    read = x509.load_der_x509_certificate(der)
    return told | {
        "subject": read.subject.rfc4514_string(),
        "issuer": read.issuer.rfc4514_string(),
        "not_before": read.not_valid_before_utc.isoformat(),
        "not_after": read.not_valid_after_utc.isoformat(),
    }


def _refused(der: bytes, *, now: datetime) -> Reason | None:
    try:
        certificates.verify(der, use="transport", now=now)
    except certificates.CertificateRefused as refused:
        return refused.reason
    return None


def _token(held: Held) -> dict[str, Any]:
    told: dict[str, Any] = {
        "grant": held.access.grant,
        "scopes": sorted(held.access.scopes),
        "expires_at": held.expires_at.isoformat(),
        "scheme": {"bearer": "Bearer", "dpop": "DPoP"}[held.scheme],
        "bound_to": {"jkt": held.key} if held.key else {"x5t#S256": held.certificate},
    }
    if held.access.grant == access.AUTHORIZATION_CODE:
        told["consent"] = {"id": held.access.consent_id, "status": held.access.consent_status}
    return told
