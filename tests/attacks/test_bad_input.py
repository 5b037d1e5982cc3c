"""What is malformed gets the standard's error, within a second, and leaves nothing behind but its audit row."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pytest

from accounts.models import Hold
from bank.api import wire
from bank.api.models import IdempotencyKey
from bank.audit.models import Entry
from bank.outbox.models import Message
from consents.models import Consent, FundsConfirmation
from payments.models import PaymentOrder
from tests import calls, people

pytestmark = pytest.mark.exhaustive

SECONDS_MAX = 1.0
KEPT = (Consent, FundsConfirmation, PaymentOrder, Hold, IdempotencyKey, Message)
CODES = set(wire.codes("OBExternalStatusReason1Code"))


@dataclass(kw_only=True)
class Target:
    """A POST of the standard: where, with which token, and a body that is right."""

    who: calls.Caller
    path: str
    token: str
    body: dict[str, Any]

    def send(self, body: Any) -> Any:
        return self.who.call("POST", self.path, body, token=self.token)


def account_access(who: calls.Caller) -> Target:
    body = {
        "Data": {"Permissions": ["ReadAccountsBasic", "ReadBalances"], "ExpirationDateTime": "2099-01-01T00:00:00Z"},
        "Risk": {},
    }
    return Target(who=who, path=f"{calls.AISP}/account-access-consents", token=who.token("accounts"), body=body)


def payment_consent(who: calls.Caller) -> Target:
    body = calls.payment()
    return Target(who=who, path=f"{calls.PISP}/domestic-payment-consents", token=who.token("payments"), body=body)


def payment(who: calls.Caller) -> Target:
    alice = people.customer(now=who.now)
    consent, body = calls.authorised_payment(who, customer=alice, account=people.account(alice, now=who.now))
    token = calls.customers_token(who, consent)
    return Target(who=who, path=f"{calls.PISP}/domestic-payments", token=token, body=body)


def funds_consent(who: calls.Caller) -> Target:
    account = {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "04000470000000"}
    body = {"Data": {"DebtorAccount": account, "ExpirationDateTime": "2099-01-01T00:00:00Z"}}
    token = who.token("fundsconfirmations")
    return Target(who=who, path=f"{calls.CBPII}/funds-confirmation-consents", token=token, body=body)


def funds(who: calls.Caller) -> Target:
    alice = people.customer(now=who.now)
    consent = calls.authorised_funds(who, customer=alice, account=people.account(alice, now=who.now))
    amount = {"Amount": "12.34", "Currency": "GBP"}
    body = {"Data": {"ConsentId": consent.pk, "Reference": "Shoes", "InstructedAmount": amount}}
    token = calls.customers_token(who, consent)
    return Target(who=who, path=f"{calls.CBPII}/funds-confirmations", token=token, body=body)


TARGETS: tuple[Callable[[calls.Caller], Target], ...] = (
    account_access,
    payment_consent,
    payment,
    funds_consent,
    funds,
)


@pytest.fixture(params=TARGETS, ids=[target.__name__ for target in TARGETS])
def target(request: pytest.FixtureRequest, everybody: Any, db: None, now: datetime) -> Target:
    made: Target = request.param(calls.Caller(provider=everybody.bob.provider, now=now))
    return made


def expect_refusal(target: Target, body: Any, *, code: str = "", path: str | None = None) -> None:
    """Send a body, and prove that it is refused as it should be; the time counted is this thread's own."""
    before = [model.objects.count() for model in KEPT]
    started = time.thread_time()

    answer = target.send(body)

    assert time.thread_time() - started < SECONDS_MAX
    assert answer.status_code == 400, answer.content
    fault = calls.error(answer)
    assert fault["ErrorCode"] in ({code} if code else CODES)
    assert fault.get("Path") == path
    assert [model.objects.count() for model in KEPT] == before
    assert Entry.objects.get(interaction_id=answer["x-fapi-interaction-id"]).action == "request.refused"


def fields(node: Any, *, path: str = "") -> Iterator[tuple[list[Any], str]]:
    """Every member of a body, as keys to follow and as the standard writes its place."""
    for name, member in node.items():
        place = f"{path}.{name}" if path else name
        yield [name], place
        if isinstance(member, dict):
            yield from (([name, *keys], below) for keys, below in fields(member, path=place))


def changed(body: dict[str, Any], keys: list[Any], **to: Any) -> dict[str, Any]:
    """A copy with one member changed, or taken out."""
    copied = copy.deepcopy(body)
    holder = copied
    for key in keys[:-1]:
        holder = holder[key]
    if to:
        holder[keys[-1]] = to["value"]
    else:
        del holder[keys[-1]]
    return copied


def test_takes_what_is_right(target):
    answer = target.send(target.body)

    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"null,",
        b"{'Data': {}}",
        b'{"Data": {}, }',
        b'{"Data": NaN}{',
        b"\xff\xfe{}",
        b'\xef\xbb\xbf{"Data": {}, "Risk": {}}',
        b'{"Data": {"Permissions": ["\xc3\x28"]}, "Risk": {}}',
        b'{"Data": "\x00"}',
        b'{"Data": "\\ud800"}',
        b'{"\\udc00": 1}',
        b"[" * 10_000,
        b'{"Data":' * 10_000,
        b'{"Data":' * 10_000 + b"1" + b"}" * 10_000,
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_refuses_what_is_not_json(target, raw):
    expect_refusal(target, raw, code="U002")


