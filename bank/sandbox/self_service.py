"""The directory's desk for TPPs, in a sandbox alone: enrol, get certificates over your own keys, get statements.

Whoever asks becomes a TPP, with any role: elsewhere a regulator would have a say. What comes back with the enrolment,
directory_token, is what the TPP manages itself with. Bodies and answers are JSON; errors look like those of OAuth.
Rules: bank/tpps/directory.py.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from bank.audit import trail
from bank.oauth.backends import Reply
from bank.oauth.clients import Caller
from bank.oauth.refusals import InvalidClient, InvalidRequest
from bank.oauth.views import MachineEndpoint
from bank.tpps import authority, directory, signing_requests, statements
from bank.tpps.models import TPP, Certificate, Role, SoftwareStatement

BODY_BYTES_MAX = 64 * 1024
SOFTWARE_MAX, CERTIFICATES_MAX = 50, 500  # of one TPP
TOKEN = re.compile(r"Bearer +([A-Za-z0-9_-]{43})", re.IGNORECASE | re.ASCII)


def _printable(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError
    return text.strip()


def _address(text: str) -> str:
    if not statements.is_address(text):
        raise ValueError
    return text


Name = Annotated[str, Field(min_length=1, max_length=140), AfterValidator(_printable)]
RedirectUris = Annotated[
    list[Annotated[str, Field(max_length=500), AfterValidator(_address)]], Field(min_length=1, max_length=20)
]
CLOSED = ConfigDict(extra="forbid")


class Enrolment(TypedDict):
    """What a TPP says of itself."""

    __pydantic_config__ = CLOSED  # type: ignore[misc] # how pydantic closes a TypedDict
    name: Name
    roles: Annotated[list[Role], Field(min_length=1, max_length=3)]
    redirect_uris: RedirectUris


class Software(TypedDict):
    """What a TPP says of one more application."""

    __pydantic_config__ = CLOSED  # type: ignore[misc] # as above
    name: Name
    redirect_uris: RedirectUris


class Signing(TypedDict, total=False):
    """A request for a certificate; for a renewal it may be empty: the same key again."""

    __pydantic_config__ = CLOSED  # type: ignore[misc] # as above
    use: Certificate.Use
    shape: directory.Shape
    csr: Annotated[str, Field(max_length=signing_requests.PEM_MAX)]


class Desk(MachineEndpoint):
    """One path of the directory's desk: each method of the table is answered by a function below."""

    answers: dict[str, Callable[..., Reply]] = {}  # noqa: RUF012 - as_view() sets it for each path

    def setup(self, request: HttpRequest, *args: Any, **names: str) -> None:
        """Know the path's own methods alone."""
        super().setup(request, *args, **names)
        self.http_method_names = tuple(self.answers)

    def do(self, request: HttpRequest, **names: str) -> HttpResponse:
        """Answer, with the TPP that the path names, if it names one."""
        answer = self.answers[str(request.method).lower()]
        return self.respond(request, lambda caller: answer(request, caller, **_found(request, names)))

    get = post = delete = do


def enrol(request: HttpRequest, caller: Caller) -> Reply:
    """Take up a TPP with its first application. Raises OAuthError."""
    asked = _body(request, Enrolment)
    made = directory.enrol(asked["name"], roles=asked["roles"], redirect_uris=asked["redirect_uris"], now=caller.now)
    trail.record(actor=f"tpp:{made.pk}", action="tpp.enrolled", subject=made.tpp_id, now=caller.now)
    return _told({**_describe(made), "directory_token": directory.new_token(made.tpp)}, status=201)


def show(_request: HttpRequest, _caller: Caller, *, tpp: TPP) -> Reply:
    """Tell what the directory knows of a TPP."""
    software = [_describe(statement) for statement in tpp.software_statements.order_by("created_at", "pk")]
    return _told({"organisation_id": tpp.pk, "name": tpp.name, "roles": tpp.roles, "software": software})


def add_software(request: HttpRequest, caller: Caller, *, tpp: TPP) -> Reply:
    """Take up one more application. Raises OAuthError."""
    if tpp.software_statements.count() >= SOFTWARE_MAX:
        raise InvalidRequest(f"A TPP has at most {SOFTWARE_MAX} applications here.")
    asked = _body(request, Software)
    made = directory.add_software(tpp, name=asked["name"], redirect_uris=asked["redirect_uris"], now=caller.now)
    return _told(_describe(made), status=201)


def sign(_request: HttpRequest, caller: Caller, *, tpp: TPP, software: SoftwareStatement) -> Reply:
    """Sign a software statement, to register with."""
    del tpp
    _check_stands(software)
    return _told({"software_statement": statements.sign(software, now=caller.now)}, status=201)


def withdraw(_request: HttpRequest, caller: Caller, *, tpp: TPP, software: SoftwareStatement) -> Reply:
    """Take an application's statement back."""
    directory.withdraw(software, reason="asked for by the TPP", actor=f"tpp:{tpp.pk}", now=caller.now)
    return {}, "", 204


