"""Two clients for a plan, and the plan's configuration with their private keys."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from joserfc.jwk import RSAKey

from bank.oauth import registration
from bank.oauth.models import Client
from bank.outbox import unit
from bank.sandbox import cast
from bank.sandbox.conformance import pages
from bank.sandbox.conformance.plans import Plan
from bank.tpps import authority, directory
from bank.tpps.models import Certificate, Role, SoftwareStatement

Json = dict[str, Any]
SECOND = "?dummy1=lorem&dummy2=ipsum"  # the suite's second client is sent back to an address with a query of its own
NAMES = ("client", "client2")
WHOAMI = "/sandbox/whoami"
UK = "/open-banking/v4.0/aisp/"
APPROVAL = "/sandbox/backchannel/{auth_req_id}/{action}"  # the suite fills in allow or deny


@dataclass(frozen=True, kw_only=True)
class Party:
    """One of the two clients, with what only it has."""

    client: Client
    statement: SoftwareStatement
    transport: Certificate
    transport_key: authority.PrivateKey
    signing_key: authority.PrivateKey


def write(name: str, plan: Plan, *, suite: str, alias: str, now: datetime) -> Path:
    """Register the plan's two clients and write its configuration; return the file. Opens a unit of work.

    suite is the suite's address, alias the plan's part of it: two plans that run at once have two aliases. The file
    holds private keys, of clients that only this sandbox knows. Each call makes new clients.
    """
    base = f"{suite.rstrip('/')}/test/a/{alias}"
    with unit.work():
        parties = [
            _register(f"Conformance {name} {number}", plan, base=base, query=query, now=now)
            for number, query in enumerate(("", SECOND), start=1)
        ]
        root = authority.as_pem(directory.ensure_authority(now).root)
    content = configuration(plan, parties, alias=alias, root=root)
    path: Path = settings.VAR_DIR / "conformance" / f"{name}.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=2)
    return path


def configuration(plan: Plan, parties: list[Party], *, alias: str, root: str) -> Json:
    """The configuration as the suite reads it."""
    made: Json = {
        "alias": alias,
        "description": f"{settings.BANK_NAME}: {plan.name}",
        "server": {"discoveryUrl": _discovery(plan)},
        "resource": {"resourceUrl": settings.MTLS_URL + (UK if plan.is_uk else WHOAMI)},
        "options": {"browsercontrol_css_enable": False},
    }
    for number, (name, party) in enumerate(zip(NAMES, parties, strict=True)):
        made[name] = _client(plan, party)
        made["mtls2" if number else "mtls"] = _certificate(party, root=root)
    if plan.has_browser:
        made |= {"browser": pages.rules(), "override": pages.overrides(plan.name)}
    else:
        made["client"] |= {"hint_type": "login_hint", "hint_value": cast.named("alice").username}
        made["client2"] |= {"hint_type": "login_hint", "hint_value": cast.named("alice").username}
        made["client2"]["acr_value"] = "urn:openbanking:psd2:sca"
        made["automated_ciba_approval_url"] = settings.MTLS_URL + APPROVAL
    return made


def _register(name: str, plan: Plan, *, base: str, query: str, now: datetime) -> Party:
    uris = [f"{base}/callback{query}"]
    statement = directory.enrol(name, roles=[Role.AISP, Role.PISP], redirect_uris=uris, now=now)
    transport_key, signing_key = authority.new_key(), authority.new_key()
    transport = directory.issue(
        statement, use=Certificate.Use.TRANSPORT, public_key=transport_key.public_key(), now=now
    )
    directory.issue(statement, use=Certificate.Use.SIGNING, public_key=signing_key.public_key(), now=now)
    statement.refresh_from_db()
    client = registration.register(statement, now=now, **plan.metadata(base=base))
    return Party(
        client=client,
        statement=statement,
        transport=transport,
        transport_key=transport_key,
        signing_key=signing_key,
    )


def _client(plan: Plan, party: Party) -> Json:
    key = RSAKey.import_key(party.signing_key)
    member = {**key.as_dict(private=True), "kid": key.thumbprint(), "use": "sig", "alg": "PS256"}
    dpop = {"dpop_signing_alg": "ES256"} if plan.is_dpop else {}
    return {"client_id": party.client.client_id, "scope": plan.scope, "jwks": {"keys": [member]}, **dpop}


def _certificate(party: Party, *, root: str) -> Json:
    key = party.transport_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {"cert": party.transport.pem, "key": key, "ca": root}


def _discovery(plan: Plan) -> str:
    name = "openid-configuration" if plan.is_openid else "oauth-authorization-server"
    return f"{settings.ISSUER}/.well-known/{name}"
