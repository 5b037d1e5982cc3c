"""The sandbox's directory: who is a TPP, what software it runs, which certificates it holds, and who is blocked.

In a real market this is a register of somebody else's; here it vouches for the TPPs that developers make up. What it
signs about their software: bank/tpps/statements.py. How TPPs reach it: bank/tpps/self_service.py, `manage.py tpp`.
"""

import hashlib
import secrets
import string
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID
from django.conf import settings
from joserfc.jwk import ECKey, KeyParameters, RSAKey

from bank.audit import trail
from bank.tpps import authority, certificates, examination, qualified, revocation, statements
from bank.tpps.models import TPP, Certificate, Role, SoftwareStatement, TrustAnchor

ANCHOR = "Lombard sandbox directory"
ORGANISATION_ID_LENGTH = 18
SOFTWARE_ID_LENGTH = 22
TPP_USES = (Certificate.Use.TRANSPORT, Certificate.Use.SIGNING)


class Shape(StrEnum):
    """What kind of certificates a TPP gets."""

    OPEN_BANKING = "open-banking"  # OBWAC and OBSeal
    EIDAS = "eidas"  # QWAC and QSealC


def ensure_authority(now: datetime) -> authority.Authority:
    """Read the directory's authority, found it if there is none, and trust it. Writes VAR_DIR/ca.pem for clients."""
    found = authority.load_or_make(settings.VAR_DIR / "keys", now=now)
    root = authority.as_pem(found.root)
    if not (path := settings.VAR_DIR / "ca.pem").exists() or path.read_text() != root:
        authority.replace(path, root)
    facts = {
        "kind": TrustAnchor.Kind.SANDBOX,
        "uses": TrustAnchor.Use.values,
        "pem": found.pem,
        "crl_url": revocation.URL,
        "issuer": statements.ISSUER,
        "jwks": statements.jwks(),
        "trusted_since": found.root.not_valid_before_utc,
    }
    anchor, _ = TrustAnchor.objects.get_or_create(name=ANCHOR, defaults=facts)
    if any(getattr(anchor, name) != value for name, value in facts.items()):
        TrustAnchor.objects.filter(pk=anchor.pk).update(**facts)
        anchor.refresh_from_db()
        certificates.forget()
    revocation.publish_if_due(found, anchor, now=now)
    return found


def issue_server_certificate(names: Sequence[str], now: datetime) -> None:
    """Write VAR_DIR/keys/server.pem (with its chain) and server.key, unless the ones there still do."""
    folder = settings.VAR_DIR / "keys"
    issuer = ensure_authority(now)
    path = folder / "server.pem"
    if path.exists() and authority.still_serves(issuer, pem=path.read_bytes(), names=names, now=now):
        return
    key = authority.new_key()
    certificate = authority.issue_server(issuer, names=names, public_key=key.public_key(), now=now)
    authority.write_key(folder / "server.key", key)
    authority.replace(path, authority.as_pem(certificate) + authority.as_pem(issuer.certificate))
    _record(certificate, use=Certificate.Use.SERVER, statement=None)


def renew(now: datetime) -> None:
    """Renew what the bank itself shows, where it is due: authority, revocation list, and its own TLS certificate.

    A bank whose TLS certificate came from elsewhere, or ends at a proxy, has none here and gets none.
    """
    ensure_authority(now)
    if (settings.VAR_DIR / "keys" / "server.pem").exists():
        issue_server_certificate(settings.PUBLIC_NAMES, now)


def enrol(name: str, *, roles: Sequence[str], redirect_uris: Sequence[str], now: datetime) -> SoftwareStatement:
    """Take up a TPP with one software statement. It has no certificate yet: see issue()."""
    tpp = TPP.objects.create(
        id=_new_id(ORGANISATION_ID_LENGTH, string.ascii_uppercase + string.digits),
        name=name,
        roles=[Role(role).value for role in roles],
        created_at=now,
    )
    return add_software(tpp, name=name, redirect_uris=redirect_uris, now=now)


