"""Calls of a TPP without a network: Django's test client, with a certificate where gunicorn puts its socket."""

import base64
import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account
from bank import ids
from bank.customers.models import User
from bank.keys import jose, store
from bank.oauth.models import AccessToken, Authorization
from bank.outbox import unit
from consents import lifecycle
from consents.models import Consent
from tests import people

AISP, PISP, CBPII = (f"/open-banking/v4.0/{family}" for family in ("aisp", "pisp", "cbpii"))
SCOPES = {"account-access": "accounts", "domestic-payment": "payments", "funds-confirmation": "fundsconfirmations"}


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Socket:
    """What gunicorn hands to the application for a connection."""

    def __init__(self, der: bytes | None) -> None:
        self.der = der

    def getpeercert(self, binary_form: bool = False) -> bytes | None:  # noqa: FBT001, FBT002 - the signature of ssl
        assert binary_form
        return self.der


@dataclass(kw_only=True)
class Caller:
    """A TPP that calls the bank. What it sends can be changed call by call; None leaves a header out."""

    provider: people.Provider
    now: datetime

    @property
    def der(self) -> bytes:
        certificate = x509.load_pem_x509_certificate(self.provider.transport.pem.encode())
        return certificate.public_bytes(serialization.Encoding.DER)

    def token(
        self,
        scope: str,
        *,
        authorization: Authorization | None = None,
        expires_at: datetime | None = None,
        bound_to: str | None = None,
        jkt: str = "",
    ) -> str:
        """An access token as the token endpoint would have kept it: the TPP's own, or one of a customer's decision.

        It is bound to the TPP's certificate, another one (bound_to), or a DPoP key (jkt).
        """
        value = secrets.token_urlsafe(32)
        AccessToken.objects.create(
            user=authorization.user if authorization else None,
            application=self.provider.client,
            authorization=authorization,
            scope=scope,
            cnf={"jkt": jkt} if jkt else {"x5t#S256": bound_to or self.provider.transport.thumbprint},
            expires=expires_at or self.now + timedelta(minutes=10),
            token_checksum=hashlib.sha256(value.encode()).hexdigest(),
        )
        return value

    def sign(self, body: bytes, **members: Any) -> str:
        """Sign a body as the profile wants it; members change the JOSE header, None takes one out."""
        statement = self.provider.statement
        header = {
            "alg": "PS256",
            "kid": statement.jwks["keys"][0]["kid"],
            jose.IAT: int(self.now.timestamp()) - 1,
            jose.ISS: f"{statement.tpp_id}/{statement.pk}",
            jose.TAN: "openbanking.sandbox.test",
            "crit": [jose.IAT, jose.ISS, jose.TAN],
            **members,
        }
        kept = {name: value for name, value in header.items() if value is not None}
        head = base64url(orjson.dumps(kept))
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        seal = self.provider.signing_key.sign(f"{head}.{base64url(body)}".encode(), pss, hashes.SHA256())
        return f"{head}..{base64url(seal)}"

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        der: bytes | str | None = "own",
        **headers: str | None,
    ) -> HttpResponse:
        """Send one request. A body is signed and given a fresh idempotency key, unless headers say otherwise."""
        raw, sent = self.written(body, token=token, **headers)
        environ: dict[str, Any] = {"gunicorn.socket": Socket(self.der if der == "own" else der)}  # type: ignore[arg-type] # the only text is "own"
        client = Client(raise_request_exception=False)
        return client.generic(method, path, raw, headers=sent, secure=True, **environ)

    def written(
        self, body: Any = None, *, token: str | None = None, **headers: str | None
    ) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of a request, as they go out."""
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        sent: dict[str, str | None] = {"x-fapi-interaction-id": str(uuid.uuid4())}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            sealed = {"x-idempotency-key": ids.new("key"), "x-jws-signature": self.sign(raw)}
            sent |= {"Content-Type": "application/json", **sealed}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return raw, {name: value for name, value in sent.items() if value is not None}


def caller(*, now: datetime, name: str = "Bob's Budget") -> Caller:
    """A new TPP that calls."""
    with unit.work():
        store.ensure(now)
        return Caller(provider=people.tpp(name, now=now), now=now)


def consent(
    who: Caller,
    kind: str,
    *,
    customer: User | None = None,
    accounts: Sequence[Account] = (),
    data: dict[str, Any] | None = None,
    risk: dict[str, Any] | None = None,
    **more: Any,
) -> Consent:
    """A consent of this TPP; authorised, if there is a customer."""
    with unit.work():
        made = lifecycle.lodge(
            consent_id=ids.new("con"),
            kind=kind,
            client_pk=who.provider.client.pk,
            data=data or {},
            risk=risk or {},
            actor="tpp:test",
            now=who.now,
            **more,
        )
        if customer is not None:
            actor = f"customer:{customer.username}"
            lifecycle.authorise(lifecycle.lock(made.pk), customer=customer, accounts=accounts, actor=actor, now=who.now)
    made.refresh_from_db()
    return made


def customers_token(who: Caller, made: Consent, *, expires_at: datetime | None = None) -> str:
    """The access token that a TPP has got for an authorised consent."""
    authorization = Authorization.objects.create(
        client=who.provider.client,
        user=made.customer,
        consent=made,
        acr="urn:openbanking:psd2:sca",
        auth_time=who.now,
        created_at=who.now,
    )
    return who.token(f"openid {SCOPES[made.kind]}", authorization=authorization, expires_at=expires_at)


def error(answer: HttpResponse) -> dict[str, str]:
    """The first fault of an error object."""
    faults: list[dict[str, str]] = answer.json()["Errors"]
    return faults[0]


def payment(amount: str = "12.34", *, currency: str = "GBP", creditor: str = "20000012345678") -> dict[str, Any]:
    """The body of a domestic-payment consent."""
    return {
        "Data": {
            "Initiation": {
                "InstructionIdentification": ids.new("ins"),
                "EndToEndIdentification": "E2E",
                "InstructedAmount": {"Amount": amount, "Currency": currency},
                "CreditorAccount": {
                    "SchemeName": "UK.OBIE.SortCodeAccountNumber",
                    "Identification": creditor,
                    "Name": "Carol's Cycles",
                },
            }
        },
        "Risk": {},
    }


def named(account: Account) -> dict[str, str]:
    """An account as a TPP names it."""
    return {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": account.identification}


def authorised_funds(who: Caller, *, customer: User, account: Account, **more: Any) -> Consent:
    """An authorised funds-confirmation consent about an account."""
    data = {"DebtorAccount": named(account)}
    return consent(who, "funds-confirmation", customer=customer, accounts=[account], data=data, **more)


def authorised_payment(who: Caller, *, customer: User, account: Account) -> tuple[Consent, dict[str, Any]]:
    """An authorised domestic-payment consent, and the body of the order that fits it."""
    asked = payment()
    made = consent(
        who, "domestic-payment", customer=customer, accounts=[account], data=asked["Data"], risk=asked["Risk"]
    )
    return made, {"Data": {"ConsentId": made.pk, **asked["Data"]}, "Risk": asked["Risk"]}
