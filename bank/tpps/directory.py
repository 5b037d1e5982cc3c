"""The sandbox's directory: who is a TPP, what software it runs, which certificates it holds, and who is blocked.

In a real market this is a register of somebody else's; here it vouches for the TPPs that developers make up.
"""

import secrets
import string
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from joserfc.jwk import ECKey, KeyParameters, RSAKey

from bank.audit import trail
from bank.tpps import authority, certificates, statements
from bank.tpps.models import TPP, Certificate, Role, SoftwareStatement, TrustAnchor

ANCHOR = "Lombard sandbox directory"
ORGANISATION_ID_LENGTH = 18
SOFTWARE_ID_LENGTH = 22


def ensure_authority(now: datetime) -> authority.Authority:
    """Read the directory's authority, found it if there is none, and trust it. Writes VAR_DIR/ca.pem for clients."""
    found = authority.load_or_make(settings.VAR_DIR / "keys", now=now)
    (settings.VAR_DIR / "ca.pem").write_text(authority.as_pem(found.root))
    facts = {
        "kind": TrustAnchor.Kind.SANDBOX,
        "uses": TrustAnchor.Use.values,
        "pem": found.pem,
        "issuer": statements.ISSUER,
        "jwks": statements.jwks(),
        "trusted_since": found.root.not_valid_before_utc,
    }
    anchor, _ = TrustAnchor.objects.get_or_create(name=ANCHOR, defaults=facts)
    if any(getattr(anchor, name) != value for name, value in facts.items()):
        TrustAnchor.objects.filter(pk=anchor.pk).update(**facts)
    certificates.forget()
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
    path.write_text(authority.as_pem(certificate) + authority.as_pem(issuer.certificate))
    _record(certificate, use=Certificate.Use.SERVER, statement=None)


def enrol(name: str, *, roles: Sequence[str], redirect_uris: Sequence[str], now: datetime) -> SoftwareStatement:
    """Take up a TPP with one software statement. It has no certificate yet: see issue()."""
    tpp = TPP.objects.create(
        id=_new_id(ORGANISATION_ID_LENGTH, string.ascii_uppercase + string.digits),
        name=name,
        roles=[Role(role).value for role in roles],
        created_at=now,
    )
    return SoftwareStatement.objects.create(
        id=_new_id(SOFTWARE_ID_LENGTH, string.ascii_letters + string.digits),
        tpp=tpp,
        client_name=name,
        redirect_uris=list(redirect_uris),
        roles=tpp.roles,
        created_at=now,
    )


def issue(statement: SoftwareStatement, *, use: str, public_key: authority.PublicKey, now: datetime) -> Certificate:
    """Issue a certificate (use: transport or signing) over the TPP's public key.

    A signing key is also put into the statement's key set, under its RFC 7638 thumbprint as kid. Keys already there
    stay: a TPP renews by adding.
    """
    issuer = ensure_authority(now)
    make = {Certificate.Use.TRANSPORT: authority.issue_transport, Certificate.Use.SIGNING: authority.issue_signing}
    kind = Certificate.Use(use)
    certificate = make[kind](issuer, subject=_subject(statement), public_key=public_key, now=now)
    if kind == Certificate.Use.SIGNING:
        _publish(statement, public_key)
    return _record(certificate, use=kind, statement=statement)


def revoke(certificate: Certificate, *, now: datetime) -> None:
    """Take a certificate back. Every process of the bank knows within certificates.REREAD_AFTER."""
    Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(revoked_at=now)
    certificates.forget()


def block(tpp: TPP, *, reason: str, actor: str, now: datetime) -> None:
    """Shut a TPP out: its very next call is refused, whatever tokens it holds."""
    TPP.objects.filter(pk=tpp.pk).update(status=TPP.Status.BLOCKED, blocked_reason=reason)
    trail.record(actor=actor, action="tpp.blocked", subject=tpp.pk, detail={"reason": reason}, now=now)


def unblock(tpp: TPP, *, reason: str, actor: str, now: datetime) -> None:
    """Let a TPP in again; the tokens it held count again for what is left of their time."""
    TPP.objects.filter(pk=tpp.pk).update(status=TPP.Status.ACTIVE, blocked_reason="")
    trail.record(actor=actor, action="tpp.unblocked", subject=tpp.pk, detail={"reason": reason}, now=now)


def _subject(statement: SoftwareStatement) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, statement.tpp.name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, statement.tpp_id),
            x509.NameAttribute(NameOID.COMMON_NAME, statement.pk),
        ]
    )


def _publish(statement: SoftwareStatement, public_key: authority.PublicKey) -> None:
    parameters: KeyParameters = {"use": "sig"}
    if isinstance(public_key, rsa.RSAPublicKey):
        key: RSAKey | ECKey = RSAKey.import_key(public_key, {**parameters, "alg": "PS256"})
    else:
        assert isinstance(public_key, ec.EllipticCurvePublicKey), "signing keys are RSA or P-256"
        key = ECKey.import_key(public_key, {**parameters, "alg": "ES256"})
    member = key.as_dict(private=False) | {"kid": key.thumbprint()}
    keys = [known for known in statement.jwks.get("keys", []) if known["kid"] != member["kid"]]
    statement.jwks = {"keys": [*keys, member]}
    statement.save(update_fields=["jwks"])


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
