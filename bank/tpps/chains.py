"""Whether a trust anchor vouches for a certificate, and what is wrong where none does.

The rules of RFC 5280 are the library's. It tells no reasons, so these are found out afterwards, for words only: nothing
here makes a certificate count.
"""

import functools
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from bank.tpps.models import Certificate, TrustAnchor
from bank.tpps.reasons import Reason

CHAIN_DEPTH = 3
# What a certificate may be used for is judged with a reason of its own. UK certificates have no alternative name, which
# the Web's own policy demands.
ANY_USE = (
    ExtensionPolicy.permit_all()
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, None)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None)
    .may_be_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
)


def vouches(anchor: TrustAnchor, certificate: x509.Certificate, *, at: datetime) -> bool:
    """Tell whether a chain leads from an anchor to a certificate, all of it valid at that instant."""
    root, *intermediates = chain_of(anchor)
    builder = PolicyBuilder().time(at).max_chain_depth(CHAIN_DEPTH).store(Store([root]))
    builder = builder.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ANY_USE)
    try:
        builder.build_client_verifier().verify(certificate, intermediates)
    except VerificationError:
        return False
    return True


def why_not(certificate: x509.Certificate, anchors: Sequence[TrustAnchor], *, at: datetime) -> Reason:
    """The reason why none of all anchors, withdrawn ones among them, vouches for a certificate."""
    named = [
        (anchor, signer) for anchor in anchors for signer in chain_of(anchor) if signer.subject == certificate.issuer
    ]
    if not named:
        return _without_issuer(certificate, [anchor for anchor in anchors if anchor.trusts(at)])
    signed = [(anchor, signer) for anchor, signer in named if is_signed_by(certificate, signer)]
    if not signed:
        return Reason.FORGED
    if not any(anchor.trusts(at) for anchor, _ in signed):
        return Reason.WITHDRAWN_AUTHORITY
    if not any(_is_valid(chain_of(anchor)[0], at) and _is_valid(signer, at) for anchor, signer in signed):
        return Reason.AUTHORITY_EXPIRED
    return Reason.BROKEN_CHAIN


def _without_issuer(certificate: x509.Certificate, trusted: Sequence[TrustAnchor]) -> Reason:
    if Certificate.objects.filter(subject=certificate.issuer.rfc4514_string()).exists():
        return Reason.ISSUER_IS_NO_AUTHORITY
    organisations = {_organisation(known.subject) for anchor in trusted for known in chain_of(anchor)} - {""}
    return (
        Reason.MISSING_INTERMEDIATE if _organisation(certificate.issuer) in organisations else Reason.UNKNOWN_AUTHORITY
    )


def is_signed_by(certificate: x509.Certificate, signer: x509.Certificate) -> bool:
    """Tell whether a certificate names another one as its issuer, and was signed with that one's key."""
    try:
        certificate.verify_directly_issued_by(signer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def chain_of(anchor: TrustAnchor) -> list[x509.Certificate]:
    """An anchor's certificates: the authority's own, then those of its intermediates."""
    return _read(anchor.pem)


@functools.lru_cache(maxsize=64)
def _read(pem: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.encode()) if pem else []


def _organisation(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def _is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
