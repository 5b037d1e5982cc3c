"""Every kind of bad certificate, each refused with a reason of its own, at the rule and at the bank's door."""

import base64
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.db import transaction
from structlog.testing import capture_logs

from bank.outbox import unit
from bank.tpps import authority, certificates, directory, qualified, revocation
from bank.tpps.models import Certificate, RevocationList, TrustAnchor
from bank.tpps.reasons import Reason
from tests import calls
from tests.oauth import given
from tests.tpps import forging
from tests.tpps.forging import Forged

UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
NONSENSE = x509.UnrecognizedExtension(qualified.EXTENSION, b"\x30\x03abc")
NO_SUCH_ROLE = x509.ObjectIdentifier("0.4.0.19495.1.9")


@dataclass(frozen=True, kw_only=True)
class World:
    """The sandbox's own directory, and another authority that may become an anchor."""

    ours: authority.Authority
    now: datetime

    def good(self, **details: Any) -> Forged:
        """A certificate of our own directory, right in all that is not said."""
        return Forged(by=self.ours, now=self.now, **details)

    def theirs(self, **details: int) -> authority.Authority:
        """Another organisation's authority."""
        return forging.another_authority("Theirs", now=self.now, **details)

    def of_theirs(self, anchor: dict[str, Any], *, issuer: dict[str, int] | None = None, **details: Any) -> Forged:
        """A certificate of that authority, which the bank trusts in the way that is said."""
        by = self.theirs(**(issuer or {}))
        facts = {
            "name": "Theirs",
            "pem": by.pem,
            "kind": "open-banking",
            "uses": ["transport", "signing"],
            "trusted_since": self.now - timedelta(days=1),
        }
        TrustAnchor.objects.create(**facts | anchor)
        certificates.forget()
        return Forged(by=by, now=self.now, **details)

    def qualified(self, extension: Any, **details: Any) -> Forged:
        """A certificate of an authority under eIDAS."""
        more = [extension] if extension else []
        return self.of_theirs({"kind": "eidas"}, subject=forging.QUALIFIED_SUBJECT, more=more, **details)

    def issued(self, use: str = "transport", **more: Any) -> Certificate:
        """A certificate that the directory issued and knows."""
        statement = directory.enrol("Mallory", roles=["AISP"], redirect_uris=["https://m.example/"], now=self.now)
        return directory.issue(statement, use=use, public_key=forging.KEY.public_key(), now=self.now, **more)


def plain(builder: Forged) -> bytes:
    return builder.der


def revoked(world: World) -> bytes:
    row = world.issued()
    directory.revoke(row, now=world.now)
    return given.der(row)


def signed_by_itself(world: World) -> bytes:
    return world.good(issuer=forging.SUBJECT, signer=forging.KEY).der


def of_a_tpp(world: World) -> bytes:
    """Signed with a TPP's own certificate, as if that were an authority's."""
    row = world.issued()
    pretended = authority.Authority(root=world.ours.root, certificate=row.read(), key=forging.KEY)
    return Forged(by=pretended, now=world.now, key=forging.ISSUING_KEY).der


def below_an_unknown_intermediate(world: World) -> bytes:
    anchor = {"pem": authority.as_pem(world.theirs().root)}
    return world.of_theirs(anchor).der


def with_a_list(world: World, *, age: timedelta, takes_it_back: bool) -> bytes:
    """A certificate of an authority that publishes what it takes back."""
    made = world.of_theirs({"crl_url": "https://theirs.example/crl"})
    certificate = made.make()
    anchor = TrustAnchor.objects.get(name="Theirs")
    listed = [(certificate.serial_number, world.now)] if takes_it_back else []
    der = authority.revocation_list(made.by, listed, now=world.now - age)
    revocation.take(anchor, der, now=world.now - age)
    return certificate.public_bytes(Encoding.DER)


