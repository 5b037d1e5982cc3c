"""Beneficiaries, direct debits, standing orders and scheduled payments, for one account and for all."""

from datetime import timedelta

import pytest

from accounts.models import Beneficiary, DirectDebit, Holder, ScheduledPayment, StandingOrder
from bank import ids
from tests import people
from tests.accounts import full, given

CREDITOR = {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "20000012345678", "Name": "Bob"}
PATHS = ("beneficiaries", "direct-debits", "standing-orders", "scheduled-payments", "offers")
MEMBERS = {
    "beneficiaries": "Beneficiary",
    "direct-debits": "DirectDebit",
    "standing-orders": "StandingOrder",
    "scheduled-payments": "ScheduledPayment",
    "offers": "Offer",
}
EVERYTHING = (
    "ReadBeneficiariesDetail",
    "ReadDirectDebits",
    "ReadStandingOrdersDetail",
    "ReadScheduledPaymentsDetail",
    "ReadOffers",
)


@pytest.fixture
def alices(db, now):
    """A customer with everything on one account, and a second account with a debit and a beneficiary of its own."""
    everything = full.full(now=now)
    DirectDebit.objects.create(
        id=ids.new("ddb"), account=everything.beside, name="Gym", collector=CREDITOR, mandate=full.MANDATE
    )
    beneficiary(everything.customer, account=everything.beside)
    return everything


@pytest.fixture
def reader(alices, consented):
    """Reads with the customer's consent, everything but card numbers."""
    return consented([alices.account, alices.beside], EVERYTHING, customer=alices.customer)


def beneficiary(customer, *, account=None, **more):
    return Beneficiary.objects.create(
        id=ids.new("ben"), customer=customer, account=account, **{"creditor_account": CREDITOR} | more
    )


def scheduled(account, *, now, days, **more):
    return ScheduledPayment.objects.create(
        id=ids.new("sch"),
        account=account,
        kind="Execution",
        due_at=now + timedelta(days=days),
        amount_minor=1_00,
        creditor_account=CREDITOR,
        **more,
    )


def read(reader, path):
    return reader.read(path)["Data"][MEMBERS[path.rpartition("/")[2]]]


@pytest.mark.parametrize("path", [path for path in PATHS if path != "beneficiaries"])
def test_lists_for_all_accounts_what_each_has(reader, alices, path):
    each = [read(reader, f"accounts/{account.pk}/{path}") for account in (alices.account, alices.beside)]

    assert read(reader, path) == each[0] + each[1]
    assert {row["AccountId"] for row in each[0]} == {alices.account.pk}


def test_lists_once_and_under_no_account_whom_the_customer_pays_from_all(reader, alices):
    shared = Beneficiary.objects.get(customer=alices.customer, account=None)

    rows = read(reader, "beneficiaries")

    assert [row.get("AccountId") for row in rows] == [alices.account.pk, alices.beside.pk, None]
    assert rows[-1]["BeneficiaryId"] == shared.pk


def test_shows_under_each_account_whom_the_customer_pays_from_all(reader, alices):
    shared = Beneficiary.objects.get(customer=alices.customer, account=None)

    for account in (alices.account, alices.beside):
        rows = read(reader, f"accounts/{account.pk}/beneficiaries")
        assert len(rows) == 2
        assert {row["AccountId"] for row in rows} == {account.pk}
        assert shared.pk in {row["BeneficiaryId"] for row in rows}


def test_keeps_the_list_of_one_joint_owner_from_the_other(alices, consented, now):
    bob = people.customer("bob", now=now)
    Holder.objects.create(account=alices.account, customer=bob)
    bobs = beneficiary(bob)

    rows = read(consented([alices.account], EVERYTHING, customer=bob), "beneficiaries")

    own = Beneficiary.objects.get(customer=alices.customer, account=None).pk
    shown = {row["BeneficiaryId"] for row in rows}
    assert bobs.pk in shown
    assert own not in shown


def test_tells_trusted_beneficiaries_from_others(alices, consented):
    beneficiary(alices.customer, account=alices.beside, kind="Trusted")

    rows = read(consented([alices.beside], EVERYTHING, customer=alices.customer), "beneficiaries")

    assert {row["BeneficiaryType"] for row in rows} == {"Trusted", "Ordinary"}


