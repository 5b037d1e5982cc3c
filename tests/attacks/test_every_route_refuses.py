"""Every route that Django's resolver knows refuses whoever may not call it. There is no list of routes here."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.test import Client

from bank import checks
from bank.api import access
from bank.api.endpoint import METHODS, Endpoint, Operation
from bank.audit.models import Entry
from bank.oauth.models import Authorization
from tests import calls, people

pytestmark = pytest.mark.exhaustive

ROUTES = sorted(checks.routes(), key=lambda route: route[0])
OTHER_GRANT = {
    access.CLIENT_CREDENTIALS: access.AUTHORIZATION_CODE,
    access.AUTHORIZATION_CODE: access.CLIENT_CREDENTIALS,
}
OTHER_SCOPE = {"accounts": "payments", "payments": "fundsconfirmations", "fundsconfirmations": "accounts"}


def of(audience: str) -> pytest.MarkDecorator:
    """Run a test for each route of an audience."""
    return pytest.mark.parametrize("path", [path for path, _, who in ROUTES if who == audience])


def operations() -> Iterator[Any]:
    """Every operation below /open-banking, as parameters of a test: method, path and declaration."""
    for path, view, _ in ROUTES:
        if path.startswith("open-banking/") and isinstance(view, type) and issubclass(view, Endpoint):
            for method, operation in view.operations().items():
                yield pytest.param(method, path, operation, id=f"{method} {path.removeprefix('open-banking/v4.0/')}")


def filled(path: str, **ids: str) -> str:
    """A path that a route's pattern matches; its parts are filled with these ids, or with one that nobody has."""
    path = re.sub(r"\^?\(\?P<\w+>(\w+|\.\*)[^)]*\)", lambda match: match[1].replace(".*", "nothing"), path)
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: ids.get(match[1], "1"), path)
    return "/" + path.replace("$", "").replace("\\", "").replace("^", "")


def names(path: str) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", path)


def sample(operation: Operation) -> Any:
    """Something to send, good enough for the checks that come before the body's own."""
    return {} if operation.body is not None else None


def expect_refusal(answer: Any, *, status: int, code: str) -> None:
    assert answer.status_code == status, answer.content
    assert answer["x-fapi-interaction-id"]
    assert answer["Cache-Control"] == "no-store"
    if code:
        assert calls.error(answer)["ErrorCode"] == code
    else:
        assert answer.content == b""


def where(holds: Callable[[str, Operation], bool]) -> pytest.MarkDecorator:
    """Run a test for each operation for which something holds, by its path and declaration."""
    chosen = [found for found in operations() if holds(*found.values[1:])]
    return pytest.mark.parametrize(("method", "path", "operation"), chosen)


everywhere = where(lambda _path, _operation: True)


def test_every_route_declares_an_audience():
    assert checks.every_route_has_an_audience(None) == []
    assert {who for _, _, who in ROUTES} == {"public", "client", "tpp", "customer", "staff"}


def test_every_path_of_the_standard_needs_a_token():
    assert {who for path, _, who in ROUTES if path.startswith("open-banking/")} == {"tpp"}


@everywhere
def test_refuses_a_caller_without_a_certificate(world, method, path, operation):
    token = world.token(operation.grant, operation.scope)

    answer = world.bob.call(method, filled(path), sample(operation), token=token, der=None)

    expect_refusal(answer, status=401, code="")


@everywhere
def test_refuses_a_certificate_that_nobody_vouches_for(world, method, path, operation):
    token = world.token(operation.grant, operation.scope)

    answer = world.bob.call(method, filled(path), sample(operation), token=token, der=b"made up")

    expect_refusal(answer, status=401, code="")


@everywhere
def test_refuses_a_call_without_a_token(world, method, path, operation):
    answer = world.bob.call(method, filled(path), sample(operation))

    expect_refusal(answer, status=401, code="")
    assert answer["WWW-Authenticate"] == ('Bearer realm="open-banking", DPoP realm="open-banking", algs="PS256 ES256"')


@everywhere
def test_refuses_a_token_that_was_stolen(world, method, path, operation):
    token = world.token(operation.grant, operation.scope)

    answer = world.carol.call(method, filled(path), sample(operation), token=token)

    expect_refusal(answer, status=401, code="")
    entry = Entry.objects.get(interaction_id=answer["x-fapi-interaction-id"])
    assert entry.detail["words"] == "The access token is bound to another certificate."


@everywhere
def test_refuses_the_other_kind_of_token(world, method, path, operation):
    token = world.token(OTHER_GRANT[operation.grant], operation.scope)

    answer = world.bob.call(method, filled(path), sample(operation), token=token)

    expect_refusal(answer, status=403, code="TK01")


@everywhere
def test_refuses_a_token_of_another_scope(world, method, path, operation):
    token = world.token(operation.grant, OTHER_SCOPE[operation.scope])

    answer = world.bob.call(method, filled(path), sample(operation), token=token)

    expect_refusal(answer, status=403, code="TK01")


@everywhere
def test_refuses_methods_that_the_standard_does_not_have(world, method, path, operation):
    view = next(view for known, view, _ in ROUTES if known == path)
    token = world.token(operation.grant, operation.scope)

    for other in {*METHODS, "OPTIONS", "TRACE"} - set(view.operations()):
        answer = world.bob.call(other, filled(path), sample(operation), token=token)
        expect_refusal(answer, status=405, code="MS03")
        assert method in answer["Allow"]


