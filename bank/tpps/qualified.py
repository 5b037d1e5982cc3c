"""QCStatements: what a certificate says of its own rank under eIDAS, and of its holder's roles under PSD2.

Source: RFC 3739 section 3.2.6, ETSI EN 319 412-5 (rank), ETSI TS 119 495 section 5 (roles). Who must have which, and
what the bank makes of it: bank/tpps/certificates.py.
"""

from collections.abc import Collection
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat import asn1

from bank.tpps.models import Certificate, Role

EXTENSION = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
COMPLIANCE = x509.ObjectIdentifier("0.4.0.1862.1.1")
TYPE = x509.ObjectIdentifier("0.4.0.1862.1.6")
PSD2 = x509.ObjectIdentifier("0.4.0.19495.2")
TYPES = {
    Certificate.Use.SIGNING: x509.ObjectIdentifier("0.4.0.1862.1.6.2"),  # qct-eseal
    Certificate.Use.TRANSPORT: x509.ObjectIdentifier("0.4.0.1862.1.6.3"),  # qct-web
}
ROLES = {
    Role.PISP: (x509.ObjectIdentifier("0.4.0.19495.1.2"), "PSP_PI"),
    Role.AISP: (x509.ObjectIdentifier("0.4.0.19495.1.3"), "PSP_AI"),
    Role.CBPII: (x509.ObjectIdentifier("0.4.0.19495.1.4"), "PSP_IC"),
}
BY_OID = {oid: role for role, (oid, _) in ROLES.items()}
ACCOUNT_SERVICING = x509.ObjectIdentifier("0.4.0.19495.1.1")  # PSP_AS: a bank's, which lets nobody call another bank
SHORT_LENGTHS = 0x80
KNOWN = {*BY_OID, ACCOUNT_SERVICING}


class Malformed(Exception):
    """The extension is not what the standards have there."""


@asn1.sequence
class Bare:
    """A QCStatement that is said by its id alone."""

    id: x509.ObjectIdentifier


@asn1.sequence
class Statement:
    """Any other QCStatement, before it is known what it says."""

    id: x509.ObjectIdentifier
    info: asn1.TLV


@asn1.sequence
class TypeStatement:
    """QcType of EN 319 412-5: for seals, for web sites, for signatures."""

    id: x509.ObjectIdentifier
    types: list[x509.ObjectIdentifier]


@asn1.sequence
class RoleOfPSP:
    """One role, by number and by name."""

    oid: x509.ObjectIdentifier
    name: str


@asn1.sequence
class PSD2Info:
    """PSD2QcType of TS 119 495: the roles, and the authority that let the holder have them."""

    roles: list[RoleOfPSP]
    authority_name: str
    authority_id: str


@asn1.sequence
class PSD2Statement:
    """The QCStatement with the roles."""

    id: x509.ObjectIdentifier
    info: PSD2Info


@asn1.sequence
class OpenBankingStatements:
    """What an OBWAC or an OBSeal says."""

    type: TypeStatement
    psd2: PSD2Statement


@asn1.sequence
class QualifiedStatements:
    """What a QWAC or a QSealC says."""

    compliance: Bare
    type: TypeStatement
    psd2: PSD2Statement


@asn1.sequence
class Wrapped:
    """The library decodes no bare list, so the extension is read as the one member of a sequence."""

    statements: list[asn1.TLV]


@dataclass(frozen=True, kw_only=True)
class Qualification:
    """What the extension says. types: what it is for, of TYPES and others; roles: None where it says none."""

    is_compliant: bool = False
    types: frozenset[x509.ObjectIdentifier] = frozenset()
    roles: frozenset[x509.ObjectIdentifier] | None = None


def encode(*, use: Certificate.Use, roles: Collection[str], is_compliant: bool) -> x509.UnrecognizedExtension:
    """The extension of a certificate for a use and for roles; is_compliant: it is a qualified one."""
    named = [RoleOfPSP(oid=oid, name=name) for role, (oid, name) in ROLES.items() if role in roles]
    info = PSD2Info(roles=named, authority_name="Financial Conduct Authority", authority_id="GB-FCA")
    kind, psd2 = TypeStatement(id=TYPE, types=[TYPES[use]]), PSD2Statement(id=PSD2, info=info)
    said: OpenBankingStatements | QualifiedStatements = OpenBankingStatements(type=kind, psd2=psd2)
    if is_compliant:
        said = QualifiedStatements(compliance=Bare(id=COMPLIANCE), type=kind, psd2=psd2)
    return x509.UnrecognizedExtension(EXTENSION, asn1.encode_der(said))


def read(certificate: x509.Certificate) -> Qualification:
    """What a certificate says of itself; nothing, where it has no such extension. Raises Malformed."""
    try:
        extension = certificate.extensions.get_extension_for_oid(EXTENSION).value
    except x509.ExtensionNotFound:
        return Qualification()
    assert isinstance(extension, x509.UnrecognizedExtension), "the library reads no QCStatements itself"
    try:
        whole = asn1.decode_der(Wrapped, _wrap(extension.value))
        said = {_id_of(statement): statement for statement in whole.statements}
        types = said[TYPE].parse(TypeStatement).types if TYPE in said else []
        psd2 = said[PSD2].parse(PSD2Statement).info if PSD2 in said else None
    except ValueError:
        raise Malformed from None
    return Qualification(
        is_compliant=COMPLIANCE in said,
        types=frozenset(types),
        roles=None if psd2 is None else frozenset(role.oid for role in psd2.roles),
    )


def _id_of(statement: asn1.TLV) -> x509.ObjectIdentifier:
    try:
        parsed: Statement | Bare = statement.parse(Statement)
    except ValueError:
        parsed = statement.parse(Bare)
    return parsed.id


def _wrap(der: bytes) -> bytes:
    """A DER SEQUENCE of one member (X.690 section 8.1.3 for the length)."""
    size = len(der).to_bytes((len(der).bit_length() + 7) // 8 or 1, "big")
    return b"\x30" + (size if len(der) < SHORT_LENGTHS else bytes([SHORT_LENGTHS | len(size)]) + size) + der
