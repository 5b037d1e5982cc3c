"""Makes a TPP: the sandbox directory enrols it and issues its certificates, the bank registers its client.

Elsewhere a directory's own pages would do the first part; what comes out is the same, a folder that bank/sandbox/tpp
reads and nothing else. The client is registered at the bank's endpoint, as anybody's; only the TPP that every sandbox
has from its first start is registered before there is a bank to call.
"""

import base64
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from django.conf import settings
from joserfc.jwk import ECKey, RSAKey

from bank.oauth import registration
from bank.outbox import unit
from bank.sandbox.tpp import registering
from bank.sandbox.tpp.folder import SELF_SIGNED, Folder
from bank.tpps import authority, directory, statements
from bank.tpps.models import Certificate, Role, SoftwareStatement

READY_MADE: Final = "acorn"  # the TPP that is there from the first start
REDIRECT_URI: Final = "https://localhost:7450/callback"
ROLES: Final = (Role.AISP, Role.PISP, Role.CBPII)
OWN_LIFETIME: Final = timedelta(days=397)  # of a certificate that a TPP signs itself
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class NameRefused(Exception):
    """The name is taken, or cannot be a folder's; the message says which."""


def folder_of(name: str) -> Path:
    """Where a TPP's folder is."""
    folder: Path = settings.VAR_DIR / "tpps" / name
    return folder


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a new TPP would be: as its metadata say it (bank/oauth/registration.py)."""

    auth_method: str = "private_key_jwt"
    profile: str = "fapi1-advanced"
    is_dpop: bool = False
    redirect_uri: str = REDIRECT_URI

    def metadata(self) -> dict[str, Any]:
        """What it registers as, but for what hangs on its certificates."""
        is_hybrid, is_signed = self.profile == "fapi1-advanced", self.profile == "fapi2-message-signing"
        return {
            "redirect_uris": [self.redirect_uri],
            "token_endpoint_auth_method": self.auth_method,
            "grant_types": registration.USUAL_GRANT_TYPES,
            "response_types": ["code id_token", "code"] if is_hybrid else ["code"],
            "profile": self.profile,
            "dpop_bound_access_tokens": self.is_dpop,
            "require_signed_request_object": is_signed,
            "application_type": "web",
            "id_token_signed_response_alg": "PS256",
            "request_object_signing_alg": "PS256",
            "token_endpoint_auth_signing_alg": "PS256",
            **({"authorization_signed_response_alg": "PS256"} if is_signed else {}),
        }


Register = Callable[[SoftwareStatement, Folder, dict[str, Any], datetime], dict[str, Any]]


def ensure_ready_made(now: datetime) -> Path:
    """The folder of the TPP that every sandbox has; made at the first start."""
    folder = folder_of(READY_MADE)
    return folder if folder.exists() else make(READY_MADE, Wish(), register=in_process, now=now)


def make(name: str, wish: Wish, *, register: "Register", now: datetime) -> Path:
    """Enrol a TPP, issue its certificates, register its client and write its folder.

    register: in_process or by_request. The folder appears whole or not at all.
    Raises NameRefused, RegistrationRefused or what bank/sandbox/tpp raises.
    """
    if not NAME.fullmatch(name):
        raise NameRefused("A TPP's name has letters, digits, - and _ only, and at most 40 of them.")
    folder = folder_of(name)
    if folder.exists():
        raise NameRefused(f"There is a TPP named {name} already: {folder}")
    unfinished = folder.with_name(f".{name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    statement = _equip(name, wish, unfinished, now=now)
    identity = _describe(statement, wish)
    _write(unfinished / "tpp.json", json.dumps(identity, indent=2))
    metadata = wish.metadata() | _bound_to_certificate(unfinished, statement, wish)
    registered = register(statement, Folder(unfinished), metadata, now)
    told = {"client_id", "registration_client_uri", "registration_access_token"} & set(registered)
    identity |= {name: registered[name] for name in sorted(told)}
    (unfinished / "tpp.json").write_text(json.dumps(identity, indent=2) + "\n")
    unfinished.rename(folder)
    return folder


def in_process(
    statement: SoftwareStatement, _folder: Folder, metadata: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Register a client where no bank runs yet that could be called."""
    with unit.work():
        return {"client_id": registration.register(statement, now=now, **metadata).client_id}