def issue(request: HttpRequest, caller: Caller, *, tpp: TPP, software: SoftwareStatement) -> Reply:
    """Issue a certificate over the key of a signing request. Raises OAuthError."""
    _check_stands(software)
    asked = _body(request, Signing)
    if asked.get("use") not in directory.TPP_USES or "csr" not in asked:
        raise InvalidRequest("use must be transport or signing, and csr a certificate signing request in PEM.")
    if Certificate.objects.filter(software_statement__tpp=tpp).count() >= CERTIFICATES_MAX:
        raise InvalidRequest(f"A TPP has at most {CERTIFICATES_MAX} certificates here.")
    made = directory.issue(
        software,
        use=asked["use"],
        public_key=_key_of(asked["csr"]),
        shape=asked.get("shape", directory.Shape.OPEN_BANKING),
        now=caller.now,
    )
    return _told(_described(made), status=201)


def renew(
    request: HttpRequest, caller: Caller, *, tpp: TPP, software: SoftwareStatement, certificate: Certificate
) -> Reply:
    """Issue a certificate of the same kind, over the same key or that of a signing request. Raises OAuthError."""
    _check_stands(software)
    asked = _body(request, Signing) if request.body else Signing()
    if certificate.revoked_at:
        raise InvalidRequest("The certificate was revoked: ask for a new one.")
    key = _key_of(asked["csr"]) if "csr" in asked else None
    return _told(
        _described(directory.reissue(certificate, public_key=key, actor=f"tpp:{tpp.pk}", now=caller.now)), status=201
    )


def revoke(
    _request: HttpRequest, caller: Caller, *, tpp: TPP, software: SoftwareStatement, certificate: Certificate
) -> Reply:
    """Take a certificate back."""
    del software
    directory.revoke(certificate, reason="asked for by the TPP", actor=f"tpp:{tpp.pk}", now=caller.now)
    return {}, "", 204


def _found(request: HttpRequest, names: dict[str, str]) -> dict[str, Any]:
    """The rows that a path names; who asks must have the token of the first. Raises InvalidClient, InvalidRequest."""
    if not names:
        return {}
    tpp = TPP.objects.select_for_update().filter(pk=names["organisation"]).first()
    token = TOKEN.fullmatch(request.META.get("HTTP_AUTHORIZATION", ""))
    given = hashlib.sha256(token[1].encode()).hexdigest() if token else ""
    if tpp is None or not tpp.token_checksum or not hmac.compare_digest(given, tpp.token_checksum):
        raise InvalidClient("The directory_token of this organisation is missing or wrong.")
    found: dict[str, Any] = {"tpp": tpp}
    if "software" in names:
        found["software"] = tpp.software_statements.filter(pk=names["software"]).first()
    if "thumbprint" in names and found["software"]:
        found["certificate"] = found["software"].certificates.filter(pk=names["thumbprint"]).first()
    if None in found.values():
        raise InvalidRequest("The directory has nothing of this organisation under this path.")
    return found


def _body(request: HttpRequest, kind: type[Any]) -> Any:
    if len(request.body) > BODY_BYTES_MAX:
        raise InvalidRequest("The body is too long.")
    try:
        return TypeAdapter(kind).validate_json(request.body)
    except ValidationError as error:
        known = sorted({str(fault["loc"][0]) for fault in error.errors() if fault["loc"]} & set(kind.__annotations__))
        wrong = f"; look at {', '.join(known)}" if known else ""
        members = ", ".join(kind.__annotations__)
        raise InvalidRequest(f"The body must be a JSON object with {members} and nothing else{wrong}.") from None


def _check_stands(software: SoftwareStatement) -> None:
    if software.withdrawn_at:
        raise InvalidRequest("The software statement was withdrawn.")


def _key_of(pem: str) -> authority.PublicKey:
    """The key that a signing request proves to be its sender's; nothing else in it counts. Raises InvalidRequest."""
    try:
        return signing_requests.read(pem).key
    except signing_requests.SigningRequestRefused as refused:
        raise InvalidRequest(str(refused)) from None


def _describe(software: SoftwareStatement) -> dict[str, Any]:
    return {
        "organisation_id": software.tpp_id,
        "software_id": software.pk,
        "name": software.client_name,
        "roles": software.roles,
        "redirect_uris": software.redirect_uris,
        "jwks_uri": statements.jwks_url(software),
        "withdrawn": software.withdrawn_at is not None,
        "certificates": [_described(row, whole=False) for row in software.certificates.order_by("not_before", "pk")],
    }


def _described(row: Certificate, *, whole: bool = True) -> dict[str, Any]:
    told: dict[str, Any] = {
        "thumbprint": row.pk,
        "use": row.use,
        "subject": row.subject,
        "not_after": row.not_after.isoformat(),
        "revoked": row.revoked_at is not None,
    }
    if row.use == Certificate.Use.SIGNING:
        told["kid"] = directory.kid_of(row)
    if whole:
        told["certificate"] = row.pem
        told["chain"] = f"{settings.ISSUER}/directory/ca.pem"
    return told


def _told(body: dict[str, Any], *, status: int = 200) -> Reply:
    return {}, JsonResponse(body).text, status
