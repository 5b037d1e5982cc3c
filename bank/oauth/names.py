"""Distinguished names as TPPs write them down, compared with what a certificate holds (RFC 8705 section 2.1.2).

RFC 4514 is what a registration should speak. Tools also print a blank after each comma, begin with the country, write
organizationIdentifier out or leave its value in DER: all of that names the same subject.
"""

import re

from cryptography import x509
from cryptography.x509.oid import NameOID

KEYWORDS = {
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "businessCategory": NameOID.BUSINESS_CATEGORY,
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "jurisdictionCountryName": NameOID.JURISDICTION_COUNTRY_NAME,
    "jurisdictionC": NameOID.JURISDICTION_COUNTRY_NAME,
}
LETTERS_MAX = 512
SEPARATOR = re.compile(r"(?<!\\)\s*([,+])\s*")
OID_PREFIX = re.compile(r"(^|[,+])OID\.", re.IGNORECASE)
DER = re.compile(r"[\x0c\x13\x14\x16](.)", re.DOTALL)  # a short string of ASN.1: its tag, its length

Name = list[frozenset[tuple[str, str]]]


def names(text: str, subject: x509.Name) -> bool:
    """Tell whether a written name is this subject's."""
    written = _parse(text)
    return written is not None and folded(subject) in (written, written[::-1])


def folded(name: x509.Name) -> Name:
    """A name as RFC 4518 compares it: case and repeated blanks do not count."""
    return [
        frozenset((part.oid.dotted_string, " ".join(_plain(str(part.value)).split()).casefold()) for part in rdn)
        for rdn in name.rdns
    ]


def _parse(text: str) -> Name | None:
    if len(text) > LETTERS_MAX:
        return None
    plain = OID_PREFIX.sub(r"\1", SEPARATOR.sub(r"\1", text.strip()))
    try:
        return folded(x509.Name.from_rfc4514_string(plain, attr_name_overrides=KEYWORDS))
    except ValueError:
        return None


def _plain(text: str) -> str:
    """The value itself, where a tool left it in DER."""
    match = DER.match(text)
    return text[2:] if match and ord(match[1]) == len(text) - 2 else text
