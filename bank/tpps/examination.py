"""The examination of a certificate: one small check a reason, in the order of the reasons.

What a verdict means, and how long it is remembered: bank/tpps/certificates.py.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bank.tpps import chains, qualified, revocation
from bank.tpps.models import Certificate, TrustAnchor
from bank.tpps.reasons import Reason

Extension = TypeVar("Extension", bound=x509.ExtensionType)

RSA_BITS, CURVE_BITS = 2048, 256
HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
ORGANISATION = x509.ObjectIdentifier("2.5.4.97")  # organizationIdentifier: PSDGB-FCA-… (TS 119 495 section 5.2.1)
NAMES = (NameOID.ORGANIZATIONAL_UNIT_NAME, ORGANISATION, NameOID.COMMON_NAME)


def examine(certificate: x509.Certificate, *, use: Certificate.Use, at: datetime) -> Reason | None:
    """The first reason why a certificate, whose own dates are right, does not count for a use; None: it counts."""
    if reason := _first(ALONE, certificate):
        return reason
    anchors = list(TrustAnchor.objects.exclude(pem="").order_by("pk"))
    vouching = [anchor for anchor in anchors if anchor.trusts(at) and chains.vouches(anchor, certificate, at=at)]
    if not vouching:
        return chains.why_not(certificate, anchors, at=at)
    anchor = next((anchor for anchor in vouching if use.value in anchor.uses), None)
    if anchor is None:
        return Reason.UNTRUSTED_USE
    return (
        USES[use](certificate)
        or _qualification(certificate, use=use, anchor=anchor)
        or _identity(certificate.subject)
        or _revocation(certificate, anchor, at=at)
    )


def organisation_id(subject: x509.Name) -> str:
    """The organisation that a subject names: its OU in an open banking certificate, PSDGB-FCA-… in a qualified one."""
    country_authority_id = text(subject, ORGANISATION).split("-", 2)
    return text(subject, NameOID.ORGANIZATIONAL_UNIT_NAME) or country_authority_id[-1]


def text(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """The first attribute of a kind; empty, where there is none."""
    found = subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _first(
    checks: tuple[Callable[[x509.Certificate], Reason | None], ...], certificate: x509.Certificate
) -> Reason | None:
    return next((reason for check in checks if (reason := check(certificate))), None)


def _key(certificate: x509.Certificate) -> Reason | None:
    """The verifier looks at the keys of those who sign, not at the last one."""
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return Reason.WEAK_KEY
    if isinstance(key, rsa.RSAPublicKey):
        return None if key.key_size >= RSA_BITS else Reason.WEAK_KEY
    is_strong = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= CURVE_BITS
    return None if is_strong else Reason.WEAK_KEY


def _signature(certificate: x509.Certificate) -> Reason | None:
    try:
        made_over = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return Reason.WEAK_SIGNATURE
    return None if isinstance(made_over, HASHES) else Reason.WEAK_SIGNATURE


def _own_signature(certificate: x509.Certificate) -> Reason | None:
    return Reason.SELF_SIGNED if chains.is_signed_by(certificate, certificate) else None


def _rank(certificate: x509.Certificate) -> Reason | None:
    constraints = _extension(certificate, x509.BasicConstraints)
    return Reason.IS_AUTHORITY if constraints is not None and constraints.ca else None


def _extensions(certificate: x509.Certificate) -> Reason | None:
    unknown = (e for e in certificate.extensions if e.critical and isinstance(e.value, x509.UnrecognizedExtension))
    return Reason.UNKNOWN_EXTENSION if any(unknown) else None


ALONE = (_key, _signature, _own_signature, _rank, _extensions)


def _for_transport(certificate: x509.Certificate) -> Reason | None:
    usage = _extension(certificate, x509.KeyUsage)
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if usage is None:
        return Reason.NO_USE
    if purposes is None:
        return Reason.WRONG_USE if usage.content_commitment else Reason.NO_USE
    is_for_clients = ExtendedKeyUsageOID.CLIENT_AUTH in purposes and usage.digital_signature
    return None if is_for_clients else Reason.WRONG_USE


def _for_signing(certificate: x509.Certificate) -> Reason | None:
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None:
        return Reason.NO_USE
    return None if usage.content_commitment else Reason.WRONG_USE


USES = {Certificate.Use.TRANSPORT: _for_transport, Certificate.Use.SIGNING: _for_signing}


def _qualification(certificate: x509.Certificate, *, use: Certificate.Use, anchor: TrustAnchor) -> Reason | None:
    """Under eIDAS a certificate must be qualified and name roles; elsewhere what one says of both must be right."""
    try:
        said = qualified.read(certificate)
    except qualified.Malformed:
        return Reason.UNREADABLE_QUALIFICATION
    must_be = anchor.kind == TrustAnchor.Kind.EIDAS
    if must_be and not (said.is_compliant and said.types):
        return Reason.NOT_QUALIFIED
    if said.types and qualified.TYPES[use] not in said.types:
        return Reason.WRONG_TYPE
    if said.roles is None:
        return Reason.NO_ROLES if said.is_compliant else None
    if not said.roles <= qualified.KNOWN:
        return Reason.UNKNOWN_ROLE
    return None if said.roles & set(qualified.BY_OID) else Reason.NO_TPP_ROLE


def _identity(subject: x509.Name) -> Reason | None:
    if any(len(subject.get_attributes_for_oid(oid)) > 1 for oid in NAMES):
        return Reason.AMBIGUOUS_SUBJECT
    return None if organisation_id(subject) else Reason.NO_ORGANISATION


def _revocation(certificate: x509.Certificate, anchor: TrustAnchor, *, at: datetime) -> Reason | None:
    if revocation.is_unknown(anchor, at=at):
        return Reason.REVOCATION_UNKNOWN
    return Reason.REVOKED if revocation.is_revoked(certificate, anchor) else None


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
