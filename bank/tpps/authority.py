"""The sandbox's certification authority: a root, an issuing authority below it, and the certificates it signs.

Keys and certificates of the authority live in VAR_DIR/keys. Whom it issues to, and the records: bank/tpps/directory.py.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
RSA_BITS = 2048
ROOT_DAYS, ISSUING_DAYS, LEAF_DAYS = 3650, 1825, 397
BACKDATED = timedelta(hours=1)  # a caller whose clock is behind ours must not find a fresh certificate invalid
RENEW_BEFORE = timedelta(days=30)
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
    """Read the authority from its folder, or found it there."""
    if not (folder / "issuing.pem").exists():
        _found(folder, now=now)
    key = serialization.load_pem_private_key((folder / "issuing.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey), "the issuing authority's key is an RSA key"
    root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
    return Authority(root, x509.load_pem_x509_certificate((folder / "issuing.pem").read_bytes()), key)


def _found(folder: Path, *, now: datetime) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root_key, issuing_key = new_key(), new_key()
    write_key(folder / "root.key", root_key)
    write_key(folder / "issuing.key", issuing_key)
    root_name, issuing_name = _name("Lombard Sandbox Root CA"), _name("Lombard Sandbox Issuing CA")
    root = _start(root_name, root_name, root_key.public_key(), now, ROOT_DAYS)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    issuing = _start(issuing_name, root_name, issuing_key.public_key(), now, ISSUING_DAYS)
    issuing = issuing.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    for builder, name in ((root, "root"), (issuing, "issuing")):
        signed = (
            builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
            .add_extension(authority_key, critical=False)
            .sign(root_key, hashes.SHA256())
        )
        (folder / f"{name}.pem").write_text(as_pem(signed))


def issue_transport(
    authority: Authority, *, subject: x509.Name, public_key: PublicKey, now: datetime
) -> x509.Certificate:
    """Issue what a TPP proves itself with in TLS: like an OBWAC, for client and server authentication."""
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
    builder = _leaf(authority, subject, public_key, now).add_extension(_usage("digital_signature"), critical=True)
    return builder.add_extension(purposes, critical=False).sign(authority.key, hashes.SHA256())


def issue_signing(
    authority: Authority, *, subject: x509.Name, public_key: PublicKey, now: datetime
) -> x509.Certificate:
    """Issue what a TPP's signatures are made under: like an OBSeal, never good for TLS."""
    builder = _leaf(authority, subject, public_key, now)
    usage = _usage("digital_signature", "content_commitment")
    return builder.add_extension(usage, critical=True).sign(authority.key, hashes.SHA256())


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
    return named and now + RENEW_BEFORE < certificate.not_valid_after_utc


def new_key() -> PrivateKey:
    """Make an RSA key: the TLS 1.2 suites that FAPI leaves are RSA's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def write_key(path: Path, key: PrivateKey) -> None:
    """Write a private key so that nobody else can ever read it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


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
