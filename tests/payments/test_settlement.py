"""What happens to an order after it was taken."""

import pytest

from accounts.models import Account, HoldEnd, Posting, Transfer
from bank.outbox import handlers
from fraud import payees
from fraud.models import Case, PayeeMark
from payments import settlement
from payments.models import SchemePayment
from payments.schemes import magic
from payments.schemes.base import Answer
from tests import people
from tests.payments import given

ABROAD = "20000012345678"
SCREENED = ["RCVD", "ACTC", "ACCP", "ACFC", "ACSP"]
ACCEPTED = [*SCREENED, "ACSC", "ACWP"]


def to_bob(*, now) -> Account:
    return people.account(people.customer("bob", now=now), now=now, balance_minor=0)


def mark(counterparty: str, *, now) -> None:
    payees.mark(counterparty=counterparty, reason="a mule", marked_by="staff:tess", now=now)


def test_credits_an_account_of_this_bank_at_once(work, now):
    bob = to_bob(now=now)
    ready = given.approved(now=now, amount="10.00", to=bob.identification)
    order = given.submitted(ready, now=now)

    kinds = given.deliver_all(work)

    order.refresh_from_db()
    assert kinds == ["payments.screen", "payments.settle"]
    assert given.history(order) == [*SCREENED, "ACSC", "ACCC"]
    assert given.money(ready.account) == (99_000, 0)
    assert given.money(bob) == (1_000, 0)
    assert not SchemePayment.objects.filter(order_id=order.pk).exists()


def test_says_on_both_statements_who_and_what_for(work, now):
    bob = to_bob(now=now)
    remittance = {"Structured": [{"CreditorReferenceInformation": {"Reference": "Rent"}}]}
    ready = given.approved(now=now, to=bob.identification, RemittanceInformation=remittance)
    order = given.submitted(ready, now=now)

    given.deliver_all(work)

    paid, received = Posting.objects.filter(transfer__for_order=order.pk).order_by("amount_minor")
    assert paid.details["TransactionInformation"] == "Bob Example, Rent"
    assert paid.details["CreditorAccount"]["Identification"] == bob.identification
    assert received.details["TransactionInformation"] == "Alice, Rent"
    assert received.details["DebtorAccount"]["Identification"] == ready.account.identification
    assert received.counterparty == f"{given.SCHEME}:{ready.account.identification}"


def test_goes_through_the_scheme_to_another_bank(work, now):
    ready = given.approved(now=now, amount="10.00", to=ABROAD)
    order = given.submitted(ready, now=now)

    kinds = given.deliver_all(work)

    order.refresh_from_db()
    assert kinds == [
        "payments.screen",
        "payments.settle",
        "faster-payments.receive",
        "faster-payments.answer",
        "payments.answered",
        "faster-payments.answer",
        "payments.answered",
    ]
    assert given.history(order) == [*ACCEPTED, "ACCC"]
    assert order.status_reasons[0]["StatusReasonCode"] == "0000"
    assert given.money(ready.account) == (99_000, 0)


def test_debits_when_the_scheme_accepts_and_not_before(work, now):
    ready = given.approved(now=now, amount="10.00", to=ABROAD)
    order = given.submitted(ready, now=now)
    while given.deliver_next(work) != "faster-payments.receive":
        pass

    order.refresh_from_db()
    assert (order.status, given.money(ready.account)) == ("ACSP", (100_000, 1_000))
    given.deliver_next(work)
    given.deliver_next(work)
    order.refresh_from_db()
    assert (order.status, given.money(ready.account)) == ("ACWP", (99_000, 0))


def test_releases_the_money_when_the_scheme_rejects(work, now):
    ready = given.approved(now=now, to="20000000000114")
    order = given.submitted(ready, now=now)

    given.deliver_all(work)

    order.refresh_from_db()
    assert given.history(order) == [*SCREENED, "RJCT"]
    assert order.status_reasons[0]["StatusReasonCode"] == "AC14"
    assert given.money(ready.account) == (100_000, 0)
    assert HoldEnd.objects.get(hold__for_order=order.pk).outcome == "released"
    assert not Transfer.objects.filter(for_order=order.pk).exists()