def with_two_extensions_of_a_kind(world: World) -> bytes:
    """As no library would make it: the bytes of one extension are those of another."""
    der = world.good(more=[UNKNOWN, x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.6"), b"\x05\x00")]).der
    return der.replace(bytes.fromhex("06042a030406"), bytes.fromhex("06042a030405"))


def with_psd2_role(oid: x509.ObjectIdentifier) -> x509.UnrecognizedExtension:
    """QCStatements with a single role, known or not."""
    from cryptography.hazmat import asn1

    role = qualified.RoleOfPSP(oid=oid, name="?")
    said = qualified.QualifiedStatements(
        compliance=qualified.Bare(id=qualified.COMPLIANCE),
        type=qualified.TypeStatement(id=qualified.TYPE, types=list(qualified.TYPES.values())),
        psd2=qualified.PSD2Statement(
            id=qualified.PSD2, info=qualified.PSD2Info(roles=[role], authority_name="?", authority_id="?")
        ),
    )
    return x509.UnrecognizedExtension(qualified.EXTENSION, asn1.encode_der(said))


def without_roles() -> x509.UnrecognizedExtension:
    """QCStatements of a qualified certificate for web sites that has nothing to do with payments."""
    from cryptography.hazmat import asn1

    @asn1.sequence
    class Said:
        compliance: qualified.Bare
        type: qualified.TypeStatement

    said = Said(
        compliance=qualified.Bare(id=qualified.COMPLIANCE),
        type=qualified.TypeStatement(id=qualified.TYPE, types=[qualified.TYPES[Certificate.Use.TRANSPORT]]),
    )
    return x509.UnrecognizedExtension(qualified.EXTENSION, asn1.encode_der(said))


def two_names(oid: x509.ObjectIdentifier) -> x509.Name:
    return x509.Name([*forging.SUBJECT, x509.NameAttribute(oid, "another")])


Make = Callable[[World], bytes]
SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
SEAL = {"key_usage": forging.usage("digital_signature", "content_commitment"), "purposes": None}
KINDS: dict[str, tuple[Reason, Make]] = {
    "nothing": (Reason.UNREADABLE, lambda _: b""),
    "rubbish": (Reason.UNREADABLE, lambda _: b"\x30\x03\x02\x01\x01"),
    "cut off": (Reason.UNREADABLE, lambda w: w.good().der[:-20]),
    "two extensions of a kind": (Reason.UNREADABLE, with_two_extensions_of_a_kind),
    "not yet valid": (Reason.NOT_YET_VALID, lambda w: Forged(by=w.ours, now=w.now + timedelta(hours=2)).der),
    "expired": (Reason.EXPIRED, lambda w: w.good(lasts=timedelta(seconds=-1)).der),
    "signed by itself": (Reason.SELF_SIGNED, signed_by_itself),
    "an authority's": (Reason.IS_AUTHORITY, lambda w: w.good(is_authority=True).der),
    "the issuing authority's own": (Reason.IS_AUTHORITY, lambda w: w.ours.certificate.public_bytes(Encoding.DER)),
    "RSA with 1024 bits": (
        Reason.WEAK_KEY,
        lambda w: w.good(key=rsa.generate_private_key(public_exponent=65537, key_size=1024)).der,
    ),
    "a key on P-224": (Reason.WEAK_KEY, lambda w: w.good(key=ec.generate_private_key(ec.SECP224R1())).der),
    "a key on Ed25519": (Reason.WEAK_KEY, lambda w: w.good(key=ed25519.Ed25519PrivateKey.generate()).der),
    "signed over SHA-224": (Reason.WEAK_SIGNATURE, lambda w: w.good(over=hashes.SHA224()).der),
    "an unknown critical extension": (Reason.UNKNOWN_EXTENSION, lambda w: w.good(critical=[UNKNOWN]).der),
    "issued by a TPP": (Reason.ISSUER_IS_NO_AUTHORITY, of_a_tpp),
    "a missing intermediate": (Reason.MISSING_INTERMEDIATE, below_an_unknown_intermediate),
    "an unknown authority": (Reason.UNKNOWN_AUTHORITY, lambda w: Forged(by=w.theirs(), now=w.now).der),
    "an authority trusted from tomorrow": (
        Reason.WITHDRAWN_AUTHORITY,
        lambda w: w.of_theirs({"trusted_since": w.now + timedelta(days=1)}).der,
    ),
    "another authority of our name": (Reason.FORGED, lambda w: w.good(signer=forging.ISSUING_KEY).der),
    "a withdrawn authority": (Reason.WITHDRAWN_AUTHORITY, lambda w: w.of_theirs({"withdrawn_at": w.now}).der),
    "an expired authority": (Reason.AUTHORITY_EXPIRED, lambda w: w.of_theirs({}, issuer={"issuing_days": -1}).der),
    "an expired root": (Reason.AUTHORITY_EXPIRED, lambda w: w.of_theirs({}, issuer={"root_days": -1}).der),
    "an authority that may have none below it": (
        Reason.BROKEN_CHAIN,
        lambda w: w.of_theirs({}, issuer={"root_length": 0}).der,
    ),
    "an authority for signing only": (Reason.UNTRUSTED_USE, lambda w: w.of_theirs({"uses": ["signing"]}).der),
    "an authority for statements only": (Reason.UNTRUSTED_USE, lambda w: w.of_theirs({"uses": ["statements"]}).der),
    "no key usage": (Reason.NO_USE, lambda w: w.good(key_usage=None).der),
    "no purpose": (Reason.NO_USE, lambda w: w.good(purposes=None).der),
    "for servers": (Reason.WRONG_USE, lambda w: w.good(purposes=SERVER).der),
    "no signatures allowed": (Reason.WRONG_USE, lambda w: w.good(key_usage=forging.usage("key_encipherment")).der),
    "for signing": (Reason.WRONG_USE, lambda w: given.der(w.issued("signing"))),
    "a seal under eIDAS": (Reason.WRONG_USE, lambda w: w.qualified(forging.rank("signing"), **SEAL).der),
    "QCStatements of nonsense": (Reason.UNREADABLE_QUALIFICATION, lambda w: w.good(more=[NONSENSE]).der),
    "not qualified": (Reason.NOT_QUALIFIED, lambda w: w.qualified(None).der),
    "an open banking certificate under eIDAS": (
        Reason.NOT_QUALIFIED,
        lambda w: w.qualified(forging.rank(is_compliant=False)).der,
    ),
    "a seal with the usages of TLS": (Reason.WRONG_TYPE, lambda w: w.qualified(forging.rank("signing")).der),
    "an OBSeal with the usages of TLS": (
        Reason.WRONG_TYPE,
        lambda w: w.good(more=[forging.rank("signing", is_compliant=False)]).der,
    ),
    "no PSD2 roles": (Reason.NO_ROLES, lambda w: w.qualified(without_roles()).der),
    "a role that does not exist": (Reason.UNKNOWN_ROLE, lambda w: w.qualified(with_psd2_role(NO_SUCH_ROLE)).der),
    "a bank's role alone": (
        Reason.NO_TPP_ROLE,
        lambda w: w.qualified(with_psd2_role(qualified.ACCOUNT_SERVICING)).der,
    ),
    "an empty list of roles": (Reason.NO_TPP_ROLE, lambda w: w.qualified(forging.rank(roles=[])).der),
    "no organisation": (
        Reason.NO_ORGANISATION,
        lambda w: w.good(subject=forging.name((NameOID.COMMON_NAME, "software"))).der,
    ),
    "two organisations": (
        Reason.AMBIGUOUS_SUBJECT,
        lambda w: w.good(subject=two_names(NameOID.ORGANIZATIONAL_UNIT_NAME)).der,
    ),
    "two applications": (Reason.AMBIGUOUS_SUBJECT, lambda w: w.good(subject=two_names(NameOID.COMMON_NAME)).der),
    "a revocation list that was never read": (
        Reason.REVOCATION_UNKNOWN,
        lambda w: w.of_theirs({"crl_url": "https://theirs.example/crl"}).der,
    ),
    "a stale revocation list": (
        Reason.REVOCATION_UNKNOWN,
        lambda w: with_a_list(w, age=timedelta(days=8), takes_it_back=False),
    ),
    "revoked elsewhere": (Reason.REVOKED, lambda w: with_a_list(w, age=timedelta(0), takes_it_back=True)),
    "revoked here": (Reason.REVOKED, revoked),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def world(work: unit.Unit, now: datetime) -> World:
    certificates.forget()
    return World(ours=directory.ensure_authority(now), now=now)


@every_kind
def test_refuses(world: World, kind: str) -> None:
    expected, make = KINDS[kind]

    with pytest.raises(certificates.CertificateRefused) as caught:
        certificates.verify(make(world), use="transport", now=world.now)

    assert caught.value.reason == expected


def test_has_a_bad_certificate_for_every_reason() -> None:
    assert {reason for reason, _ in KINDS.values()} == set(Reason)


def test_tells_every_reason_at_the_token_endpoint(db: None, now: datetime, settings: Any) -> None:
    """By the word of a proxy, which alone can bring certificates that no handshake could: nobody has their keys."""
    settings.TRUSTED_PROXIES = (ip_network("127.0.0.1"),)
    carol = given.party(now=now, auth_method="tls_client_auth")
    told = {}
    for kind, (_, make) in KINDS.items():
        certificates.forget()
        with undone():
            der = made_in_a_unit_of_its_own(make, now)
            form = {"grant_type": "client_credentials", "client_id": carol.client_id}
            said = {"Client-Cert": f":{base64.b64encode(der).decode()}:"}
            answer = carol.post(given.TOKEN, form, identity=None, headers=said)
        told[kind] = (answer.status_code, answer.json()["error"], answer.json()["error_description"])

    assert told == {kind: (401, "invalid_client", reason.value) for kind, (reason, _) in KINDS.items()}


def made_in_a_unit_of_its_own(make: Make, now: datetime) -> bytes:
    with unit.work():
        return make(World(ours=directory.ensure_authority(now), now=now))


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """A part of a test whose rows the next part does not find."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_tells_the_reason_of_a_resource_calls_refusal_to_the_log(db: None, now: datetime) -> None:
    bob = calls.caller(now=now)
    der = Forged(by=directory.ensure_authority(now), now=now, purposes=SERVER).der

    with capture_logs() as lines:
        answer = bob.call("GET", f"{calls.AISP}/accounts", token=bob.token("accounts"), der=der)

    assert answer.status_code == 401
    assert Reason.WRONG_USE.value in [line.get("words") for line in lines]


def test_takes_every_shape_that_is_right(world: World) -> None:
    for use, shape in [(use, shape) for use in ("transport", "signing") for shape in directory.Shape]:
        der = given.der(world.issued(use, shape=shape))

        assert certificates.verify(der, use=use, now=world.now).roles == {"AISP"}
    assert certificates.verify(world.qualified(forging.rank()).der, use="transport", now=world.now).roles == {"AISP"}
    assert certificates.verify(world.good().der, use="transport", now=world.now).roles is None


def test_takes_an_authority_by_its_fresh_list(world: World) -> None:
    der = with_a_list(world, age=timedelta(days=6), takes_it_back=False)

    assert certificates.verify(der, use="transport", now=world.now).organisation_id == "ORG"
    assert RevocationList.objects.get(anchor__name="Theirs").ends_at > world.now
