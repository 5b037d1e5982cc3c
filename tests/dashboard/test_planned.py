"""What will happen on an account, and the statements of what has."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import statements
from accounts.models import Account, Beneficiary, DirectDebit, ScheduledPayment, StandingOrder, Statement
from bank import ids
from tests import people
from tests.accounts import given
from tests.dashboard.guest import Guest

MARCH, APRIL, MAY = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5))
MONTHLY = {"Frequency": {"Type": "MNTH", "PointInTime": "01"}}


@pytest.fixture
def bills(alice: Guest) -> Account:
    """An account with two months of life behind it."""
    made = people.account(alice.person, now=MARCH, balance_minor=500_00)
    for day in (3, 14, 40):
        given.move(made, -10_00, now=MARCH + timedelta(days=day), details={"TransactionInformation": f"DAY {day}"})
    made.refresh_from_db()
    return made


@pytest.fixture
def april(bills: Account) -> Statement:
    """The statement of April, which the one of March was made before."""
    for starts_at, ends_at in itertools.pairwise((MARCH, APRIL, MAY)):
        made = statements.make(
            bills.pk, starts_at=starts_at, ends_at=ends_at, kind=Statement.Kind.REGULAR, now=MAY + timedelta(days=1)
        )
    assert made is not None
    return made


def test_lists_statements_that_follow_each_other(alice: Guest, bills: Account, april: Statement) -> None:
    page = alice.come_in().says(f"/accounts/{bills.pk}/statements")

    assert "1 April 2026 to 30 April 2026 Regular, PDF £480.00 £470.00" in page
    assert "1 March 2026 to 31 March 2026 Regular, PDF £0.00 £480.00" in page
    assert page.index("April") < page.index("March")


def test_hands_out_the_document_that_a_tpp_is_given(alice: Guest, bills: Account, april: Statement) -> None:
    path = f"/accounts/{bills.pk}/statements/{april.pk}"

    answers = [alice.come_in().get(path), alice.get(path)]

    assert {answer["Content-Type"] for answer in answers} == {"application/pdf"}
    assert answers[0]["Content-Disposition"] == f'attachment; filename="{april.pk}.pdf"'
    assert answers[0].content[:5] == b"%PDF-"
    assert answers[0].content == answers[1].content


def test_hands_out_nothing_of_somebody_else(alice: Guest, bills: Account, april: Statement, now: datetime) -> None:
    carol = Guest(people.customer("carol", now=now)).come_in()
    own = people.account(carol.person, now=now)

    pages = [carol.get(f"/accounts/{account.pk}/statements/{april.pk}") for account in (bills, own)]
    unknown = alice.come_in().get(f"/accounts/{bills.pk}/statements/st_x")

    assert [page.status_code for page in [*pages, unknown]] == [404, 404, 404]


def test_tells_who_collects_and_what_is_paid(alice: Guest, bills: Account, now: datetime) -> None:
    somebody = {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "20000012345678", "Name": "Mrs Lamb"}
    for status, name in (("CANC", "Old Gym"), ("ACTV", "Wexbridge Water")):
        DirectDebit.objects.create(
            id=ids.new("dd"), account=bills, status=status, name=name, collector=somebody, mandate=MONTHLY,
            previous_at=MARCH, previous_minor=31_20,
        )  # fmt: skip
    StandingOrder.objects.create(
        id=ids.new("so"), account=bills, creditor_account=somebody, mandate=MONTHLY, first_minor=650_00,
        next_at=MAY, next_minor=675_00,
        remittance={"Structured": [{"CreditorReferenceInformation": {"Reference": "RENT"}}]},
    )  # fmt: skip
    for ended_at in (None, MARCH):
        ScheduledPayment.objects.create(
            id=ids.new("sp"), account=bills, kind="Execution", due_at=MAY, amount_minor=99_00, reference="Roof",
            creditor_account=somebody | {"Name": "Paid" if ended_at else "Roofer"}, ended_at=ended_at,
        )  # fmt: skip
    Beneficiary.objects.create(
        id=ids.new("ben"), customer=alice.person, creditor_account=somebody | {"Name": "Aunt May"}, reference="GIFT"
    )

    page = alice.come_in().says(f"/accounts/{bills.pk}/regular")

    assert "Wexbridge Water every month £31.20 last on 1 March 2026" in page
    assert "Old Gym Canceled every month" in page
    assert page.index("Wexbridge") < page.index("Old Gym")
    assert "Mrs Lamb every month · RENT £675.00 next on 1 May 2026" in page
    assert "Roofer Roof £99.00 on 1 May 2026" in page
    assert "Paid" not in page
    assert "Aunt May 20-00-00 12345678 · GIFT" in page


def test_shows_nobody_elses_payees(alice: Guest, bills: Account, now: datetime) -> None:
    carol = people.customer("carol", now=now)
    Beneficiary.objects.create(id=ids.new("ben"), customer=carol, creditor_account={"Name": "Carol's Aunt"})

    assert "You have kept none." in alice.come_in().says(f"/accounts/{bills.pk}/regular")


def test_draws_a_document_in_few_statements(alice: Guest, bills: Account, april: Statement) -> None:
    path = f"/accounts/{bills.pk}/statements/{april.pk}"
    alice.come_in().get(path)

    with CaptureQueriesContext(connection) as queries:
        alice.get(path)

    assert len(queries) == 4, [query["sql"][:90] for query in queries]