@pytest.mark.parametrize("body", [[], None, "text", 1, True], ids=repr)
def test_refuses_json_that_is_no_object(target, body):
    expect_refusal(target, orjson.dumps(body), code="U010")


def test_refuses_two_megabytes_unread(target):
    expect_refusal(target, b'{"Data": "' + b"x" * 2_000_000 + b'"}', code="U010")


def test_refuses_a_body_of_the_wrong_type_in_every_place(target):
    for keys, place in fields(target.body):
        is_container = isinstance(value_at(target.body, keys), dict | list)
        wrong = [1, None] if not is_container else [1, None, "text"]
        for value in wrong:
            code = "U010" if is_container else "U002"
            expect_refusal(target, changed(target.body, keys, value=value), code=code, path=place)


def value_at(body: Any, keys: list[Any]) -> Any:
    for key in keys:
        body = body[key]
    return body


def test_refuses_a_body_that_lacks_a_required_field(target):
    optional = {"Data.ExpirationDateTime"}
    for keys, place in fields(target.body):
        if place not in optional:
            expect_refusal(target, changed(target.body, keys), code="U004", path=place)


def test_refuses_a_member_that_nobody_knows_in_every_object(target):
    for keys, place in [([], ""), *fields(target.body)]:
        if isinstance(value_at(target.body, keys), dict):
            body = changed(target.body, [*keys, "Extra"], value="more")
            expect_refusal(target, body, code="U005", path=f"{place}.Extra" if place else "Extra")


def test_refuses_a_member_that_stands_twice(target):
    raw = orjson.dumps(target.body)

    expect_refusal(target, raw.replace(b'"Data":', b'"Data":{},"Data":'), code="U002")


def test_refuses_texts_that_hold_nul(target):
    for keys, place in fields(target.body):
        if isinstance(value_at(target.body, keys), str) and "DateTime" not in place:
            body = changed(target.body, keys, value="a\0")
            expect_refusal(target, body, code="U002", path=place)


def test_names_a_member_that_holds_nul_without_failing(target):
    expect_refusal(target, changed(target.body, ["a\0b"], value=1), code="U005", path="a\N{REPLACEMENT CHARACTER}b")


def test_lists_no_more_than_twenty_faults(target):
    answer = target.send({f"Extra{number}": 1 for number in range(10_000)})

    assert answer.status_code == 400
    assert len(answer.json()["Errors"]) == 20


def test_repeats_nothing_of_what_was_sent(target):
    answer = target.send({"Data": "secret-value", "Risk": "secret-value"})

    assert b"secret-value" not in answer.content


@pytest.fixture
def order(everybody: Any, db: None, now: datetime) -> Target:
    return payment(calls.Caller(provider=everybody.bob.provider, now=now))


@pytest.fixture
def asked(everybody: Any, db: None, now: datetime) -> Target:
    return payment_consent(calls.Caller(provider=everybody.bob.provider, now=now))


AMOUNT = ["Data", "Initiation", "InstructedAmount", "Amount"]
CURRENCY = ["Data", "Initiation", "InstructedAmount", "Currency"]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0", "AM01"),
        ("0.00", "AM01"),
        ("-1", "U002"),
        ("+1", "U002"),
        ("1e3", "U002"),
        ("10,00", "U002"),
        ("１２", "U002"),  # noqa: RUF001 - digits of another script are the point
        ("٣٤", "U002"),
        ("1" * 14, "U002"),
        ("1.234", "U002"),
        ("1.", "U002"),
        (".5", "U002"),
        ("", "U002"),
        (" 1", "U002"),
        ("1\n", "U002"),
        ("1.123456", "U002"),
        ("NaN", "U002"),
        ("0x10", "U002"),
    ],
)
def test_refuses_amounts_that_are_none(asked, order, amount, code):
    expect_refusal(asked, changed(asked.body, AMOUNT, value=amount), code=code, path=".".join(AMOUNT))
    # An order is compared with its consent once its form is right, and no consent has such an amount.
    late = amount in {"0", "0.00", "1.234"}
    answer = order.send(changed(order.body, AMOUNT, value=amount))
    assert answer.status_code == 400
    assert calls.error(answer)["ErrorCode"] in ({"U008", code} if late else {code})
    assert calls.error(answer)["Path"] == ".".join(AMOUNT)


@pytest.mark.parametrize(
    ("currency", "code"), [("XXX", "U023"), ("EUR", "U023"), ("gbp", "U002"), ("GB", "U002"), ("£", "U002")]
)
def test_refuses_currencies_that_it_does_not_know(asked, currency, code):
    expect_refusal(asked, changed(asked.body, CURRENCY, value=currency), code=code, path=".".join(CURRENCY))


@pytest.mark.parametrize("text", ["yesterday", "2017-02-30", "2017-13-01T00:00:00Z", "２０２６-01-01", "", "1e9"])  # noqa: RUF001 - digits of another script
def test_refuses_dates_that_are_none(everybody, db, now, text):
    target = account_access(calls.Caller(provider=everybody.bob.provider, now=now))

    body = changed(target.body, ["Data", "ExpirationDateTime"], value=text)

    expect_refusal(target, body, code="U003", path="Data.ExpirationDateTime")
