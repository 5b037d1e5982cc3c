"""Making statements: their sums are the ledger's, their periods follow one another, and each is made once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts import life, statements, tasks
from accounts.models import Posting, Product, Statement
from bank import clock, ids
from tests.accounts import given

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
LATER = datetime(2026, 5, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("db")


def line(code, sub, own=""):
    told = {"BankTransactionCode": {"Code": code, "SubCode": sub}}
    return told | ({"ProprietaryBankTransactionCode": {"Code": own}} if own else {})


def make(account, *, starts_at=MARCH, ends_at=APRIL, kind=Statement.Kind.REGULAR):
    return statements.make(account.pk, starts_at=starts_at, ends_at=ends_at, kind=kind, now=LATER)


def told(statement, member, kind):
    return next(item for item in statement.details[member] if item["Type"] == f"UK.OBIE.{kind}")


@pytest.fixture
def account():
    """10.00 in February; in March 5.00 came in and 2.00 went out, on its first instant and just before its end."""
    made = given.account(now=MARCH - timedelta(days=9), balance="10.00", opened_at=MARCH - timedelta(days=20))
    given.move(made, 5_00, now=MARCH)
    given.move(made, -2_00, now=APRIL - timedelta(microseconds=1))
    given.move(made, 7_00, now=APRIL)
    return made


def card(**more):
    product = Product.objects.create(
        id=ids.new("prd"),
        name="Card",
        kind="CommercialCreditCard",
        description="A card",
        type_code="CARD",
        debit_rate=Decimal("24.900"),
        minimum_payment_percent=Decimal("2.5"),
        cash_advance_percent=Decimal("3.000"),
        **more,
    )
    return given.account(
        now=MARCH, opened_at=MARCH - timedelta(days=90), type_code="CARD", overdraft="2000.00", product=product
    )


def test_sums_what_was_booked_in_its_time(account):
    made = make(account)

    sums = (made.opening_minor, made.credits_minor, made.debits_minor, made.closing_minor, made.entries)
    assert sums == (10_00, 5_00, 2_00, 13_00, 2)
    assert (made.reference, made.created_at) == ("STATEMENT 2026-03-31", LATER)
    assert made.details["StatementDescription"] == ["1 March 2026 to 31 March 2026"]


def test_goes_on_where_the_one_before_ended(account):
    march, april = make(account), make(account, starts_at=APRIL, ends_at=APRIL + timedelta(days=30))

    assert (april.opening_minor, april.closing_minor) == (march.closing_minor, 20_00)
    newest = Posting.objects.filter(account=account).latest("id")
    assert april.closing_minor == newest.balance_minor


def test_makes_a_statement_of_nothing():
    empty = given.account(now=MARCH)

    made = make(empty)

    assert (made.opening_minor, made.closing_minor, made.entries) == (0, 0, 0)


def test_makes_the_same_statement_once(account):
    first = make(account)

    assert make(account) is None
    assert make(account, kind=Statement.Kind.ANNUAL) is not None
    assert Statement.objects.filter(account=account, kind="RegularPeriodic").get().pk == first.pk


def test_names_what_was_charged_and_paid():
    account = card()
    given.move(account, -100_00, now=MARCH, details=line("CCRD", "POSD"))
    given.move(account, -50_00, now=MARCH, details=line("CCRD", "CWDL"))
    given.move(account, -1_50, now=MARCH, details=line("MDOP", "CHRG", "CashAdvance"))
    given.move(account, -3_00, now=MARCH, details=line("MDOP", "CHRG"))
    given.move(account, -2_25, now=MARCH, details=line("MDOP", "INTR", "Cash"))
    given.move(account, 20_00, now=MARCH, details=line("RCDT", "DMCT"))

    made = make(account)

    fee = told(made, "StatementFee", "CashAdvance")
    assert (fee["Amount"], fee["Rate"], fee["CreditDebitIndicator"]) == (
        {"Amount": "1.50", "Currency": "GBP"},
        3.0,
        "Debit",
    )
    assert told(made, "StatementFee", "Total")["Amount"]["Amount"] == "4.50"
    assert told(made, "StatementInterest", "Cash")["Amount"]["Amount"] == "2.25"
    assert told(made, "StatementInterest", "Total")["Rate"] == 24.9
    amounts = {
        item["Type"].removeprefix("UK.OBIE."): item["Amount"]["Amount"] for item in made.details["StatementAmount"]
    }
    assert amounts == {
        "PreviousClosingBalance": "0.00",
        "TotalCharges": "6.75",
        "CreditLimit": "2000.00",
        "AvailableBalance": "1863.25",
        "TotalPurchases": "100.00",
        "TotalCashAdvances": "50.00",
        "MinimumPaymentDue": "5.00",
    }
    assert told(made, "StatementDateTime", "PaymentDue")["DateTime"] == "2026-04-26T00:00:00.000+00:00"
    assert [item["Rate"] for item in made.details["StatementRate"]] == ["24.9", "24.9"]
    assert [item["Value"] for item in made.details["StatementValue"]] == ["1", "5"]


def test_never_asks_for_more_than_is_owed():
    account = card()
    given.move(account, -3_10, now=MARCH, details=line("CCRD", "POSD"))

    assert told(make(account), "StatementAmount", "MinimumPaymentDue")["Amount"]["Amount"] == "3.10"


@pytest.mark.parametrize(
    ("after", "day", "end"),
    [
        ("2026-03-01T00:00:00", 1, "2026-04-01"),
        ("2026-03-01T00:00:00.000001", 1, "2026-04-01"),
        ("2026-02-28T23:59:59", 1, "2026-03-01"),
        ("2026-01-31T12:00:00", 28, "2026-02-28"),
        ("2026-12-15T00:00:00", 15, "2027-01-15"),
        ("2024-02-29T00:00:00", 28, "2024-03-28"),
    ],
)
def test_ends_a_period_on_the_same_day_of_each_month(after, day, end):
    at = datetime.fromisoformat(after).replace(tzinfo=UTC)

    assert statements.next_end(at, day=day) == datetime.fromisoformat(end).replace(tzinfo=UTC)


class TestDue:
    @pytest.fixture
    def account(self):
        made = given.account(now=MARCH, balance="1.00", opened_at=MARCH - timedelta(days=4, hours=3), statement_day=10)
        given.move(made, 2_00, now=MARCH + timedelta(days=20))
        return made

    def test_catches_up_with_all_that_are_due(self, account):
        made = statements.make_due(account.pk, now=LATER)

        assert [(f"{one.starts_at:%m-%d}", f"{one.ends_at:%m-%d}", one.closing_minor) for one in made] == [
            ("02-24", "03-10", 1_00),
            ("03-10", "04-10", 3_00),
        ]
        assert statements.make_due(account.pk, now=LATER) == []

    def test_waits_until_nothing_can_be_booked_before_the_end(self, account):
        end = MARCH.replace(day=10)

        assert statements.make_due(account.pk, now=end + statements.GRACE - timedelta(seconds=1)) == []
        assert account.pk not in statements.due(now=end + statements.GRACE - timedelta(seconds=1), rows=10_000)
        assert account.pk in statements.due(now=end + statements.GRACE, rows=10_000)

    @pytest.mark.parametrize(
        ("more", "is_due"), [({}, True), ({"status": "Deleted"}, False), ({"statement_day": None}, False)]
    )
    def test_asks_only_of_accounts_that_have_statements(self, account, more, is_due):
        type(account).objects.filter(pk=account.pk).update(**more)

        assert (account.pk in statements.due(now=LATER, rows=10_000)) is is_due
        assert bool(statements.make_due(account.pk, now=LATER)) is is_due

    def test_are_made_by_the_bank_itself(self, account, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: LATER)

        tasks.make_statements()

        assert Statement.objects.filter(account=account).count() == 2

    def test_end_with_one_for_the_account_that_is_closed(self, account):
        statements.make_due(account.pk, now=LATER)
        given.move(account, -3_00, now=LATER + timedelta(milliseconds=3))

        closing = statements.close(account.pk, now=LATER + timedelta(milliseconds=3))

        assert (closing.kind, closing.closing_minor, closing.entries) == ("AccountClosure", 0, 1)
        assert f"{closing.starts_at:%m-%d}" == "04-10"
        assert {"NextStatement"}.isdisjoint(item["Type"] for item in closing.details["StatementDateTime"])


@pytest.mark.parametrize("act", [life.close, life.switch])
def test_ends_with_a_last_one_when_an_account_is_closed_or_switched(work, act):
    account = given.account(now=MARCH, opened_at=MARCH)

    act(account.pk, reason="asked", actor="staff:1", now=LATER)

    assert [made.kind for made in Statement.objects.filter(account=account)] == [Statement.Kind.CLOSURE]