@everywhere
def test_refuses_media_types_that_it_does_not_speak(world, method, path, operation):
    token = world.token(operation.grant, operation.scope)

    answer = world.bob.call(method, filled(path), sample(operation), token=token, Accept="application/xml")
    expect_refusal(answer, status=406, code="U006")
    if operation.body is not None:
        answer = world.bob.call(method, filled(path), b"<Data/>", token=token, Content_Type="application/xml")
        expect_refusal(answer, status=415, code="U006")


@where(lambda _path, operation: bool(operation.permissions))
def test_refuses_what_the_customer_did_not_permit(world, method, path, operation, now):
    alice = people.customer(now=now)
    shown = [people.account(alice, now=now)]
    other = "ReadBalances" if "ReadOffers" in operation.permissions else "ReadOffers"
    made = calls.consent(world.bob, "account-access", customer=alice, accounts=shown, permissions=[other])
    token = calls.customers_token(world.bob, made)

    answer = world.bob.call(method, filled(path, AccountId=shown[0].pk), token=token)

    expect_refusal(answer, status=403, code="TK01")


@where(lambda _path, operation: operation.grant == access.AUTHORIZATION_CODE)
def test_refuses_a_customers_token_that_hangs_on_no_consent(world, method, path, operation):

    token = world.token(operation.grant, operation.scope)
    Authorization.objects.filter(client=world.bob.provider.client).update(consent=None)

    answer = world.bob.call(method, filled(path), sample(operation), token=token)

    expect_refusal(answer, status=403, code="TK01")


@where(lambda path, _operation: bool(names(path)))
def test_refuses_what_belongs_to_another(world, method, path, operation):
    token = world.token(operation.grant, operation.scope)
    ids = {name: world.resources[f"{operation.scope} {name}"] for name in names(path)}

    answer = world.bob.call(method, filled(path, **ids), sample(operation), token=token)

    expect_refusal(answer, status=403, code=calls.error(answer)["ErrorCode"])


@where(lambda path, _operation: bool(names(path)))
def test_refuses_an_id_that_nobody_has(world, method, path, operation):
    token = world.token(operation.grant, operation.scope)

    answer = world.bob.call(method, filled(path), sample(operation), token=token)

    assert answer.status_code in {400, 403}
    assert calls.error(answer)["ErrorCode"] in {"U011", "TK01", "TKCM", "AG01"}


@where(lambda _path, operation: bool(operation.idempotent))
def test_refuses_an_unsigned_body_and_a_missing_key(world, method, path, operation):
    token = world.token(operation.grant, operation.scope)

    unsigned = world.bob.call(method, filled(path), sample(operation), token=token, x_jws_signature=None)
    keyless = world.bob.call(method, filled(path), sample(operation), token=token, x_idempotency_key=None)

    expect_refusal(unsigned, status=400, code="U019")
    expect_refusal(keyless, status=400, code="U007")
    assert unsigned["x-jws-signature"]


@of("tpp")
def test_refuses_whoever_holds_no_token_of_its_own_whatever_the_path(world, path):
    token = world.token("client_credentials", "accounts")
    for method in METHODS:
        for who, sent, der in ((world.bob, None, "own"), (world.bob, token, None), (world.carol, token, "own")):
            answer = who.call(method, filled(path), token=sent, der=der)

            assert answer.status_code in {401, 405, 415}
            assert answer["x-fapi-interaction-id"]


@of("client")
def test_refuses_clients_that_do_not_say_who_they_are(db, path):
    form = {"grant_type": "client_credentials", "client_id": "nobody", "scope": "accounts", "token": "x"}
    for method, body in itertools.product(("post", "get", "put", "delete"), ({}, form)):
        answer = getattr(Client(), method)(f"/{path}", body, secure=True)

        assert 400 <= answer.status_code < 500
        assert orjson.loads(answer.content)["error"] in {"invalid_client", "invalid_request"}


@of("public")
def test_takes_nothing_on_public_routes(db, path):
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(Client(enforce_csrf_checks=True), method)(f"/{path}", {}, secure=True)

        is_told = answer.get("Location", "").startswith("/oauth/error?")  # a form may open a request, but not this one
        assert is_told or answer.status_code in {403, 405}


@of("customer")
def test_shows_customers_pages_to_nobody_else(db, path, now):
    staff = Client()
    staff.force_login(people.staff(now=now))
    for browser in (Client(), staff):
        assert is_kept_out(browser.get(filled(path), secure=True))
        assert is_kept_out(browser.post(filled(path), {"step": "approve"}, secure=True))
    assert Client(enforce_csrf_checks=True).post(filled(path), {}, secure=True).status_code == 403


WAYS_IN = (b'id="login-submit"', b'id="lost-submit"')


def is_kept_out(answer: Any) -> bool:
    """Tell whether a page refuses, shows nothing but its log-in, or leads there."""
    if answer.status_code == 303:
        return answer["Location"] == "/" or answer["Location"].startswith("/security/login")
    return answer.status_code in {400, 405} or any(each in answer.content for each in WAYS_IN)


@of("staff")
def test_sends_everybody_but_staff_away_from_the_desk(db, path, now):
    customer = Client()
    customer.force_login(people.customer(now=now))
    for browser in (Client(), customer):
        answer = browser.get(filled(path), secure=True)
        written = browser.post(filled(path), {}, secure=True)

        assert is_turned_away(answer), answer.content
        assert is_turned_away(written), written.content


def is_turned_away(answer: Any) -> bool:
    """Tell whether the desk shows nothing but its log-in."""
    if answer.status_code == 302:
        return "/admin/login/" in answer["Location"] or answer["Location"] == "/admin/"
    return answer.status_code in {403, 404, 405} or b'name="password"' in answer.content
