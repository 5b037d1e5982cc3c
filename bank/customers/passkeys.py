"""Passkeys (WebAuthn): the device signs a challenge that is made of what the customer approves.

The customer is verified by the device each time, so that one touch is possession and knowledge or inherence at once.
What was signed is kept, and proves years later, with nothing but itself, which amount and payee were approved.
Source: Web Authentication Level 3; technical standards on strong customer authentication, article 5.
"""

import struct
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.utils.crypto import salted_hmac
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bank.customers import errands, sca
from bank.customers.errands import Errand
from bank.customers.models import Passkey, User

VERIFIED = UserVerificationRequirement.REQUIRED
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error)  # what reading an answer raises
ANSWER_MAX = 20_000


class Unusable(Exception):
    """What the browser sent makes no passkey; the words are for the customer."""


def _server() -> Fido2Server:
    party = PublicKeyCredentialRpEntity(id=urlsplit(settings.ISSUER).hostname, name=settings.BANK_NAME)
    return Fido2Server(party, verify_origin=lambda origin: origin == settings.ISSUER)


def _state(challenge: bytes) -> dict[str, Any]:
    return {"challenge": websafe_encode(challenge), "user_verification": VERIFIED}


def _credentials(customer: User) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(row.credential)) for row in customer.passkeys.order_by("added_at")]


def options_to_enrol(customer: User, *, nonce: str) -> str:
    """What the browser is given to make a passkey: PublicKeyCredentialCreationOptions as JSON."""
    handle = salted_hmac("webauthn user handle", str(customer.pk), algorithm="sha256").digest()
    user = PublicKeyCredentialUserEntity(id=handle, name=customer.username, display_name=customer.full_name)
    options, _ = _server().register_begin(
        user,
        _credentials(customer),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=VERIFIED,
        challenge=errands.challenge({"enrol": str(customer.pk)}, nonce=nonce),
    )
    return orjson.dumps(dict(options.public_key)).decode()


def enrol(customer: User, *, nonce: str, answer: str, name: str, now: datetime) -> Passkey:
    """Keep the passkey that the browser made for this nonce. Raises Unusable."""
    challenge = errands.challenge({"enrol": str(customer.pk)}, nonce=nonce)
    try:
        data = _server().register_complete(_state(challenge), _read(answer))
    except MALFORMED as reason:
        raise Unusable("Your device made no passkey for this page. Try again.") from reason
    assert data.credential_data is not None, "fido2 returns data with a credential"
    credential_id = websafe_encode(data.credential_data.credential_id)
    if Passkey.objects.filter(credential_id=credential_id).exists():
        raise Unusable("This passkey is in use already.")
    return Passkey.objects.create(
        customer=customer,
        name=name,
        credential_id=credential_id,
        credential=bytes(data.credential_data),
        sign_count=data.counter,
        is_backed_up=bool(data.flags & AuthenticatorData.FLAG.BS),
        added_at=now,
    )


def options_for_anybody(errand: Errand, *, nonce: str) -> str:
    """PublicKeyCredentialRequestOptions as JSON for somebody of whom nothing is known: the device says who it is."""
    challenge = errands.challenge(errand.facts, nonce=nonce)
    options, _ = _server().authenticate_begin(user_verification=VERIFIED, challenge=challenge)
    return orjson.dumps(dict(options.public_key)).decode()


def owner(answer: str) -> User | None:
    """Whose passkey an answer names; that it is theirs is still to be checked."""
    try:
        credential_id = str(_read(answer).get("id", ""))
    except ValueError:
        return None
    row = Passkey.objects.select_related("customer").filter(credential_id=credential_id.replace("\0", "")).first()
    return row.customer if row else None


class Passkeys(sca.SCAMethod):
    """A touch of the device, which signs what is approved."""

    name: ClassVar[str] = "passkey"
    template: ClassVar[str] = "lombard/sca_passkey.html"
    field: ClassVar[str] = "credential"

    def is_offered(self, *, customer: User, errand: Errand) -> bool:  # noqa: ARG002 - good for everything
        """To who has one."""
        return customer.passkeys.exists()

    def offer(self, *, customer: User, errand: Errand, nonce: str) -> dict[str, object]:
        """PublicKeyCredentialRequestOptions as JSON, for the page's script."""
        challenge = errands.challenge(errand.facts, nonce=nonce)
        options, _ = _server().authenticate_begin(
            _credentials(customer), user_verification=VERIFIED, challenge=challenge
        )
        return {"options": orjson.dumps(dict(options.public_key)).decode()}

    def check(self, *, customer: User, errand: Errand, nonce: str, answer: str, now: datetime) -> sca.Evidence | None:
        """Check the signature over the errand's facts as they stand now. A counter that did not rise is a copy's."""
        if not nonce:
            return None
        challenge = errands.challenge(errand.facts, nonce=nonce)
        try:
            read = AuthenticationResponse.from_dict(_read(answer))
            used = _server().authenticate_complete(_state(challenge), _credentials(customer), read)
        except MALFORMED:
            return None
        if read.response.client_data.cross_origin:  # asked for in somebody else's frame
            return None
        row = customer.passkeys.get(credential_id=websafe_encode(used.credential_id))
        counter = read.response.authenticator_data.counter
        if (counter or row.sign_count) and counter <= row.sign_count:
            return None
        row.sign_count, row.used_at = counter, now
        row.save(update_fields=["sign_count", "used_at"])
        return {
            "nonce": nonce,
            "credential": websafe_encode(bytes(used)),
            "client_data": websafe_encode(bytes(read.response.client_data)),
            "authenticator_data": websafe_encode(bytes(read.response.authenticator_data)),
            "signature": websafe_encode(read.response.signature),
        }


def proves(evidence: sca.Evidence) -> bool:
    """Tell whether kept evidence proves its facts: the key signed, with its user verified, what they hash to."""
    client_data = CollectedClientData(websafe_decode(evidence["client_data"]))
    data = AuthenticatorData(websafe_decode(evidence["authenticator_data"]))
    if client_data.challenge != errands.challenge(evidence["facts"], nonce=evidence["nonce"]):
        return False
    key = AttestedCredentialData(websafe_decode(evidence["credential"])).public_key
    try:
        key.verify(data + client_data.hash, websafe_decode(evidence["signature"]))
    except InvalidSignature:
        return False
    return data.is_user_verified()


def _read(answer: str) -> dict[str, Any]:
    """The browser's answer. Raises ValueError."""
    read = orjson.loads(answer) if len(answer) <= ANSWER_MAX else None
    if not isinstance(read, dict):
        raise ValueError("no object")  # noqa: TRY004 - told like every other malformed answer
    return read
