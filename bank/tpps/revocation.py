"""What authorities have taken back: the sandbox directory's own list, and those that the bank reads from others.

A trust anchor that publishes a list is believed only while the bank has a list of it that has not ended: an authority
whose list cannot be read might have taken anything back. The verdict on one certificate: bank/tpps/certificates.py.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from bank import outbound
from bank.tpps import authority, chains
from bank.tpps.models import Certificate, RevocationList, TrustAnchor

log = structlog.get_logger(__name__)

URL = f"{settings.ISSUER}/directory/crl"
BYTES_MAX = 8 << 20
READ_SECONDS = 10.0
REPUBLISHED_AFTER = timedelta(days=1)
CLOCKS_APART = timedelta(minutes=5)
OK = 200


class ListRefused(Exception):
    """A revocation list is none that the bank believes; the words are for the log."""


def publish(issuer: authority.Authority, anchor: TrustAnchor, *, now: datetime) -> None:
    """Sign a list of all certificates of the sandbox directory that were revoked and have not ended; keep it."""
    revoked = Certificate.objects.filter(revoked_at__isnull=False, not_after__gt=now).order_by("revoked_at", "pk")
    entries = [(int(row.serial_number), row.revoked_at) for row in revoked if row.revoked_at]
    _keep(anchor, authority.revocation_list(issuer, entries, now=now), now=now)


def publish_if_due(issuer: authority.Authority, anchor: TrustAnchor, *, now: datetime) -> None:
    """Sign a new list a day after the last one, or where the authority's certificate has become another one."""
    known = RevocationList.objects.filter(anchor=anchor).first()
    is_fresh = known is not None and known.issued_at <= now < known.issued_at + REPUBLISHED_AFTER
    if known is None or not is_fresh or not _is_signed(known, anchor):
        publish(issuer, anchor, now=now)


def read_all(now: datetime) -> None:
    """Read the list of every trusted authority that publishes one elsewhere. One that fails is logged, and tried again.

    Must not be called inside a transaction.
    """
    for anchor in TrustAnchor.objects.exclude(crl_url__in=["", URL]).order_by("pk"):
        if not anchor.trusts(now):
            continue
        try:
            read(anchor, now=now)
        except (ListRefused, outbound.Unreachable) as fault:
            log.warning("revocation_list.unread", anchor=anchor.name, reason=str(fault))


def read(anchor: TrustAnchor, *, now: datetime) -> None:
    """Fetch an authority's list and keep it. Raises ListRefused, outbound.Unreachable."""
    answer = outbound.call("GET", anchor.crl_url, headers={}, seconds=READ_SECONDS, size_max=BYTES_MAX)
    if answer.status != OK:
        raise ListRefused(f"The list's address answers {answer.status}.")
    take(anchor, answer.body, now=now)


def take(anchor: TrustAnchor, body: bytes, *, now: datetime) -> None:
    """Keep a list (DER or PEM) if its authority signed it and it is no older than the one that is known.

    Raises ListRefused.
    """
    is_pem = body.lstrip().startswith(b"-----BEGIN")
    try:
        found = x509.load_pem_x509_crl(body) if is_pem else x509.load_der_x509_crl(body)
    except ValueError:
        raise ListRefused("The answer is no revocation list.") from None
    if not _is_by_one_of(found, chains.chain_of(anchor)):
        raise ListRefused("The revocation list is not signed by its authority.")
    if found.next_update_utc is None or found.next_update_utc <= now:
        raise ListRefused("The revocation list has ended.")
    if found.last_update_utc > now + CLOCKS_APART:
        raise ListRefused("The revocation list is from the future.")
    known = RevocationList.objects.filter(anchor=anchor).first()
    if known is not None and found.last_update_utc < known.issued_at:
        raise ListRefused("The revocation list is older than the one that is known.")
    _keep(anchor, found.public_bytes(Encoding.DER), now=now)


def is_unknown(anchor: TrustAnchor, *, at: datetime) -> bool:
    """Tell whether nothing is known of what an authority, which publishes it, has taken back."""
    return bool(anchor.crl_url) and not RevocationList.objects.filter(anchor=anchor, ends_at__gt=at).exists()


def is_revoked(certificate: x509.Certificate, anchor: TrustAnchor) -> bool:
    """Tell whether an authority's list has this certificate, as far as it is known."""
    known = RevocationList.objects.filter(anchor=anchor).first()
    if known is None:
        return False
    found = x509.load_der_x509_crl(bytes(known.der))
    return found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None


def _is_signed(known: RevocationList, anchor: TrustAnchor) -> bool:
    return _is_by_one_of(x509.load_der_x509_crl(bytes(known.der)), chains.chain_of(anchor))


def _is_by_one_of(found: x509.CertificateRevocationList, signers: Sequence[x509.Certificate]) -> bool:
    return any(signer.subject == found.issuer and _is_by(found, signer) for signer in signers)


def _is_by(found: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
    key = signer.public_key()
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and found.is_signature_valid(key)


def _keep(anchor: TrustAnchor, der: bytes, *, now: datetime) -> None:
    found = x509.load_der_x509_crl(der)
    assert found.next_update_utc is not None, "a list that is kept says when it ends"
    facts = {"der": der, "issued_at": found.last_update_utc, "ends_at": found.next_update_utc, "read_at": now}
    RevocationList.objects.update_or_create(anchor=anchor, defaults=facts)
