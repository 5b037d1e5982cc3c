"""The authorization server keeps to its description, whatever schemathesis makes of that: right requests and wrong."""

import json
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.db import transaction
from schemathesis import GenerationMode

from bank import clock
from bank.keys import jose
from bank.wsgi import application
from tests import calls
from tests.attacks import described, fuzzing
from tests.attacks.keeping import stored
from tests.oauth import given, newcomer

pytestmark = pytest.mark.fuzz

EXAMPLES = 12  # of each operation, right and wrong
OPERATIONS = [
    ("POST", "/oauth/par"),
    ("POST", "/oauth/token"),
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/authorize"),
    ("POST", "/oauth/register"),
    ("GET", "/oauth/register/{client_id}"),
    ("PUT", "/oauth/register/{client_id}"),
    ("DELETE", "/oauth/register/{client_id}"),
]


@schemathesis.serializer(described.SIGNED)
def as_it_is(_context: schemathesis.SerializationContext, claims: Any) -> dict[str, Any]:
    """What will be signed where the case is sent."""
    return {"data": json.dumps(claims, default=str).encode()}


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: pytest.Item) -> dict[str, Any]:
    """TPPs that are made once and stay, and the description that names them."""
    now = clock.now().replace(microsecond=0)
    with django_db_blocker.unblock():
        tess = given.party(now=now, auth_method="tls_client_auth", profile="fapi2-security", name="Tess's Till")
        bob = given.party(now=now)
        nora, reg = newcomer.newcomer(now=now), newcomer.newcomer(now=now, name="Reg's Register")
        assert reg.register().status_code == 201
        registered = reg.path.rsplit("/")[-1]
        document = described.document(tess=tess, bob=bob, registered=registered)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = application
    return {"schema": schema, "tess": tess, "nora": nora, "reg": reg}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
@pytest.mark.usefixtures("db")
def test_keeps_to_its_description(cast, operation, mode):
    """The answer is one of those described, and a refusal leaves nothing behind."""
    method, path = operation

    @fuzzing.settings(EXAMPLES)
    @hypothesis.given(case=cast["schema"][path][method].as_strategy(generation_mode=mode))
    def examine(case):
        with transaction.atomic():
            before = stored()
            answer = case.call(**how(case, cast))
            case.validate_response(answer, checks=fuzzing.CHECKS)
            assert not is_refusal(answer) or stored() == before
            transaction.set_rollback(True)

    examine()


def how(case: schemathesis.Case, cast: dict[str, Any]) -> dict[str, Any]:
    """Who sends a case: the customer's browser, or the TPP over its certificate, which signs what must be signed."""
    if case.path == "/oauth/authorize":
        return {"base_url": settings.ISSUER}
    asks: Any = cast["reg" if "{" in case.path else "nora"] if "register" in case.path else cast["tess"]
    held = {"headers": {"Authorization": f"Bearer {asks.access}"}} if "{" in case.path else {}
    body = {"data": signed(asks, case.body)} if case.media_type == described.SIGNED else {}
    return {
        "base_url": settings.MTLS_URL,
        "environ_overrides": {"gunicorn.socket": calls.Socket(asks.identity.der)},
        **held,
        **body,
    }


def signed(asks: newcomer.Newcomer, changes: Any) -> str:
    """A request for registration, changed; or anything at all, signed as one."""
    claims = {**jose.peek(asks.request()).claims, **changes} if isinstance(changes, dict) else changes
    return asks.sign_raw(json.dumps(claims, default=str).encode())


def is_refusal(answer: schemathesis.Response) -> bool:
    """An error, or a redirect to anything but the log-in."""
    location = answer.headers.get("location", [""])[0]
    return answer.status_code >= 400 or (answer.status_code == 303 and not location.startswith("/login?"))
