"""The way back in: codes on paper, the customer's own or from a letter that two members of staff decided on."""

from datetime import datetime, timedelta

import pytest

from bank.approvals import requests
from bank.audit.models import Entry
from bank.customers import codes, recovery, sca, security
from bank.customers.errands import Errand
from bank.customers.models import Letter, User
from bank.outbox.unit import Unit
from tests import people
from tests.customers.device import Device
from tests.customers.test_passkeys import enrolled


@pytest.fixture
def alice(work: Unit, now: datetime) -> User:
    return people.customer("alice", now=now)


def complete(customer: User, code: str, *, now: datetime, errand: Errand = security.ENTRANCE.errand) -> sca.Outcome:
    return sca.complete(customer, errand=errand, nonce="", form={"recovery_code": code}, now=now).outcome


def letters(*, now: datetime) -> list[str]:
    return recovery.print_letters(now=now)


def code_in(letter: str) -> str:
    return next(line.strip() for line in letter.splitlines() if line.startswith("    "))


def test_takes_each_code_once(alice: User, now: datetime) -> None:
    made = recovery.make_codes(alice, now=now)

    assert len(set(made)) == recovery.CODES
    assert complete(alice, made[0], now=now) is sca.Outcome.PASSED
    assert complete(alice, made[0], now=now) is sca.Outcome.FAILED
    assert complete(alice, made[1].lower().replace("-", " "), now=now) is sca.Outcome.PASSED
    assert recovery.usable(alice, now=now).count() == recovery.CODES - 2


def test_keeps_no_code_in_the_clear(alice: User, now: datetime) -> None:
    made = recovery.make_codes(alice, now=now)

    assert not set(made) & set(alice.recovery_codes.values_list("digest", flat=True))


def test_opens_nothing_but_the_security_page(alice: User, now: datetime) -> None:
    made = recovery.make_codes(alice, now=now)
    other = Errand(id="1", words="share account information", facts={})

    assert complete(alice, made[0], now=now, errand=other) is sca.Outcome.FAILED


def test_voids_the_codes_that_were_made_before(alice: User, now: datetime) -> None:
    before = recovery.make_codes(alice, now=now)
    recovery.make_codes(alice, now=now)

    assert complete(alice, before[0], now=now) is sca.Outcome.FAILED


def test_takes_nobody_elses_code(alice: User, now: datetime) -> None:
    recovery.make_codes(alice, now=now)
    bobs = recovery.make_codes(people.customer("bob", now=now), now=now)

    assert complete(alice, bobs[0], now=now) is sca.Outcome.FAILED


def test_lets_a_customer_in_anew_when_two_members_of_staff_say_so(alice: User, now: datetime) -> None:
    enrolled(alice, Device(), now=now)
    codes.begin(alice, name="Phone", now=now)
    old, epoch = recovery.make_codes(alice, now=now), alice.session_epoch
    sam, tess = people.staff("sam", now=now), people.staff("tess", now=now)
    letters(now=now)

    asked = requests.ask(
        action="customers.let-in-anew", subject=str(alice.pk), reason="Lost her phone; seen in person", by=sam, now=now
    )
    with pytest.raises(requests.SecondPersonNeeded):
        requests.decide(asked, by=sam, approve=True, now=now)
    before = alice.passkeys.count()
    requests.decide(asked, by=tess, approve=True, now=now)

    alice.refresh_from_db()
    assert (before, alice.passkeys.count(), alice.authenticators.count()) == (1, 0, 0)
    assert alice.session_epoch == epoch + 1
    assert complete(alice, old[0], now=now) is sca.Outcome.FAILED
    (letter,) = letters(now=now)
    assert letters(now=now) == []
    assert complete(alice, code_in(letter), now=now) is sca.Outcome.PASSED


def test_voids_a_letter_after_fourteen_days(alice: User, now: datetime) -> None:
    letters(now=now)
    recovery.start_anew(alice, actor="staff:sam", now=now)
    (letter,) = letters(now=now)

    assert complete(alice, code_in(letter), now=now + timedelta(days=14)) is sca.Outcome.FAILED
    assert complete(alice, code_in(letter), now=now + timedelta(days=14, seconds=-1)) is sca.Outcome.PASSED


def test_keeps_no_letter_in_the_clear(alice: User, now: datetime) -> None:
    letter = recovery.start_anew(alice, actor="staff:sam", now=now)

    assert b"Alice" not in bytes(Letter.objects.get(pk=letter.pk).encrypted_words)


def test_lifts_the_pause(alice: User, now: datetime) -> None:
    User.objects.filter(pk=alice.pk).update(locked_until=now + timedelta(days=1), pauses=3)
    alice.refresh_from_db()

    recovery.start_anew(alice, actor="staff:sam", now=now)

    alice.refresh_from_db()
    assert (alice.locked_until, alice.pauses) == (None, 0)


def test_offers_staff_no_letter_to_staff(work: Unit, now: datetime) -> None:
    sam, tess = people.staff("sam", now=now), people.staff("tess", now=now)

    with pytest.raises(requests.NotAllowed):
        requests.ask(action="customers.let-in-anew", subject=str(tess.pk), reason="Please", by=sam, now=now)
    assert not Entry.objects.filter(action="customer.let-in-anew", subject=tess.username).exists()
