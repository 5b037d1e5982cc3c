"""Codes from an app: as the RFCs have them, each taken once, and for payments bound to what is paid."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bank.customers import codes, errands, sca
from bank.customers.errands import Errand
from bank.customers.models import Authenticator, User
from bank.outbox.unit import Unit
from tests import people

STEP = timedelta(seconds=codes.STEP_SECONDS)
LOG_IN = Errand(id="1", words="share account information", facts={"consent_id": "con_1"})
FACTS = {
    "consent_id": "con_1",
    "amount": "12.34",
    "currency": "GBP",
    "payee": "Carol",
    "payee_account": "20000012345678",
}
PAYMENT = Errand(id="2", words="pay £12.34 to Carol", facts=FACTS)
RFC_SECRET = b"12345678901234567890"


@pytest.fixture
def alice(work: Unit, now: datetime) -> User:
    return people.customer("alice", now=now)


@pytest.fixture
def app(alice: User, now: datetime) -> Authenticator:
    """An app that was confirmed long ago."""
    made = codes.begin(alice, name="Phone", now=now)
    then = now - timedelta(days=1)
    assert codes.confirm(made, name="Phone", code=shown(made, at=then), now=then)
    return made


def shown(app: Authenticator, *, at: datetime) -> str:
    """What any authenticator app shows at an instant."""
    return codes.time_code(codes.secret_of(app), step=codes.step_at(at))


def signed(app: Authenticator, facts: dict[str, str], *, at: datetime, nonce: str = "n") -> str:
    """What the bank's app shows for a payment."""
    question = errands.challenge(facts, nonce=nonce)
    return codes.payment_code(codes.secret_of(app), question=question, step=codes.step_at(at))


def complete(customer: User, errand: Errand, code: str, *, now: datetime, nonce: str = "n") -> sca.Attempt:
    return sca.complete(customer, errand=errand, nonce=nonce, form={"otp": code}, now=now)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_makes_the_codes_of_rfc_6238(seconds: int, code: str) -> None:
    assert codes.time_code(RFC_SECRET, step=seconds // 30) == code


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("00000000", "95209754"),
        ("11111111", "55907591"),
        ("22222222", "22048402"),
        ("33333333", "24218844"),
        ("44444444", "36209546"),
    ],
)
def test_makes_the_answers_of_rfc_6287(question: str, answer: str) -> None:
    secret = (RFC_SECRET * 4)[:64]
    suite = "OCRA-1:HOTP-SHA512-8:QN08-T1M"

    assert codes.answer_to(f"{int(question):x}", secret=secret, suite=suite, step=0x132D0B6) == answer


def test_counts_once_its_first_code_was_right(alice: User, now: datetime) -> None:
    app = codes.begin(alice, name="Phone", now=now)
    wrong = codes.confirm(app, name="Phone", code="000000", now=now)
    before = codes.AppCodes().is_offered(customer=alice, errand=LOG_IN)

    right = codes.confirm(app, name="Phone", code=shown(app, at=now), now=now)

    assert (wrong, before, right) == (False, False, True)
    assert codes.AppCodes().is_offered(customer=alice, errand=LOG_IN)


def test_tells_any_app_what_it_must_know(app: Authenticator) -> None:
    address = urlsplit(codes.address(app))

    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert parse_qs(address.query) == {"secret": [codes.spelled(app)], "issuer": ["Lombard"]}
    assert codes.picture(codes.address(app)).startswith("data:image/svg+xml")


def test_keeps_no_secret_in_the_clear(app: Authenticator) -> None:
    assert codes.secret_of(app) not in bytes(app.encrypted_secret)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_takes_the_code_of_a_clock_that_differs_a_little(
    alice: User, app: Authenticator, now: datetime, steps: int
) -> None:
    made = complete(alice, LOG_IN, shown(app, at=now + steps * STEP), now=now)

    assert made.outcome is sca.Outcome.PASSED
    assert (made.evidence["method"], made.evidence["authenticator"]) == ("app-code", app.pk)


@pytest.mark.parametrize("steps", [-20, -2, 2, 20])
def test_takes_no_code_of_another_time(alice: User, app: Authenticator, now: datetime, steps: int) -> None:
    assert complete(alice, LOG_IN, shown(app, at=now + steps * STEP), now=now).outcome is sca.Outcome.FAILED


def test_takes_a_code_once(alice: User, app: Authenticator, now: datetime) -> None:
    code = shown(app, at=now)
    first = complete(alice, LOG_IN, code[:3] + " " + code[3:], now=now)

    assert first.outcome is sca.Outcome.PASSED
    assert complete(alice, LOG_IN, code, now=now).outcome is sca.Outcome.FAILED
    assert complete(alice, LOG_IN, shown(app, at=now - STEP), now=now).outcome is sca.Outcome.FAILED
    assert complete(alice, LOG_IN, shown(app, at=now + STEP), now=now).outcome is sca.Outcome.PASSED


def test_takes_the_code_of_a_payment_for_that_payment(alice: User, app: Authenticator, now: datetime) -> None:
    made = complete(alice, PAYMENT, signed(app, FACTS, at=now), now=now)

    assert made.outcome is sca.Outcome.PASSED
    assert made.evidence["suite"] == codes.SUITE
    assert made.evidence["facts"] == FACTS


@pytest.mark.parametrize(
    "change",
    [{"amount": "12.35"}, {"currency": "EUR"}, {"payee": "Mallory"}, {"payee_account": "1"}, {"consent_id": "2"}],
)
def test_takes_no_code_of_another_payment(
    alice: User, app: Authenticator, now: datetime, change: dict[str, str]
) -> None:
    code = signed(app, FACTS | change, at=now)

    assert complete(alice, PAYMENT, code, now=now).outcome is sca.Outcome.FAILED


def test_plays_the_customers_app(alice: User, app: Authenticator, now: datetime) -> None:
    text = errands.canonical(FACTS, nonce="n").decode()

    assert codes.shown_by(app, payment=text, now=now) == signed(app, FACTS, at=now)
    assert codes.shown_by(app, payment="", now=now) == shown(app, at=now)


@pytest.mark.parametrize("nonce", ["", "other"])
def test_takes_no_code_of_another_page(alice: User, app: Authenticator, now: datetime, nonce: str) -> None:
    code = signed(app, FACTS, at=now, nonce=nonce or "n")

    assert complete(alice, PAYMENT, code, now=now, nonce=nonce and "n").outcome is sca.Outcome.FAILED


def test_takes_no_ordinary_code_for_a_payment(alice: User, app: Authenticator, now: datetime) -> None:
    assert complete(alice, PAYMENT, shown(app, at=now), now=now).outcome is sca.Outcome.FAILED


@pytest.mark.parametrize(
    "code", ["12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "\0", "0" * 5000]
)
def test_takes_nothing_else(alice: User, app: Authenticator, now: datetime, code: str) -> None:
    assert complete(alice, LOG_IN, code, now=now).outcome is sca.Outcome.FAILED


def test_forgets_an_app_that_was_never_confirmed(alice: User, app: Authenticator, now: datetime) -> None:
    first: Any = codes.begin(alice, name="Old", now=now)

    codes.begin(alice, name="New", now=now)

    assert not Authenticator.objects.filter(pk=first.pk).exists()
    assert Authenticator.objects.filter(pk=app.pk).exists()
