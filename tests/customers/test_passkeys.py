"""Passkeys: made on the security page, bound to what is approved, and evidence for ever."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from fido2.utils import websafe_encode

from bank.customers import passkeys, sca
from bank.customers.errands import Errand
from bank.customers.models import Passkey, User
from bank.outbox.unit import Unit
from tests import people
from tests.customers.device import Device, new_key

NONCE = "n" * 32
FACTS = {
    "client_id": "c",
    "consent_id": "con_1",
    "amount": "12.34",
    "currency": "GBP",
    "payee": "Carol's Coffee",
    "payee_account": "20000012345678",
}
PAYMENT = Errand(id="1", words="pay £12.34 to Carol's Coffee", facts=FACTS)
METHOD = passkeys.Passkeys()


@pytest.fixture
def alice(work: Unit, now: datetime) -> User:
    return people.customer("alice", now=now)


def enrolled(customer: User, device: Device, *, now: datetime) -> Passkey:
    answer = device.create(passkeys.options_to_enrol(customer, nonce=NONCE))
    return passkeys.enrol(customer, nonce=NONCE, answer=answer, name="Phone", now=now)


def options(customer: User, errand: Errand = PAYMENT, *, nonce: str = NONCE) -> str:
    return str(METHOD.offer(customer=customer, errand=errand, nonce=nonce)["options"])


def check(customer: User, answer: str, *, now: datetime, errand: Errand = PAYMENT, nonce: str = NONCE) -> Any:
    return METHOD.check(customer=customer, errand=errand, nonce=nonce, answer=answer, now=now)


def test_proves_a_payment(alice: User, now: datetime) -> None:
    device = Device()
    row = enrolled(alice, device, now=now)
    form = {"credential": device.get(options(alice))}

    made = sca.complete(alice, errand=PAYMENT, nonce=NONCE, form=form, now=now)

    assert made.outcome is sca.Outcome.PASSED
    assert made.evidence["method"] == "passkey"
    assert made.evidence["facts"] == FACTS
    row.refresh_from_db()
    assert (row.sign_count, row.used_at) == (1, now)


def test_keeps_evidence_that_proves_the_payment_without_the_bank(alice: User, now: datetime) -> None:
    device = Device()
    row = enrolled(alice, device, now=now)
    form = {"credential": device.get(options(alice))}
    evidence = sca.complete(alice, errand=PAYMENT, nonce=NONCE, form=form, now=now).evidence
    row.delete()

    kept = orjson.loads(orjson.dumps(evidence))

    assert passkeys.proves(kept)
    for name, other in {"amount": "12.35", "payee": "Mallory", "currency": "EUR", "consent_id": "con_2"}.items():
        assert not passkeys.proves(kept | {"facts": FACTS | {name: other}})
    assert not passkeys.proves(kept | {"nonce": "other"})
    assert not passkeys.proves(kept | {"signature": websafe_encode(new_key().sign(b"", _ecdsa()))})


def _ecdsa() -> Any:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.ECDSA(hashes.SHA256())


@pytest.mark.parametrize("changed", ["amount", "currency", "payee", "payee_account", "consent_id", "client_id"])
def test_proves_nothing_for_other_facts(alice: User, now: datetime, changed: str) -> None:
    device = Device()
    enrolled(alice, device, now=now)
    answer = device.get(options(alice))
    other = Errand(id="1", words="", facts=FACTS | {changed: "other"})

    assert check(alice, answer, now=now, errand=other) is None


def test_proves_nothing_under_another_nonce_or_none(alice: User, now: datetime) -> None:
    device = Device()
    enrolled(alice, device, now=now)
    answer = device.get(options(alice))

    assert check(alice, answer, now=now, nonce="other") is None
    assert check(alice, device.get(options(alice, nonce="")), now=now, nonce="") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_verified": False},
        {"origin": "https://evil.example"},
        {"origin": "https://localhost:1"},
        {"rp_id": "evil.example"},
        {"key": new_key()},
        {"credential_id": b"another credential"},
        {"counter": -1},
        {"is_framed": True},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_refuses_a_device_that_is_wrong(alice: User, now: datetime, wrong: dict[str, Any]) -> None:
    device = Device(counter=5)
    enrolled(alice, device, now=now)
    for name, value in wrong.items():
        setattr(device, name, value)

    assert check(alice, device.get(options(alice)), now=now) is None


def _set(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def alter(answer: dict[str, Any]) -> None:
        place = answer
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return alter


@pytest.mark.parametrize(
    "alter",
    [
        _set("rawId", to="!"),
        _set("rawId", to=None),
        _set("id", to="other"),
        _set("response", to=None),
        _set("response", to=[]),
        _set("response", "clientDataJSON", to="e30"),
        _set("response", "clientDataJSON", to=websafe_encode(b"[1]")),
        _set("response", "clientDataJSON", to=7),
        _set("response", "authenticatorData", to=""),
        _set("response", "authenticatorData", to="AAAA"),
        _set("response", "signature", to=""),
        _set("response", "signature", to="AAAA"),
    ],
)
def test_refuses_an_answer_that_is_malformed(
    alice: User, now: datetime, alter: Callable[[dict[str, Any]], None]
) -> None:
    device = Device()
    enrolled(alice, device, now=now)

    assert check(alice, device.get(options(alice), alter=alter), now=now) is None


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "1", '"x"', "{", "\0", "é", "[" * 9000, "{}" * 20_000])
def test_refuses_an_answer_that_is_none(alice: User, now: datetime, answer: str) -> None:
    enrolled(alice, Device(), now=now)

    assert check(alice, answer, now=now) is None
    with pytest.raises(passkeys.Unusable):
        passkeys.enrol(alice, nonce=NONCE, answer=answer, name="x", now=now)


def test_refuses_the_passkey_of_somebody_else(alice: User, now: datetime) -> None:
    bob, bobs = people.customer("bob", now=now), Device()
    enrolled(alice, Device(), now=now)
    enrolled(bob, bobs, now=now)

    assert check(alice, bobs.get(options(alice)), now=now) is None


@pytest.mark.parametrize(
    "wrong", [{"is_verified": False}, {"origin": "https://evil.example"}, {"rp_id": "evil.example"}]
)
def test_makes_no_passkey_on_a_device_that_is_wrong(alice: User, now: datetime, wrong: dict[str, Any]) -> None:
    with pytest.raises(passkeys.Unusable):
        enrolled(alice, Device(**wrong), now=now)


def test_makes_no_passkey_twice_or_for_another_page(alice: User, now: datetime) -> None:
    device = Device()
    enrolled(alice, device, now=now)
    answer = Device().create(passkeys.options_to_enrol(alice, nonce=NONCE))

    with pytest.raises(passkeys.Unusable, match="in use already"):
        enrolled(people.customer("bob", now=now), device, now=now)
    with pytest.raises(passkeys.Unusable):
        passkeys.enrol(alice, nonce="other", answer=answer, name="x", now=now)


def test_takes_an_answer_once_when_the_device_counts(alice: User, now: datetime) -> None:
    device = Device()
    enrolled(alice, device, now=now)
    answer = device.get(options(alice))

    assert check(alice, answer, now=now)
    assert check(alice, answer, now=now + timedelta(seconds=1)) is None


def test_tells_the_device_nothing_of_the_customer_but_the_names_to_show(alice: User) -> None:
    user = orjson.loads(passkeys.options_to_enrol(alice, nonce=NONCE))["user"]

    assert user["name"] == alice.username
    assert len(user["id"]) == 43
    assert orjson.loads(passkeys.options_to_enrol(alice, nonce="x"))["user"]["id"] == user["id"]
