"""Client certificates: whether the bank believes one, and whom it names.

The handshake lets every certificate through; whether it counts is judged here, with a reason that can be told.
How one reaches the bank: bank/tpps/presenting.py. Issuing certificates: bank/tpps/directory.py.
"""

import base64
import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from bank.tpps.models import Certificate, TrustAnchor

REREAD_AFTER = timedelta(seconds=10)  # so long a verdict is remembered: then a revocation counts in every process
VERDICTS_MAX = 4096
CHAIN_DEPTH = 3
RSA_BITS, CURVE_BITS = 2048, 256

_verdicts: dict[tuple[bytes, str], tuple[datetime, "Reason | None"]] = {}


class Reason(StrEnum):
    """Why a certificate does not count, in the order in which it is found out."""

    UNREADABLE = "The certificate cannot be read."
    NOT_YET_VALID = "The certificate is not valid yet."
    EXPIRED = "The certificate has expired."
    UNKNOWN_AUTHORITY = "The certificate was issued by an authority that this bank does not trust."
    WEAK_KEY = "The certificate's key is weaker than RSA with 2048 bits or P-256."
    WRONG_USE = "The certificate was issued for another use."
    REVOKED = "The certificate was revoked."


class CertificateRefused(Exception):
    """The bank does not believe a certificate."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


@dataclass(frozen=True)
class VerifiedCertificate:
    """A certificate that the bank believes, and whom it names."""

    thumbprint: str
    subject: x509.Name
    organisation_id: str
    software_id: str


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
    except ValueError:
        raise CertificateRefused(Reason.UNREADABLE) from None
    return certificate


def _judge(der: bytes, use: Certificate.Use, now: datetime) -> Reason | None:
    known = _verdicts.get((der, use))
    if known is not None and known[0] <= now < known[0] + REREAD_AFTER:
        return known[1]
    if len(_verdicts) >= VERDICTS_MAX:
        _verdicts.clear()
    reason = _examine(der, use, now)
    _verdicts[der, use] = (now, reason)
    return reason


def _examine(der: bytes, use: Certificate.Use, at: datetime) -> Reason | None:
    trusted = [_chain(anchor.pem) for anchor in TrustAnchor.objects.all() if anchor.trusts(at)]
    if not _holds(der, trusted, ANY_USE, at):
        return Reason.UNKNOWN_AUTHORITY
    if not _is_strong(_load(der).public_key()):
        return Reason.WEAK_KEY
    if not _holds(der, trusted, POLICIES[use], at):
        return Reason.WRONG_USE
    if Certificate.objects.filter(thumbprint=thumbprint(der), revoked_at__isnull=False).exists():
        return Reason.REVOKED
    return None


def _is_strong(key: CertificatePublicKeyTypes) -> bool:
    """The verifier looks at the keys of those who sign, not at the last one."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= CURVE_BITS


def _holds(der: bytes, trusted: list[list[x509.Certificate]], policy: ExtensionPolicy, at: datetime) -> bool:
    if not trusted:
        return False
    builder = PolicyBuilder().time(at).max_chain_depth(CHAIN_DEPTH).store(Store([chain[0] for chain in trusted]))
    builder = builder.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=policy)
    try:
        builder.build_client_verifier().verify(_load(der), [issuer for chain in trusted for issuer in chain[1:]])
    except VerificationError:
        return False
    return True


@functools.lru_cache(maxsize=64)
def _chain(pem: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.encode())


@functools.lru_cache(maxsize=4096)
def _named(der: bytes) -> VerifiedCertificate:
    subject = _load(der).subject
    return VerifiedCertificate(
        thumbprint=thumbprint(der),
        subject=subject,
        organisation_id=_attribute(subject, NameOID.ORGANIZATIONAL_UNIT_NAME),
        software_id=_attribute(subject, NameOID.COMMON_NAME),
    )


def _attribute(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _for_client_authentication(
    _policy: Policy, _certificate: x509.Certificate, usage: x509.ExtendedKeyUsage | None
) -> None:
    if usage is None or ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        raise ValueError("not for client authentication")


def _for_signing(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is None or not usage.content_commitment:
        raise ValueError("not for signing")


def _with_alternative_name(policy: ExtensionPolicy) -> ExtensionPolicy:
    """A subject alternative name may be there: UK certificates have none, which the Web's own policy demands."""
    return policy.may_be_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)


ANY_USE = _with_alternative_name(
    ExtensionPolicy.permit_all()
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, None)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None)
)
POLICIES = {
    Certificate.Use.TRANSPORT: _with_alternative_name(
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, None)
        .require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_client_authentication)
    ),
    Certificate.Use.SIGNING: _with_alternative_name(
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _for_signing)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None)
    ),
}