def add_software(tpp: TPP, *, name: str, redirect_uris: Sequence[str], now: datetime) -> SoftwareStatement:
    """Take up one more application of a TPP, with all the roles of its organisation."""
    return SoftwareStatement.objects.create(
        id=_new_id(SOFTWARE_ID_LENGTH, string.ascii_letters + string.digits),
        tpp=tpp,
        client_name=name,
        redirect_uris=list(redirect_uris),
        roles=tpp.roles,
        created_at=now,
    )


def new_token(tpp: TPP) -> str:
    """Give a TPP a new secret to manage itself with; the one before counts no more. Only its hash is kept."""
    value = secrets.token_urlsafe(32)
    TPP.objects.filter(pk=tpp.pk).update(token_checksum=hashlib.sha256(value.encode()).hexdigest())
    return value


def unfit(key: CertificatePublicKeyTypes) -> str:
    """Why the directory issues nothing over a key; empty: it does."""
    is_strong_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size >= authority.RSA_BITS
    is_p256 = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    return "" if is_strong_rsa or is_p256 else "The key must be RSA with at least 2048 bits, or P-256."


def issue(
    statement: SoftwareStatement,
    *,
    use: str,
    public_key: authority.PublicKey,
    now: datetime,
    shape: Shape = Shape.OPEN_BANKING,
) -> Certificate:
    """Issue a certificate (use: transport or signing) over the TPP's public key.

    A signing key is also put into the statement's key set, under its RFC 7638 thumbprint as kid. Keys already there
    stay: a TPP renews by adding.
    """
    issuer, kind = ensure_authority(now), Certificate.Use(use)
    where = x509.DistributionPoint([x509.UniformResourceIdentifier(revocation.URL)], None, None, None)
    rank = qualified.encode(use=kind, roles=statement.roles, is_compliant=shape == Shape.EIDAS)
    certificate = authority.issue(
        issuer,
        use=kind,
        subject=_subject(statement, shape),
        public_key=public_key,
        extensions=[rank, x509.CRLDistributionPoints([where])],
        now=now,
    )
    if kind == Certificate.Use.SIGNING:
        _publish(statement, public_key)
    return _record(certificate, use=kind, statement=statement)


def reissue(
    certificate: Certificate, *, actor: str, now: datetime, public_key: authority.PublicKey | None = None
) -> Certificate:
    """Renew a certificate: another one of its kind, over a new key or the same. The old one runs on until it ends.

    Needs an open unit of work.
    """
    old, statement = certificate.read(), certificate.software_statement
    assert statement is not None, "the bank's own certificate renews itself"
    is_qualified = qualified.read(old).is_compliant
    key = public_key or old.public_key()
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey), "the directory issues over such keys alone"
    shape = Shape.EIDAS if is_qualified else Shape.OPEN_BANKING
    made = issue(statement, use=certificate.use, public_key=key, shape=shape, now=now)
    detail = {"software_id": statement.pk, "in_place_of": certificate.pk}
    trail.record(actor=actor, action="certificate.renewed", subject=made.pk, detail=detail, now=now)
    return made


def revoke(certificate: Certificate, *, now: datetime, actor: str = "bank:directory", reason: str = "") -> None:
    """Take a certificate back. Every process of the bank knows within certificates.REREAD_AFTER.

    The key of a signing certificate leaves its key set, unless another certificate that counts is over the same key.
    Needs an open unit of work.
    """
    Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(revoked_at=now)
    statement = certificate.software_statement
    if statement is not None and certificate.use == Certificate.Use.SIGNING:
        _unpublish(statement, certificate, now=now)
    issuer = ensure_authority(now)
    revocation.publish(issuer, TrustAnchor.objects.get(name=ANCHOR), now=now)
    certificates.forget()
    detail = {"use": certificate.use, "reason": reason}
    trail.record(actor=actor, action="certificate.revoked", subject=certificate.pk, detail=detail, now=now)


