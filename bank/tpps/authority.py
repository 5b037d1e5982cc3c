"""The sandbox's certification authority: a root, an issuing authority below it, and what they sign.

Keys and certificates of the authority live in VAR_DIR/keys. Whom it issues to, and the records: bank/tpps/directory.py.
What a TPP's certificate says of roles and rank: bank/tpps/qualified.py.
"""

import functools
import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bank.tpps.models import Certificate

ROOT_NAME, ISSUING_NAME = "Lombard Sandbox Root CA", "Lombard Sandbox Issuing CA"
PrivateKey = rsa.RSAPrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
RSA_BITS = 2048
ROOT_DAYS, ISSUING_DAYS, LEAF_DAYS = 3650, 1825, 397
CRL_DAYS = 7
BACKDATED = timedelta(hours=1)  # a caller whose clock is behind ours must not find a fresh certificate invalid
RENEW_BEFORE = timedelta(days=30)
USAGES_OF = {
    Certificate.Use.TRANSPORT: ("digital_signature",),
    Certificate.Use.SIGNING: ("digital_signature", "content_commitment"),
}
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Authority:
    """The issuing authority, ready to sign, and the root that stands above it."""

    root: x509.Certificate
    certificate: x509.Certificate
    key: PrivateKey

    @property
    def pem(self) -> str:
        """The root's certificate and below it the issuing authority's, as a trust anchor keeps them."""
        return as_pem(self.root) + as_pem(self.certificate)


def load_or_make(folder: Path, *, now: datetime) -> Authority:
    """Read the authority from its folder, or found it there.

    Each of its two certificates is renewed over the same key before it could end earlier than one that it signs today.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root_key, issuing_key = _key(folder / "root.key"), _key(folder / "issuing.key")
    root, issuing = _certificate(folder / "root.pem"), _certificate(folder / "issuing.pem")
    if root is None or not _lasts(root, days=ISSUING_DAYS, now=now):
        root = _sign_authority(ROOT_NAME, root_key, key=root_key, days=ROOT_DAYS, path_length=1, now=now)
        replace(folder / "root.pem", as_pem(root))
    if issuing is None or not _lasts(issuing, days=LEAF_DAYS, now=now):
        issuing = _sign_authority(ISSUING_NAME, root_key, key=issuing_key, days=ISSUING_DAYS, path_length=0, now=now)
        replace(folder / "issuing.pem", as_pem(issuing))
    return Authority(root, issuing, issuing_key)


def _key(path: Path) -> PrivateKey:
    if not path.exists():
        write_key(path, new_key())
    return _private(path.read_bytes())


@functools.lru_cache(maxsize=8)
def _private(pem: bytes) -> PrivateKey:
    """Read once: the library examines an RSA key for longer than it signs with it."""
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey), "the authority's keys are RSA keys"
    return key


def _certificate(path: Path) -> x509.Certificate | None:
    return x509.load_pem_x509_certificate(path.read_bytes()) if path.exists() else None


def _lasts(certificate: x509.Certificate, *, days: int, now: datetime) -> bool:
    """Tell whether a certificate counts from now on for so many days and a month. One of a clock set back does not."""
    ends = now + timedelta(days=days) + RENEW_BEFORE
    return certificate.not_valid_before_utc <= now and ends <= certificate.not_valid_after_utc


def _sign_authority(
    common_name: str, signer: PrivateKey, *, key: PrivateKey, days: int, path_length: int, now: datetime
) -> x509.Certificate:
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return (
        _start(_name(common_name), _name(ROOT_NAME), key.public_key(), now, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(authority_key, critical=False)
        .sign(signer, hashes.SHA256())
    )


def issue(
    authority: Authority,
    *,
    use: Certificate.Use,
    subject: x509.Name,
    public_key: PublicKey,
    extensions: Iterable[x509.ExtensionType] = (),
    now: datetime,
) -> x509.Certificate:
    """Issue a TPP's certificate: for transport (client and server authentication in TLS), or for signing, never both.

    extensions: what else it says (roles, where it would be revoked); none of them critical.
    """
    builder = _leaf(authority, subject, public_key, now).add_extension(_usage(*USAGES_OF[use]), critical=True)
    if use == Certificate.Use.TRANSPORT:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(purposes, critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def revocation_list(authority: Authority, revoked: Iterable[tuple[int, datetime]], *, now: datetime) -> bytes:
    """Sign the list (DER) of what was taken back: serial numbers, and since when."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - BACKDATED)
        .next_update(now + timedelta(days=CRL_DAYS))
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    for serial_number, since in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial_number).revocation_date(since).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def issue_server(
    authority: Authority, *, names: Sequence[str], public_key: PublicKey, now: datetime
) -> x509.Certificate:
    """Issue what the bank itself is known by in TLS, under each of its public names and addresses."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    builder = _leaf(authority, subject, public_key, now)
    usage = _usage("digital_signature", "key_encipherment")
    return (
        builder.add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def still_serves(authority: Authority, *, pem: bytes, names: Sequence[str], now: datetime) -> bool:
    """Tell whether a server certificate is this authority's, holds these names and has more than a month to run."""
    certificate = x509.load_pem_x509_certificate(pem)
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError):
        return False
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    named = all(_general_name(name) in list(alternative) for name in names)
    return named and _lasts(certificate, days=0, now=now)


def new_key() -> PrivateKey:
    """Make an RSA key: the TLS 1.2 suites that FAPI leaves are RSA's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def write_key(path: Path, key: PrivateKey) -> None:
    """Write a private key so that nobody else can ever read it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def replace(path: Path, text: str) -> None:
    """Write a file anew, as readable as it was; who reads it meanwhile finds the old or the new one, and whole."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text)
    if path.exists():
        unfinished.chmod(path.stat().st_mode)
    unfinished.replace(path)


def as_pem(certificate: x509.Certificate) -> str:
    """A certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def _leaf(authority: Authority, subject: x509.Name, public_key: PublicKey, now: datetime) -> x509.CertificateBuilder:
    builder = _start(subject, authority.certificate.subject, public_key, now, LEAF_DAYS)
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return builder.add_extension(authority_key, critical=False)


def _start(
    subject: x509.Name, issuer: x509.Name, public_key: PublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lombard Sandbox Directory"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in allowed for usage in USAGES})


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
