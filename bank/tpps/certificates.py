"""Client certificates: whether the bank believes one, and whom it names.

The handshake lets every certificate through; whether it counts is judged here, with a reason that can be told.
How one reaches the bank: bank/tpps/presenting.py. What is looked at: bank/tpps/examination.py. Issuing certificates:
bank/tpps/directory.py.
"""

import base64
import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from bank.tpps import examination, qualified
from bank.tpps.models import Certificate
from bank.tpps.reasons import Reason

REREAD_AFTER = timedelta(seconds=10)  # so long a verdict is remembered: then a revocation counts in every process
VERDICTS_MAX = 4096
UNREADABLE = (ValueError, x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType)

_verdicts: dict[tuple[bytes, str], tuple[datetime, Reason | None]] = {}


class CertificateRefused(Exception):
    """The bank does not believe a certificate."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


@dataclass(frozen=True)
class VerifiedCertificate:
    """A certificate that the bank believes, and whom it names. roles: what a PSD2 certificate says; None: nothing."""

    thumbprint: str
    subject: x509.Name
    organisation_id: str
    software_id: str
    roles: frozenset[str] | None = None


@functools.lru_cache(maxsize=4096)
def thumbprint(der: bytes) -> str:
    """The certificate's SHA-256 in base64url: x5t#S256 of RFC 8705 section 3.1."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def verify(der: bytes, *, use: str, now: datetime) -> VerifiedCertificate:
    """Tell whom a certificate names, if the bank believes it for this use (Certificate.Use) at this instant.

    Raises CertificateRefused with the first Reason that applies.
    """
    certificate = _load(der)
    if now < certificate.not_valid_before_utc:
        raise CertificateRefused(Reason.NOT_YET_VALID)
    if now > certificate.not_valid_after_utc:
        raise CertificateRefused(Reason.EXPIRED)
    if reason := _judge(der, Certificate.Use(use), now):
        raise CertificateRefused(reason)
    return _named(der)


def forget() -> None:
    """Forget every verdict of this process: an authority or a revocation has changed."""
    _verdicts.clear()


@functools.lru_cache(maxsize=4096)
def _load(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        assert certificate.extensions is not None, "extensions are parsed when first asked for"
    except UNREADABLE:
        raise CertificateRefused(Reason.UNREADABLE) from None
    return certificate


def _judge(der: bytes, use: Certificate.Use, now: datetime) -> Reason | None:
    known = _verdicts.get((der, use))
    if known is not None and known[0] <= now < known[0] + REREAD_AFTER:
        return known[1]
    if len(_verdicts) >= VERDICTS_MAX:
        _verdicts.clear()
    reason = examination.examine(_load(der), use=use, at=now)
    _verdicts[der, use] = (now, reason)
    return reason


@functools.lru_cache(maxsize=4096)
def _named(der: bytes) -> VerifiedCertificate:
    certificate = _load(der)
    roles = qualified.read(certificate).roles
    return VerifiedCertificate(
        thumbprint=thumbprint(der),
        subject=certificate.subject,
        organisation_id=examination.organisation_id(certificate.subject),
        software_id=examination.text(certificate.subject, NameOID.COMMON_NAME),
        roles=None if roles is None else frozenset(qualified.BY_OID[oid] for oid in roles if oid in qualified.BY_OID),
    )