def kid_of(certificate: Certificate) -> str:
    """The id under which a signing certificate's key stands in its application's key set."""
    return str(_member(certificate.read().public_key())["kid"])


def withdraw(statement: SoftwareStatement, *, reason: str, actor: str, now: datetime) -> None:
    """Take a software statement back: no new one is signed, and those that were do not register any more.

    Needs an open unit of work.
    """
    SoftwareStatement.objects.filter(pk=statement.pk, withdrawn_at=None).update(withdrawn_at=now)
    detail = {"reason": reason}
    trail.record(actor=actor, action="software_statement.withdrawn", subject=statement.pk, detail=detail, now=now)


def block(tpp: TPP, *, reason: str, actor: str, now: datetime) -> None:
    """Shut a TPP out: its very next call is refused, whatever tokens it holds."""
    TPP.objects.filter(pk=tpp.pk).update(status=TPP.Status.BLOCKED, blocked_reason=reason)
    trail.record(actor=actor, action="tpp.blocked", subject=tpp.pk, detail={"reason": reason}, now=now)


def unblock(tpp: TPP, *, reason: str, actor: str, now: datetime) -> None:
    """Let a TPP in again; the tokens it held count again for what is left of their time."""
    TPP.objects.filter(pk=tpp.pk).update(status=TPP.Status.ACTIVE, blocked_reason="")
    trail.record(actor=actor, action="tpp.unblocked", subject=tpp.pk, detail={"reason": reason}, now=now)


def _subject(statement: SoftwareStatement, shape: Shape) -> x509.Name:
    organisation = {
        Shape.OPEN_BANKING: x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, statement.tpp_id),
        Shape.EIDAS: x509.NameAttribute(examination.ORGANISATION, f"PSDGB-FCA-{statement.tpp_id}"),
    }
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, statement.tpp.name[:64]),
            organisation[shape],
            x509.NameAttribute(NameOID.COMMON_NAME, statement.pk),
        ]
    )


def _publish(statement: SoftwareStatement, public_key: authority.PublicKey) -> None:
    member = _member(public_key)
    keys = [known for known in statement.jwks.get("keys", []) if known["kid"] != member["kid"]]
    statement.jwks = {"keys": [*keys, member]}
    statement.save(update_fields=["jwks"])


def _unpublish(statement: SoftwareStatement, revoked: Certificate, *, now: datetime) -> None:
    living = statement.certificates.filter(use=Certificate.Use.SIGNING, revoked_at=None, not_after__gt=now)
    if any(other.read().public_key() == revoked.read().public_key() for other in living):
        return
    kid = kid_of(revoked)
    statement.jwks = {"keys": [known for known in statement.jwks.get("keys", []) if known["kid"] != kid]}
    statement.save(update_fields=["jwks"])


def _member(public_key: CertificatePublicKeyTypes) -> dict[str, Any]:
    """A key as its owner's key set has it."""
    parameters: KeyParameters = {"use": "sig"}
    if isinstance(public_key, rsa.RSAPublicKey):
        key: RSAKey | ECKey = RSAKey.import_key(public_key, {**parameters, "alg": "PS256"})
    else:
        assert isinstance(public_key, ec.EllipticCurvePublicKey), "signing keys are RSA or P-256"
        key = ECKey.import_key(public_key, {**parameters, "alg": "ES256"})
    return key.as_dict(private=False) | {"kid": key.thumbprint()}


def _record(certificate: x509.Certificate, *, use: Certificate.Use, statement: SoftwareStatement | None) -> Certificate:
    return Certificate.objects.create(
        thumbprint=certificates.thumbprint(certificate.public_bytes(serialization.Encoding.DER)),
        software_statement=statement,
        use=use,
        subject=certificate.subject.rfc4514_string(),
        serial_number=str(certificate.serial_number),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        pem=authority.as_pem(certificate),
    )


def _new_id(length: int, alphabet: str) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