def by_request(statement: SoftwareStatement, folder: Folder, metadata: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Register a client at the running bank, as anybody does: with a statement that the directory signs."""
    return registering.register(folder, software_statement=statements.sign(statement, now=now), metadata=metadata)


def _equip(name: str, wish: Wish, folder: Path, *, now: datetime) -> SoftwareStatement:
    """Have the directory take the TPP up; write its certificates and keys."""
    with unit.work():
        statement = directory.enrol(name, roles=ROLES, redirect_uris=[wish.redirect_uri], now=now)
        for use in (Certificate.Use.TRANSPORT, Certificate.Use.SIGNING):
            _issue(folder, statement, use=use, now=now)
        _issue_redirect(folder, redirect_uri=wish.redirect_uri, now=now)
        shutil.copy(settings.VAR_DIR / "ca.pem", folder / "ca.pem")
    if wish.is_dpop:
        _write(folder / "dpop.key", ECKey.generate_key("P-256").as_pem(private=True).decode())
    if wish.auth_method == SELF_SIGNED:
        _sign_own(folder, statement, now=now)
    return statement


def _sign_own(folder: Path, statement: SoftwareStatement, *, now: datetime) -> None:
    """A certificate that nobody but the TPP itself vouches for (RFC 8705 section 2.2)."""
    key = authority.new_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, statement.pk)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    lifetime = builder.not_valid_before(now - authority.BACKDATED).not_valid_after(now + OWN_LIFETIME)
    authority.write_key(folder / "own.key", key)
    _write(folder / "own.pem", authority.as_pem(lifetime.sign(key, hashes.SHA256())))


def _bound_to_certificate(folder: Path, statement: SoftwareStatement, wish: Wish) -> dict[str, Any]:
    """The metadata that say which certificate the bank will know the client by."""
    if wish.auth_method == "tls_client_auth":
        certificate = x509.load_pem_x509_certificate((folder / "transport.pem").read_bytes())
        return {"tls_client_auth_subject_dn": certificate.subject.rfc4514_string()}
    if wish.auth_method == SELF_SIGNED:
        certificate = x509.load_pem_x509_certificate((folder / "own.pem").read_bytes())
        der = certificate.public_bytes(serialization.Encoding.DER)
        key = RSAKey.import_key((folder / "own.key").read_bytes())
        own = {**key.as_dict(private=False), "kid": key.thumbprint(), "x5c": [base64.b64encode(der).decode()]}
        return {"jwks": {"keys": [*statement.jwks["keys"], own]}}
    return {}


def _issue(folder: Path, statement: SoftwareStatement, *, use: Certificate.Use, now: datetime) -> None:
    key = authority.new_key()
    certificate = directory.issue(statement, use=use, public_key=key.public_key(), now=now)
    authority.write_key(folder / f"{use}.key", key)
    _write(folder / f"{use}.pem", certificate.pem)


def _issue_redirect(folder: Path, *, redirect_uri: str, now: datetime) -> None:
    """The certificate of the TPP's own page; the bank need not know it, the customer's browser does."""
    issuer, key = directory.ensure_authority(now), authority.new_key()
    host = urlsplit(redirect_uri).hostname or "localhost"
    certificate = authority.issue_server(issuer, names=[host], public_key=key.public_key(), now=now)
    authority.write_key(folder / "redirect.key", key)
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    _write(folder / "redirect.pem", pem + authority.as_pem(issuer.certificate))


def _describe(statement: SoftwareStatement, wish: Wish) -> dict[str, str]:
    return {
        "name": statement.client_name,
        "organisation_id": statement.tpp_id,
        "software_id": statement.pk,
        "profile": wish.profile,
        "token_endpoint_auth_method": wish.auth_method,
        "sender_constraint": "dpop" if wish.is_dpop else "mtls",
        "redirect_uri": wish.redirect_uri,
        "signing_kid": statement.jwks["keys"][-1]["kid"],
        "discovery": f"{settings.ISSUER}/.well-known/openid-configuration",
        "resources": f"{settings.MTLS_URL}/open-banking/v4.0",
        "bank_organisation_id": settings.ORGANISATION_ID,
        "trust_anchor": settings.TRUST_ANCHOR,
    }


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + ("" if text.endswith("\n") else "\n"))