def test_credits_the_customer_when_a_payment_comes_back(work, now):
    ready = given.approved(now=now, amount="10.00", to="20000000000250")
    order = given.submitted(ready, now=now)

    given.deliver_all(work)

    order.refresh_from_db()
    kinds = list(Transfer.objects.filter(for_order=order.pk).order_by("id").values_list("kind", flat=True))
    back = Posting.objects.get(transfer__for_order=order.pk, transfer__kind="return", account=ready.account)
    assert given.history(order) == [*ACCEPTED, "RJCT"]
    assert order.status_reasons[0]["StatusReasonCode"] == "MS03"
    assert (kinds, back.amount_minor) == (["payment", "return"], 1_000)
    assert given.money(ready.account) == (100_000, 0)


def test_keeps_money_that_comes_back_for_a_blocked_account(work, now):
    ready = given.approved(now=now, amount="10.00", to="20000000000250")
    order = given.submitted(ready, now=now)
    while given.deliver_next(work) != "payments.answered":
        pass
    Account.objects.filter(pk=ready.account.pk).update(status="Disabled")

    given.deliver_all(work)

    order.refresh_from_db()
    kept = Posting.objects.get(transfer__for_order=order.pk, account_id=settlement.RETURNS_ACCOUNT)
    assert order.status == "RJCT"
    assert (kept.amount_minor, given.money(ready.account)) == (1_000, (99_000, 0))
    assert ("order.return-kept", order.pk) in [(entry["action"], entry["subject"]) for entry in work.entries]


@pytest.mark.parametrize("row", magic.TABLE, ids=lambda row: f"{row.by}-{row.value}")
def test_does_what_the_published_table_says(work, now, row):
    to = {"sort code": f"{row.value}12345678", "account number": f"200000{row.value}"}.get(row.by, ABROAD)
    reference = row.value if row.by == "reference" else "Rent"
    ready = given.approved(now=now, to=to, RemittanceInformation={"Unstructured": [reference]})
    order = given.submitted(ready, now=now)

    given.deliver_all(work)

    order.refresh_from_db()
    expected = {"accepted": "ACCC", "slow": "ACCC", "rejected": "RJCT", "returned": "RJCT"}[row.course]
    assert order.status == expected
    if row.reason_code:
        assert order.status_reasons[0]["StatusReasonCode"] == row.reason_code


@pytest.mark.parametrize(
    ("to", "code"), [("99999912345678", "AC08"), ("04000499999999", "AC03"), ("04009900000001", "AC03")]
)
def test_rejects_what_nobody_could_be_paid_by(work, now, to, code):
    ready = given.approved(now=now, to=to)
    order = given.submitted(ready, now=now)

    given.deliver_all(work)

    order.refresh_from_db()
    assert given.history(order) == ["RCVD", "RJCT"]
    assert order.status_reasons[0]["StatusReasonCode"] == code
    assert given.money(ready.account) == (100_000, 0)


def test_rejects_a_payment_to_a_closed_account_of_this_bank(work, now):
    bob = to_bob(now=now)
    ready = given.approved(now=now, to=bob.identification)
    order = given.submitted(ready, now=now)
    Account.objects.filter(pk=bob.pk).update(status="Deleted")

    given.deliver_all(work)

    order.refresh_from_db()
    assert (order.status, order.status_reasons[0]["StatusReasonCode"]) == ("RJCT", "AC04")
    assert given.money(ready.account) == (100_000, 0)


def test_marks_a_payee_whose_own_bank_blocks_it(work, now):
    ready = given.approved(now=now, to="20000000000106")
    given.submitted(ready, now=now)

    given.deliver_all(work)

    assert PayeeMark.objects.filter(counterparty=f"{given.SCHEME}:20000000000106").exists()


