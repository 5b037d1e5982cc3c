"""GET statements: which are shown, what is shown of one, and that statement, transactions and ledger say the same."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from accounts import paging, statements
from accounts.models import Statement
from bank import ids
from bank.money import Money
from tests import calls
from tests.accounts import conftest, given

START = datetime(2026, 1, 10, 9, tzinfo=UTC)
LATER = datetime(2026, 5, 2, 12, tzinfo=UTC)
BASIC = ("ReadStatementsBasic", "ReadTransactionsBasic", "ReadTransactionsCredits", "ReadTransactionsDebits")
NO_DATES = ["", "soon", "2026-02-30", "2026-13-01", "2026-03-01T25:00:00", "%EF%BC%91", "0000-01-01", "9" * 3000]


@pytest.fixture
def account(db):
    """Opened on 10 January, with statements at the end of each month up to April; money moves on a hundred days."""
    made = given.account(now=START, opened_at=START, statement_day=1)
    for day in range(1, 100):
        given.move(made, 3_00 + day, now=START + timedelta(days=day))
        given.move(made, -1_00 - day, now=START + timedelta(days=day, hours=3))
    statements.make_due(made.pk, now=LATER)
    return made


def read(reader, account, query=""):
    return reader.read(f"accounts/{account.pk}/statements{query}")["Data"]["Statement"]


def references(shown):
    return "".join(item["EndDateTime"][6] for item in shown)


def signed(item, amount="Amount"):
    sign = -1 if item["CreditDebitIndicator"] == "Debit" else 1
    return sign * Money.parse(item[amount]["Amount"], item[amount]["Currency"]).minor


def amounts(statement):
    return {item["Type"].removeprefix("UK.OBIE."): signed(item) for item in statement["StatementAmount"]}


def pages(reader, path):
    """Every entry, following the links."""
    found = []
    while path:
        page = reader.read(path)
        found += page["Data"]["Transaction"]
        path = (
            urlsplit(page["Links"]["Next"])._replace(scheme="", netloc="").geturl() if "Next" in page["Links"] else ""
        )
    return found


class TestShown:
    def test_shows_the_newest_first(self, consented, account):
        shown = read(consented([account]), account)

        assert references(shown) == "4321"
        assert (shown[0]["StatementReference"], shown[0]["Type"]) == ("STATEMENT 2026-04-30", "RegularPeriodic")
        assert (shown[1]["StartDateTime"], shown[1]["EndDateTime"]) == (
            "2026-03-01T00:00:00.000+00:00",
            "2026-03-31T23:59:59.000+00:00",
        )

    def test_shows_amounts_under_detail_alone(self, consented, account):
        basic, detail = (
            read(consented([account], held), account)[0] for held in (BASIC, (*BASIC, "ReadStatementsDetail"))
        )

        assert detail.pop("StatementAmount")
        assert "StatementDateTime" in basic
        assert basic == detail

    def test_gives_the_same_bytes_twice(self, consented, account):
        reader = consented([account])

        first, second = (reader.call(f"accounts/{account.pk}/statements").content for _ in range(2))

        assert first == second

    def test_shows_one_alone_as_in_the_list(self, consented, account):
        reader = consented([account])
        third = read(reader, account)[2]

        assert read(reader, account, f"/{third['StatementId']}") == [third]

    def test_shows_those_of_all_accounts_together(self, consented, account):
        other = given.account(now=START, opened_at=START, statement_day=15)
        statements.make_due(other.pk, now=LATER)
        reader = consented([account, other])

        shown = reader.read("statements")["Data"]["Statement"]

        each = read(reader, account) + read(reader, other)
        assert shown == sorted(each, key=lambda item: item["EndDateTime"], reverse=True)

    def test_answers_an_account_without_statements_with_an_empty_list(self, consented, now):
        account = given.account(now=now)

        assert read(consented([account]), account) == []


class TestReconciles:
    def test_with_its_transactions_and_the_ledger(self, consented, account, monkeypatch):
        monkeypatch.setattr(paging, "PAGE_ROWS", 25)
        reader = consented([account])
        shown = read(reader, account)
        told = {item["StatementReference"]: amounts(item) for item in shown}

        for item in shown:
            lines = pages(reader, f"accounts/{account.pk}/statements/{item['StatementId']}/transactions")
            sums = told[item["StatementReference"]]
            moved = [signed(line) for line in lines]
            assert sums["TotalCredits"] == sum(minor for minor in moved if minor > 0)
            assert sums["TotalDebits"] == sum(minor for minor in moved if minor < 0)
            assert sums["StartingBalance"] + sum(moved) == sums["ClosingBalance"]
            assert (
                not lines or signed(lines[0]["Balance"] | {"CreditDebitIndicator": "Credit"}) == sums["ClosingBalance"]
            )
            assert {line["Status"] for line in lines} <= {"BOOK"}
            assert all(line["StatementReference"] == [item["StatementReference"]] for line in lines)

    def test_with_the_one_before_it(self, consented, account):
        shown = [amounts(item) for item in read(consented([account]), account)]

        assert [item["StartingBalance"] for item in shown[:-1]] == [item["ClosingBalance"] for item in shown[1:]]
        assert shown[-1]["StartingBalance"] == 0

    def test_entry_by_entry_with_all_transactions(self, consented, account, monkeypatch):
        monkeypatch.setattr(paging, "PAGE_ROWS", 25)
        reader = consented([account])

        whole = pages(reader, f"accounts/{account.pk}/transactions")
        listed = [
            line
            for item in read(reader, account)
            for line in pages(reader, f"accounts/{account.pk}/statements/{item['StatementId']}/transactions")
        ]

        assert whole == listed

    @pytest.mark.parametrize(("held", "sign"), [("ReadTransactionsCredits", 1), ("ReadTransactionsDebits", -1)])
    def test_in_the_direction_that_the_consent_has(self, consented, account, held, sign):
        reader = consented([account], ["ReadStatementsBasic", "ReadTransactionsBasic", held])
        newest = read(reader, account)[1]

        shown = reader.read(f"accounts/{account.pk}/statements/{newest['StatementId']}/transactions")

        assert {signed(line) > 0 for line in shown["Data"]["Transaction"]} == {sign > 0}


class TestWindow:
    @pytest.mark.parametrize(
        ("query", "months"),
        [
            ("?fromStatementDateTime=2026-02-01", "432"),
            ("?fromStatementDateTime=2026-02-01T00:00:01", "43"),
            ("?toStatementDateTime=2026-03-31", "321"),
            ("?toStatementDateTime=2026-03-31T23:59:59", "321"),
            ("?toStatementDateTime=2026-03-31T23:59:58", "21"),
            ("?fromStatementDateTime=2026-02-01&toStatementDateTime=2026-03-31Z", "32"),
            ("?fromStatementDateTime=2026-W05-7&toStatementDateTime=20260331T235959", "32"),
            ("?fromStatementDateTime=2030-01-01", ""),
            ("?toStatementDateTime=9999-12-31T23:59:59", "4321"),
        ],
    )
    def test_filters_by_both_ends(self, consented, account, query, months):
        assert references(read(consented([account]), account, query)) == months

    @pytest.mark.parametrize(
        ("from_at", "to_at", "months"),
        [
            ("2026-02-01T00:00:00", None, "432"),
            ("2026-02-01T00:00:01", None, "43"),
            (None, "2026-03-31T23:59:59", "321"),
            (None, "2026-03-31T23:59:58", "21"),
            ("2026-02-02T00:00:00", "2026-03-30T00:00:00", ""),
        ],
    )
    def test_shows_only_those_wholly_inside_the_consents(self, consented, account, from_at, to_at, months):
        window = {
            name: datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
            for name, text in (("from_at", from_at), ("to_at", to_at))
        }
        reader = consented([account], **window)

        assert references(read(reader, account)) == months
        for item in Statement.objects.filter(account=account):
            is_shown = f"{statements.shown_end(item.ends_at):%m}"[1] in months
            for path in ("", "/transactions", "/file"):
                answer = reader.call(f"accounts/{account.pk}/statements/{item.pk}{path}", accept="*/*")
                assert answer.status_code == (200 if is_shown else 400), path

    @pytest.mark.parametrize("bound", ["fromStatementDateTime", "toStatementDateTime"])
    @pytest.mark.parametrize("text", NO_DATES)
    @pytest.mark.parametrize("path", ["statements", "accounts/{}/statements"])
    def test_refuses_what_is_no_date(self, consented, now, path, bound, text):
        account = given.account(now=now)

        answer = consented([account]).call(f"{path.format(account.pk)}?{bound}={text}")

        assert (answer.status_code, calls.error(answer)["ErrorCode"], calls.error(answer)["Path"]) == (
            400,
            "U003",
            bound,
        )


class TestPages:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch):
        monkeypatch.setattr(paging, "PAGE_ROWS", 3)

    def test_walks_there_and_back(self, consented, account):
        reader = consented([account])
        path = f"/open-banking/v4.0/aisp/accounts/{account.pk}/statements?fromStatementDateTime=2026-01-01"
        first = reader.read(path)
        second = reader.read(first["Links"]["Next"].partition("7444")[2])

        back = reader.read(second["Links"]["Prev"].partition("7444")[2])

        assert [references(page["Data"]["Statement"]) for page in (first, second, back)] == ["432", "1", "432"]
        assert "Next" not in second["Links"]
        assert "Prev" not in back["Links"]
        assert "fromStatementDateTime=2026-01-01" in first["Links"]["Next"]

    def test_walks_back_over_several_pages(self, consented, account):
        for day in range(1, 6):
            statements.make(
                account.pk,
                starts_at=START.replace(day=20),
                ends_at=START.replace(day=20 + day),
                kind=list(Statement.Kind)[day - 1],
                now=LATER,
            )
        reader, seen = consented([account]), []
        page = reader.read(f"accounts/{account.pk}/statements")
        while True:
            seen.append(page["Data"]["Statement"])
            if "Next" not in page["Links"]:
                break
            page = reader.read(page["Links"]["Next"].partition("7444")[2])

        page = reader.read(page["Links"]["Prev"].partition("7444")[2])

        assert [len(items) for items in seen] == [3, 3, 3]
        assert page["Data"]["Statement"] == seen[1]
        assert len({item["StatementId"] for items in seen for item in items}) == 9

    def test_refuses_a_cursor_that_was_not_made_for_this(self, consented, account):
        reader = consented([account])
        cursor = reader.read(f"accounts/{account.pk}/statements")["Links"]["Next"].partition("cursor=")[2]
        again = consented([account])
        newest = read(reader, account)[0]["StatementId"]
        edited = ("B" if cursor.startswith("A") else "A") + cursor[1:]

        tried = {
            "edited": reader.call(f"accounts/{account.pk}/statements?cursor={edited}"),
            "long": reader.call(f"accounts/{account.pk}/statements?cursor={cursor * 30}"),
            "long, all": reader.call(f"transactions?cursor={'A' * 3_000}"),
            "filter": reader.call(f"accounts/{account.pk}/statements?cursor={cursor}&toStatementDateTime=2030-01-01"),
            "all accounts": reader.call(f"statements?cursor={cursor}"),
            "entries": reader.call(f"accounts/{account.pk}/statements/{newest}/transactions?cursor={cursor}"),
            "consent": again.call(f"accounts/{account.pk}/statements?cursor={cursor}"),
        }

        assert {name: (answer.status_code, calls.error(answer)["ErrorCode"]) for name, answer in tried.items()} == (
            dict.fromkeys(tried, (400, "U002"))
        )


@pytest.mark.parametrize("path", ["statements", "transactions", "accounts/{}/statements", "accounts/{}/transactions"])
def test_refuses_a_cursor_of_ten_kilobytes(consented, now, path):
    account = given.account(now=now)

    answer = consented([account]).call(f"{path.format(account.pk)}?cursor={'A' * 10_240}")

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U002")


class TestUnknown:
    @pytest.mark.parametrize("path", ["", "/transactions", "/file"])
    def test_refuses_ids_that_are_not_this_accounts_statements(self, consented, account, path):
        other = given.account(now=START, opened_at=START, statement_day=1)
        (foreign, *_) = statements.make_due(other.pk, now=LATER)
        reader = consented([account])

        for wrong in (ids.new("stm"), foreign.pk, account.pk, "x", "%20", "stm_%00", "a" * 200):
            answer = reader.call(f"accounts/{account.pk}/statements/{wrong}{path}", accept="*/*")
            assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U011"), wrong
        answer = reader.call(f"accounts/{other.pk}/statements/{foreign.pk}{path}", accept="*/*")
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("path", "held"),
        [
            ("", ["ReadTransactionsDetail", "ReadTransactionsCredits"]),
            ("/{}", ["ReadTransactionsDetail", "ReadTransactionsCredits"]),
            ("/{}/file", ["ReadStatementsBasic"]),
            ("/{}/transactions", ["ReadStatementsDetail"]),
            ("/{}/transactions", ["ReadTransactionsDetail"]),
        ],
    )
    def test_refuses_what_the_consent_does_not_permit(self, consented, account, path, held):
        newest = Statement.objects.filter(account=account).first()

        answer = consented([account], held).call(
            f"accounts/{account.pk}/statements{path.format(newest.pk)}", accept="*/*"
        )

        assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (403, "TK01")


@pytest.mark.parametrize(
    "path",
    [
        "statements",
        "accounts/{0}/statements",
        "accounts/{0}/statements/{1}",
        "accounts/{0}/statements/{1}/transactions",
    ],
)
def test_keeps_to_two_statements_after_the_token(consented, account, path, django_assert_num_queries):
    newest = Statement.objects.filter(account=account).first()
    reader = consented([account], conftest.ALL)
    reader.read(path.format(account.pk, newest.pk))

    with django_assert_num_queries(4):  # the token, the count of use, and these two
        reader.read(path.format(account.pk, newest.pk))
