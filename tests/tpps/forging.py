"""Certificates that are wrong in one detail each, and the one that is right, made anew for every test."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bank.tpps import authority, examination, qualified
from bank.tpps.models import Certificate
from tests.https import Identity

KEY, ROOT_KEY, ISSUING_KEY = authority.new_key(), authority.new_key(), authority.new_key()
EMPTY: Sequence[x509.ExtensionType] = ()


def name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


SUBJECT = name((NameOID.ORGANIZATIONAL_UNIT_NAME, "ORG"), (NameOID.COMMON_NAME, "software"))
QUALIFIED_SUBJECT = name((examination.ORGANISATION, "PSDGB-FCA-ORG"), (NameOID.COMMON_NAME, "software"))
FOR_CLIENTS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])


def usage(*allowed: str) -> x509.KeyUsage:
    return authority._usage(*allowed)


def rank(use: str = "transport", *, roles: Sequence[str] = ("AISP",), is_compliant: bool = True) -> Any:
    return qualified.encode(use=Certificate.Use(use), roles=roles, is_compliant=is_compliant)


@dataclass(kw_only=True)
class Forged:
    """A transport certificate of a directory; every detail can be another one."""

    by: authority.Authority
    now: datetime
    subject: x509.Name = SUBJECT
    issuer: x509.Name | None = None
    key: Any = KEY
    signer: Any = None
    over: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    lasts: timedelta = timedelta(days=90)
    is_authority: bool = False
    key_usage: x509.KeyUsage | None = field(default_factory=lambda: usage("digital_signature"))
    purposes: x509.ExtendedKeyUsage | None = FOR_CLIENTS
    more: Sequence[x509.ExtensionType] = EMPTY
    critical: Sequence[x509.ExtensionType] = EMPTY

    def make(self) -> x509.Certificate:
        signer = self.signer or self.by.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(self.issuer or self.by.certificate.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(hours=1))
            .not_valid_after(self.now + self.lasts)
            .add_extension(x509.BasicConstraints(ca=self.is_authority, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )
        said = [extension for extension in (self.key_usage, self.purposes) if extension is not None]
        for extension in [*said, *self.more]:
            builder = builder.add_extension(extension, critical=False)
        for extension in self.critical:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(signer, self.over)

    @property
    def der(self) -> bytes:
        return self.make().public_bytes(Encoding.DER)

    @property
    def identity(self) -> Identity:
        return Identity(self.der, self.key)


def another_authority(
    organisation: str, *, now: datetime, root_days: int = 3000, issuing_days: int = 900, root_length: int = 1
) -> authority.Authority:
    """A root and an issuing authority of somebody else's."""
    names = [
        name((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, kind)) for kind in ("Root", "Issuing")
    ]
    root, issuing = (
        authority._start(subject, names[0], key.public_key(), now - timedelta(days=500), days + 500)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ROOT_KEY.public_key()), critical=False)
        .sign(ROOT_KEY, hashes.SHA256())
        for subject, key, days, path_length in (
            (names[0], ROOT_KEY, root_days, root_length),
            (names[1], ISSUING_KEY, issuing_days, 0),
        )
    )
    return authority.Authority(root=root, certificate=issuing, key=ISSUING_KEY)