def test_marks_no_payee_for_a_slip_in_the_number(work, now):
    given.submitted(given.approved(now=now, to="20000000000103"), now=now)

    given.deliver_all(work)

    assert not PayeeMark.objects.filter(counterparty=f"{given.SCHEME}:20000000000103").exists()


def test_rejects_what_screening_rejects(work, now):
    mark(f"{given.SCHEME}:20000087654321", now=now)
    ready = given.approved(now=now, to="20000087654321")
    order = given.submitted(ready, now=now)

    given.deliver_all(work)

    order.refresh_from_db()
    assert given.history(order) == ["RCVD", "RJCT"]
    assert order.status_reasons[0]["StatusReasonCode"] == "FR01"
    assert given.money(ready.account) == (100_000, 0)


@pytest.fixture
def held(work, now):
    """An order that screening holds: all of a new customer's money, to somebody unknown."""
    ready = given.approved(now=now, balance_minor=1_000_000, amount="9999.00", to="20000011112222")
    order = given.submitted(ready, now=now)
    given.deliver_all(work)
    order.refresh_from_db()
    assert order.status == "PDNG", order.status
    return ready, order


def test_holds_what_screening_holds(held, work):
    ready, order = held

    assert given.history(order) == ["RCVD", "PDNG"]
    assert order.status_reasons[0]["StatusReasonCode"] == "U042"
    assert Case.objects.get(for_order=order.pk).state == "open"
    assert given.money(ready.account) == (1_000_000, 999_900)


def test_goes_on_with_a_payment_that_staff_release(held, work, now):
    _, order = held

    settlement.release(order.pk, actor="staff:tess", now=now)
    given.deliver_all(work)

    assert given.history(order) == ["RCVD", "PDNG", *SCREENED[1:], "ACSC", "ACWP", "ACCC"]
    assert order.transitions.get(to_status="ACTC").actor == "staff:tess"
    assert Case.objects.get(for_order=order.pk).state == "released"


def test_ends_a_payment_that_staff_reject(held, work, now):
    ready, order = held

    settlement.reject(order.pk, actor="staff:tess", now=now)

    assert given.history(order) == ["RCVD", "PDNG", "RJCT"]
    assert order.transitions.get(to_status="RJCT").actor == "staff:tess"
    assert given.money(ready.account) == (1_000_000, 0)
    assert Case.objects.get(for_order=order.pk).state == "rejected"
    assert PayeeMark.objects.filter(counterparty=order.counterparty).exists()


@pytest.mark.parametrize("decide", [settlement.release, settlement.reject])
def test_decides_a_held_payment_once(held, work, now, decide):
    _, order = held
    settlement.reject(order.pk, actor="staff:tess", now=now)

    with pytest.raises(settlement.NotHeld):
        decide(order.pk, actor="staff:sam", now=now)


@pytest.mark.parametrize("to", ["here", ABROAD, "20000000000114", "20000000000250"])
def test_does_each_thing_once_when_every_message_comes_twice(work, now, to):
    bob = to_bob(now=now)
    ready = given.approved(now=now, to=bob.identification if to == "here" else to)
    order = given.submitted(ready, now=now)
    again = []

    while work.messages:
        message = min(work.messages, key=lambda message: message["due_at"])
        again.append(message)
        given.deliver_next(work)
        handlers.find(message["kind"])(now=message["due_at"], **message["payload"])
    once, balance = given.history(order), given.money(ready.account)
    for message in again:
        handlers.find(message["kind"])(now=message["due_at"], **message["payload"])
    given.deliver_all(work)

    assert given.history(order) == once
    assert len(once) == len(set(once))
    assert given.money(ready.account) == balance


@pytest.mark.parametrize("answer", list(Answer))
def test_lets_an_answer_that_comes_late_change_nothing(work, now, answer):
    ready = given.approved(now=now, to=ABROAD)
    order = given.submitted(ready, now=now)
    given.deliver_all(work)

    settlement.take_answer(order_id=order.pk, answer=answer.value, reason_code="AC03", words="late", now=now)

    order.refresh_from_db()
    assert order.status == "ACCC"
    assert given.money(ready.account) == (99_000, 0)
