"""Codes from an app that shares a secret with the bank: by time, and for payments by time and by what is paid.

Any authenticator app makes the first kind (RFC 6238), good for everything but payments, since it knows nothing of them.
The bank's own app makes the second kind from the same secret (RFC 6287): its question is the hash of the payment's
facts, so that a code for one amount and payee is wrong for every other. `manage.py customer code` is that app's
stand-in.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote, urlencode

import segno
from cryptography.fernet import Fernet
from django.conf import settings

from bank.customers import errands, sca
from bank.customers.errands import Errand
from bank.customers.models import Authenticator, User
from bank.keys import sealing

STEP_SECONDS = 30
STEPS_AROUND = 1  # clocks of phones differ
SECRET_BYTES = 20
DIGITS = 6
SUITE = "OCRA-1:HOTP-SHA256-8:QH64-T30S"  # RFC 6287: question of 64 hex digits, time in steps of 30 seconds
QUESTION_HEX = 256  # a question is padded to 128 bytes


def begin(customer: User, *, name: str, now: datetime) -> Authenticator:
    """Make the secret of a new app; one that was begun before and never confirmed is forgotten."""
    customer.authenticators.filter(confirmed_at=None).delete()
    secret = _cipher().encrypt(secrets.token_bytes(SECRET_BYTES))
    return Authenticator.objects.create(customer=customer, name=name, encrypted_secret=secret, added_at=now)


def confirm(authenticator: Authenticator, *, name: str, code: str, now: datetime) -> bool:
    """Let the app count from now on, if it made this code."""
    step = _step_of(code, make=lambda step: time_code(secret_of(authenticator), step=step), now=now)
    if step is None:
        return False
    authenticator.name, authenticator.confirmed_at, authenticator.last_step = name, now, step
    authenticator.save(update_fields=["name", "confirmed_at", "last_step"])
    return True


def replace(person: User, *, name: str, now: datetime) -> Authenticator:
    """Make an app's secret that counts at once, for somebody to whom it is handed; earlier apps count no more."""
    person.authenticators.all().delete()
    app = begin(person, name=name, now=now)
    app.confirmed_at = now
    app.save(update_fields=["confirmed_at"])
    return app


def secret_of(authenticator: Authenticator) -> bytes:
    """The secret in the clear."""
    secret: bytes = _cipher().decrypt(bytes(authenticator.encrypted_secret))
    return secret


def address(authenticator: Authenticator) -> str:
    """The otpauth: address that apps scan."""
    label = quote(f"{settings.BANK_NAME}:{authenticator.customer.username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': spelled(authenticator), 'issuer': settings.BANK_NAME})}"


def spelled(authenticator: Authenticator) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret_of(authenticator)).decode()


def picture(text: str) -> str:
    """A QR code as the address of an image."""
    address: str = segno.make(text, micro=False, error="m").svg_data_uri(scale=4, border=4, light="#fff")
    return address


def time_code(secret: bytes, *, step: int) -> str:
    """The code of a time step (RFC 6238 with its defaults, which every app knows)."""
    return _truncated(hmac.digest(secret, step.to_bytes(8, "big"), "sha1"), digits=DIGITS)


def payment_code(secret: bytes, *, question: bytes, step: int) -> str:
    """The code for the payment whose challenge this is, at a time step."""
    return answer_to(question.hex(), secret=secret, suite=SUITE, step=step)


def answer_to(question: str, *, secret: bytes, suite: str, step: int) -> str:
    """The answer to a question in hex (RFC 6287, section 5), for suites of a question and the time."""
    _, function, _ = suite.split(":")
    _, hash_name, digits = function.split("-")
    padded = bytes.fromhex(question.ljust(QUESTION_HEX, "0"))
    message = suite.encode() + b"\0" + padded + step.to_bytes(8, "big")
    return _truncated(hmac.digest(secret, message, hash_name.lower()), digits=int(digits))


def step_at(now: datetime) -> int:
    """The time step of an instant."""
    return int(now.timestamp()) // STEP_SECONDS


def shown_by(app: Authenticator, *, payment: str, now: datetime) -> str:
    """What an app that holds the secret shows: for a payment, whose text it scanned, or for anything else."""
    step = step_at(now)
    if not payment:
        return time_code(secret_of(app), step=step)
    return payment_code(secret_of(app), question=hashlib.sha256(payment.encode()).digest(), step=step)


class AppCodes(sca.SCAMethod):
    """A code that the customer reads from an app."""

    name: ClassVar[str] = "app-code"
    template: ClassVar[str] = "lombard/sca_code.html"
    field: ClassVar[str] = "otp"

    def is_offered(self, *, customer: User, errand: Errand) -> bool:
        """To who has an app, beside a password: whoever finds the phone has one factor of two."""
        return not errand.has_no_password and customer.authenticators.filter(confirmed_at__isnull=False).exists()

    def offer(self, *, customer: User, errand: Errand, nonce: str) -> dict[str, object]:  # noqa: ARG002 - of any app
        """Ask for the code by time; for a payment show what the bank's app must know."""
        if not errand.is_payment:
            return {"label": "Code from your authenticator app"}
        text = errands.canonical(errand.facts, nonce=nonce).decode()
        return {
            "label": "Code from the bank's app",
            "more": "lombard/sca_signing.html",
            "picture": picture(text),
            "text": text,
        }

    def check(self, *, customer: User, errand: Errand, nonce: str, answer: str, now: datetime) -> sca.Evidence | None:
        """Compare with the codes of each app: of a step that was not used, or of this payment."""
        for app in customer.authenticators.filter(confirmed_at__isnull=False).order_by("added_at"):
            if errand.is_payment:
                found = _payment_step(app, errand=errand, nonce=nonce, code=answer, now=now)
            else:
                found = _time_step(app, code=answer, now=now)
            if found is not None:
                app.used_at = now
                app.save(update_fields=["used_at", "last_step"])
                suite = SUITE if errand.is_payment else "RFC 6238"
                return {"nonce": nonce, "authenticator": app.pk, "suite": suite, "step": found}
        return None


def _time_step(app: Authenticator, *, code: str, now: datetime) -> int | None:
    step = _step_of(code, make=lambda step: time_code(secret_of(app), step=step), now=now)
    if step is None or step <= app.last_step:
        return None
    app.last_step = step
    return step


def _payment_step(app: Authenticator, *, errand: Errand, nonce: str, code: str, now: datetime) -> int | None:
    if not nonce:
        return None
    question = errands.challenge(errand.facts, nonce=nonce)
    return _step_of(code, make=lambda step: payment_code(secret_of(app), question=question, step=step), now=now)


def _step_of(code: str, *, make: Callable[[int], str], now: datetime) -> int | None:
    """The newest step around now whose code this is."""
    around = range(step_at(now) + STEPS_AROUND, step_at(now) - STEPS_AROUND - 1, -1)
    typed = "".join(code.split()).encode()
    return next((step for step in around if hmac.compare_digest(make(step).encode(), typed)), None)


def _truncated(digest: bytes, *, digits: int) -> str:
    """Decimal digits of an HMAC (RFC 4226, section 5.3)."""
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def _cipher() -> Fernet:
    return sealing.cipher("authenticators' secrets at rest")
