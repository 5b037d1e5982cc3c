"""Certificate signing requests (RFC 2986): what is read of one, and how two members of staff issue over one.

Only the key of one counts; subject and roles of the certificate are what the directory knows. How TPPs bring one
themselves, in a sandbox: bank/sandbox/self_service.py.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bank.audit import trail
from bank.tpps import authority, directory
from bank.tpps.models import TPP, Certificate, CertificateRequest, SoftwareStatement

PEM_MAX = 20_000  # letters


class SigningRequestRefused(Exception):
    """Nothing is issued over it; the words are for who brought it."""


@dataclass(frozen=True, kw_only=True)
class SigningRequest:
    """A signing request that proves its key to be its sender's, and a key that the directory issues over."""

    subject: str  # what it calls itself: for people to compare, and for nothing else
    key: authority.PublicKey
    pem: str  # of what was judged, without any words around it

    @property
    def kind(self) -> str:
        """What kind of key, and how large."""
        is_rsa = isinstance(self.key, rsa.RSAPublicKey)
        return f"RSA, {self.key.key_size} bits" if is_rsa else f"P-256, {self.key.key_size} bits"

    @property
    def key_thumbprint(self) -> str:
        """SHA-256 of the key (SubjectPublicKeyInfo in DER), in hexadecimal, as its owner can compute it."""
        der = self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()


def read(pem: str) -> SigningRequest:
    """Read and judge a signing request. Raises SigningRequestRefused."""
    try:
        request = x509.load_pem_x509_csr(pem.encode())
        key, subject = request.public_key(), request.subject.rfc4514_string()
        is_held = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm):
        raise SigningRequestRefused("The csr cannot be read.") from None
    if not is_held:
        raise SigningRequestRefused("The csr is not signed with its own key.")
    if reason := directory.unfit(key):
        raise SigningRequestRefused(reason)
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey), "no other key is fit"
    return SigningRequest(subject=subject, key=key, pem=request.public_bytes(Encoding.PEM).decode())


def keep(
    statement: SoftwareStatement, *, use: str, shape: directory.Shape, pem: str, actor: str, now: datetime
) -> CertificateRequest:
    """Keep a signing request that a TPP sent to staff; a second person agrees before anything is issued over it.

    Needs an open unit of work. Raises SigningRequestRefused.
    """
    if statement.withdrawn_at:
        raise SigningRequestRefused("The software statement was withdrawn.")
    said = read(pem)
    made = CertificateRequest.objects.create(
        software_statement=statement,
        use=Certificate.Use(use),
        shape=shape.value,
        csr=said.pem,
        asked_by=actor,
        asked_at=now,
    )
    detail = {"software_id": statement.pk, "use": made.use, "shape": made.shape, "key": said.key_thumbprint}
    trail.record(actor=actor, action="certificate.asked", subject=str(made.pk), detail=detail, now=now)
    return made


def issue(request: CertificateRequest, *, reason: str, actor: str, now: datetime) -> Certificate:
    """Issue what was asked for, over the key of the signing request.

    Locks the TPP, whose key set may grow. Needs an open unit of work.
    """
    TPP.objects.select_for_update().get(software_statements=request.software_statement_id)
    statement = SoftwareStatement.objects.select_related("tpp").get(pk=request.software_statement_id)
    made = directory.issue(
        statement,
        use=request.use,
        public_key=read(request.csr).key,
        shape=directory.Shape(request.shape),
        now=now,
    )
    request.link(made)
    detail = {"software_id": statement.pk, "request": request.pk, "reason": reason}
    trail.record(actor=actor, action="certificate.issued", subject=made.pk, detail=detail, now=now)
    return made