def test_shows_mandates_that_have_ended_with_their_status(alices, consented, now):
    for minutes, status in enumerate(("CANC", "EXPI", "SUSP"), 1):
        created_at = now + timedelta(minutes=minutes)
        DirectDebit.objects.create(
            id=ids.new("ddb"),
            account=alices.beside,
            status=status,
            name="Gym",
            collector=CREDITOR,
            mandate=full.MANDATE,
            created_at=created_at,
        )
        StandingOrder.objects.create(
            id=ids.new("sto"),
            account=alices.beside,
            status=status,
            creditor_account=CREDITOR,
            mandate=full.MANDATE,
            first_minor=5_00,
            created_at=created_at,
        )
    reader = consented([alices.beside], EVERYTHING, customer=alices.customer)

    debits = [row["DirectDebitStatusCode"] for row in read(reader, "direct-debits")]
    orders = [row["StandingOrderStatusCode"] for row in read(reader, "standing-orders")]

    assert debits == ["ACTV", "CANC", "EXPI", "SUSP"]
    assert orders == ["CANC", "EXPI", "SUSP"]


def test_leaves_out_of_an_order_what_has_not_happened(alices, consented):
    StandingOrder.objects.create(
        id=ids.new("sto"),
        account=alices.beside,
        creditor_account=CREDITOR,
        mandate=full.MANDATE,
        first_minor=5_00,
    )

    (row,) = read(consented([alices.beside], EVERYTHING, customer=alices.customer), "standing-orders")

    assert row.keys() == {
        "AccountId",
        "StandingOrderId",
        "StandingOrderStatusCode",
        "FirstPaymentAmount",
        "MandateRelatedInformation",
        "CreditorAccount",
    }


def test_shows_the_payments_to_come_by_their_day_and_no_others(alices, consented, now):
    late, early = scheduled(alices.beside, now=now, days=20), scheduled(alices.beside, now=now, days=2)
    scheduled(alices.beside, now=now, days=1, ended_at=now)

    rows = read(consented([alices.beside], EVERYTHING, customer=alices.customer), "scheduled-payments")

    assert [row["ScheduledPaymentId"] for row in rows] == [early.pk, late.pk]
    assert {row["ScheduledType"] for row in rows} == {"Execution"}


@pytest.mark.parametrize("path", ["beneficiaries", "standing-orders", "scheduled-payments"])
def test_shows_the_last_digits_of_a_creditors_card(reader, alices, path):
    rows = read(reader, f"accounts/{alices.account.pk}/{path}")

    numbers = {row["CreditorAccount"]["Identification"] for row in rows}
    assert numbers == {"*" * 12 + alices.card_number[-4:]}


def test_shows_amounts_in_the_accounts_currency(alices, consented, now):
    yen = given.account(now=now, currency="JPY")
    scheduled(yen, now=now, days=1)

    (row,) = read(consented([yen], EVERYTHING, customer=alices.customer), "scheduled-payments")

    assert row["InstructedAmount"] == {"Amount": "100", "Currency": "JPY"}


def test_shows_offers_until_they_are_over(alices, consented, now):
    for days, words in ((-1, "over"), (1, "runs"), (9, "runs as well")):
        span = {"starts_at": now - timedelta(days=20 - days), "ends_at": now + timedelta(days=days)}
        lasting = full.offer(now=now, description=words, **span)
        alices.beside.offers.create(id=ids.new("off"), **lasting)

    rows = read(consented([alices.beside], EVERYTHING, customer=alices.customer), "offers")

    assert [row["Description"] for row in rows] == ["runs", "runs as well"]


@pytest.mark.parametrize("path", PATHS)
def test_answers_the_same_bytes_twice(reader, path):
    assert reader.call(path).content == reader.call(path).content


@pytest.mark.parametrize("path", PATHS)
def test_answers_a_newcomer_with_an_empty_list(consented, now, path):
    fresh = given.account(now=now)

    reader = consented([fresh], EVERYTHING)

    assert (read(reader, path), read(reader, f"accounts/{fresh.pk}/{path}")) == ([], [])
