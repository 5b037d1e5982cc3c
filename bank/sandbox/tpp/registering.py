"""Becomes a client of a bank: what the directory says of the software, and what we would like, signed and posted.

Source: UK Dynamic Client Registration v3.3; RFC 7591 section 3.
"""

import time
import uuid
from collections.abc import Mapping
from typing import Any

import requests

from bank.sandbox.tpp import signing
from bank.sandbox.tpp.client import LIFETIME_SECONDS, TIMEOUT_SECONDS, Json, expect
from bank.sandbox.tpp.folder import Folder


def register(folder: Folder, *, software_statement: str, metadata: Mapping[str, Any]) -> Json:
    """Register the software of a folder that has no client yet; return what the bank made of it. Raises Refused."""
    identity, now = folder.identity, int(time.time())
    request = {
        "iss": identity["software_id"],
        "aud": identity["bank_organisation_id"],
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "jti": str(uuid.uuid4()),
        "software_statement": software_statement,
        **metadata,
    }
    with requests.Session() as session:
        session.trust_env = False
        session.cert = (folder.file("transport.pem"), folder.file("transport.key"))
        session.verify = folder.file("ca.pem")
        discovery = expect(session.get(identity["discovery"], timeout=TIMEOUT_SECONDS), status=200).json()
        answer = session.post(
            discovery["registration_endpoint"],
            data=signing.sign_jwt(request, key=folder.signing_key),
            headers={"Content-Type": "application/jose", "Accept": "application/json"},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    registered: Json = expect(answer, status=201).json()
    return registered
