"""GET /accounts and /accounts/{AccountId}."""

import pytest
from django.conf import settings

from accounts.models import Account
from accounts.permissions import CODES
from accounts.resources import RESOURCES
from accounts.resources.row import AccountNotConsented
from tests import calls
from tests.accounts import given

OF_ONE = pytest.mark.parametrize("path", [row.path for row in RESOURCES if "<str:AccountId>" in row.path])


@pytest.fixture
def current(now, alice):
    account = given.account(now=now, balance="10.00", name=alice.full_name, nickname="Bills", description="Current")
    account.holders.create(customer=alice)
    return account


def test_lists_the_accounts_of_the_consent(consented, current, now):
    savings = given.account(now=now, type_code="SVGS")
    given.account(now=now)

    answer = consented([current, savings]).read("accounts")

    assert [row["AccountId"] for row in answer["Data"]["Account"]] == [current.pk, savings.pk]
    assert answer["Links"] == {"Self": f"{settings.MTLS_URL}{calls.AISP}/accounts"}


def test_shows_an_account_in_full_under_detail(consented, current):
    answer = consented([current], ["ReadAccountsDetail"]).read(f"accounts/{current.pk}")

    (shown,) = answer["Data"]["Account"]
    assert shown["Account"] == [
        {
            "SchemeName": "UK.OBIE.SortCodeAccountNumber",
            "Identification": current.identification,
            "Name": "Alice",
        }
    ]
    assert shown["Servicer"]["SchemeName"] == "UK.OBIE.BICFI"
    assert (shown["Nickname"], shown["Currency"], shown["AccountTypeCode"]) == ("Bills", "GBP", "CACC")


def test_hides_number_and_bank_under_basic(consented, current):
    answer = consented([current], ["ReadAccountsBasic"]).read(f"accounts/{current.pk}")

    (shown,) = answer["Data"]["Account"]
    assert not shown.keys() & {"Account", "Servicer", "StatementFrequencyAndFormat"}
    assert shown["AccountId"] == current.pk


def test_shows_the_detailed_form_where_both_are_held(consented, current):
    answer = consented([current], ["ReadAccountsBasic", "ReadAccountsDetail"]).read("accounts")

    assert "Account" in answer["Data"]["Account"][0]


def test_leaves_out_what_is_not_known(consented, now):
    plain = given.account(now=now)

    answer = consented([plain]).read("accounts")

    assert not answer["Data"]["Account"][0].keys() & {"Nickname", "Description"}


@OF_ONE
def test_refuses_an_account_that_the_consent_does_not_cover(consented, current, now, path):
    bobs = given.account(now=now)

    answer = consented([current], CODES).call(path.replace("<str:AccountId>", bobs.pk))

    assert (answer.status_code, calls.error(answer)["Message"]) == (403, AccountNotConsented.message)


@OF_ONE
@pytest.mark.parametrize("account_id", ["acc_nobody", "acc_settlement_00"])
def test_refuses_an_account_that_is_unknown(consented, current, path, account_id):
    answer = consented([current], CODES).call(path.replace("<str:AccountId>", account_id))

    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (400, "U011")


@pytest.mark.parametrize(
    ("path", "permissions"),
    [
        ("accounts", ["ReadBalances"]),
        ("accounts/{}", ["ReadBalances"]),
        ("accounts/{}/balances", ["ReadAccountsDetail"]),
        ("accounts/{}/transactions", ["ReadAccountsDetail", "ReadBalances"]),
        ("accounts/{}/transactions", ["ReadAccountsDetail", "ReadTransactionsDetail"]),
    ],
)
def test_refuses_what_the_consent_does_not_permit(consented, current, path, permissions):
    answer = consented([current], permissions).call(path.format(current.pk))

    assert answer.status_code == 403


def test_shows_a_blocked_account_as_disabled(consented, current):
    Account.objects.filter(pk=current.pk).update(status="Disabled")

    answer = consented([current]).read(f"accounts/{current.pk}")

    assert answer["Data"]["Account"][0]["Status"] == "Disabled"


@pytest.mark.parametrize(
    ("path", "statements"),
    [("accounts", 3), ("accounts/{}", 3), ("accounts/{}/balances", 3), ("accounts/{}/transactions", 4)],
)
def test_reads_in_few_statements(consented, current, django_assert_num_queries, path, statements):
    reader = consented([current])
    reader.read(path.format(current.pk))  # the certificate is known from now on

    with django_assert_num_queries(statements):
        reader.read(path.format(current.pk))
