"""Makes a TPP: the sandbox directory enrols it and issues its certificates, the bank registers its client.

Elsewhere a directory and a registration endpoint would do this; what comes out is the same, a folder that
bank/sandbox/tpp reads and nothing else.
"""

import json
import os
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from django.conf import settings

from bank.oauth import registration
from bank.outbox import unit
from bank.tpps import authority, directory
from bank.tpps.models import Certificate, Role, SoftwareStatement

READY_MADE: Final = "acorn"  # the TPP that is there from the first start
REDIRECT_URI: Final = "https://localhost:7450/callback"
ROLES: Final = (Role.AISP, Role.PISP)
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class NameRefused(Exception):
    """The name is taken, or cannot be a folder's; the message says which."""


def folder_of(name: str) -> Path:
    """Where a TPP's folder is."""
    folder: Path = settings.VAR_DIR / "tpps" / name
    return folder


def ensure_ready_made(now: datetime) -> Path:
    """The folder of the TPP that every sandbox has; made at the first start."""
    folder = folder_of(READY_MADE)
    return folder if folder.exists() else make(READY_MADE, auth_method="private_key_jwt", now=now)


def make(name: str, *, auth_method: str, now: datetime, redirect_uri: str = REDIRECT_URI) -> Path:
    """Enrol a TPP, issue its certificates, register its client and write its folder.

    auth_method: private_key_jwt or tls_client_auth. Opens a unit of work; the folder appears whole or not at all.
    Raises NameRefused.
    """
    if not NAME.fullmatch(name):
        raise NameRefused("A TPP's name has letters, digits, - and _ only, and at most 40 of them.")
    folder = folder_of(name)
    if folder.exists():
        raise NameRefused(f"There is a TPP named {name} already: {folder}")
    unfinished = folder.with_name(f".{name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    with unit.work():
        statement = directory.enrol(name, roles=ROLES, redirect_uris=[redirect_uri], now=now)
        for use in (Certificate.Use.TRANSPORT, Certificate.Use.SIGNING):
            _issue(unfinished, statement, use=use, now=now)
        client = registration.register(statement, token_endpoint_auth_method=auth_method, now=now)
        _issue_redirect(unfinished, redirect_uri=redirect_uri, now=now)
        shutil.copy(settings.VAR_DIR / "ca.pem", unfinished / "ca.pem")
        _write(unfinished / "tpp.json", json.dumps(_describe(statement, client, redirect_uri=redirect_uri), indent=2))
    unfinished.rename(folder)
    return folder


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


def _describe(statement: SoftwareStatement, client: Any, *, redirect_uri: str) -> dict[str, str]:
    return {
        "name": statement.client_name,
        "client_id": client.client_id,
        "organisation_id": statement.tpp_id,
        "software_id": statement.pk,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "redirect_uri": redirect_uri,
        "signing_kid": statement.jwks["keys"][-1]["kid"],
        "discovery": f"{settings.ISSUER}/.well-known/openid-configuration",
        "resources": f"{settings.MTLS_URL}/open-banking/v4.0",
        "bank_organisation_id": settings.ORGANISATION_ID,
        "trust_anchor": settings.TRUST_ANCHOR,
    }


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + ("" if text.endswith("\n") else "\n"))
