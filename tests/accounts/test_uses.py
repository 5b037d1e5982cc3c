"""How a consent is used: counted by the day; without the customer four times for the same, with it without end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connections

from accounts.models import Account
from bank.api import uses
from bank.api.access import Access
from bank.audit.models import Entry
from bank.outbox import unit
from consents.models import Use
from tests import calls, people

HOME = "203.0.113.9"
ALL = ["ReadAccountsBasic", "ReadBalances", "ReadTransactionsBasic", "ReadTransactionsCredits"]
DAY = settings.UNATTENDED_PER_DAY


class Reading:
    """A TPP with a consent for one account of Alice's."""

    def __init__(self, tpp: calls.Caller, *, now: datetime) -> None:
        with unit.work():
            alice = people.customer(now=now)
            self.tpp, self.account = tpp, people.account(alice, now=now)
        self.consent = calls.consent(tpp, "account-access", customer=alice, accounts=[self.account], permissions=ALL)
        self.token = calls.customers_token(tpp, self.consent)

    def get(self, path: str, *, address: str | None = None):
        headers = {} if address is None else {"x-fapi-customer-ip-address": address}
        return self.tpp.call("GET", f"{calls.AISP}/{path.format(self.account.pk)}", token=self.token, **headers)

    @property
    def counts(self) -> dict[tuple[str, bool], tuple[int, int]]:
        """Operation and whether it names an account: attended, unattended."""
        rows = Use.objects.filter(consent=self.consent)
        return {(row.operation, bool(row.account_id)): (row.attended, row.unattended) for row in rows}


@pytest.fixture
def reading(tpp, now) -> Reading:
    return Reading(tpp, now=now)


def test_lets_a_tpp_read_four_times_a_day_without_the_customer(reading):
    answers = [reading.get("accounts/{}/balances") for _ in range(DAY + 2)]

    assert [answer.status_code for answer in answers] == [200] * DAY + [429] * 2
    assert [answer["RateLimit"].split(";t=")[0] for answer in answers[:DAY]] == [
        f'"unattended";r={left}' for left in range(DAY - 1, -1, -1)
    ]
    assert answers[0]["RateLimit-Policy"] == f'"unattended";q={DAY};w=86400'
    assert calls.error(answers[-1])["ErrorCode"] == "MS03"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 25 * 3600
    assert reading.counts == {("GetAccountsAccountIdBalances", True): (0, DAY)}


def test_counts_each_resource_and_account_by_itself(reading):
    for path in ("accounts", "accounts/{}", "accounts/{}/balances", "accounts/{}/transactions"):
        assert [reading.get(path).status_code for _ in range(DAY)] == [200] * DAY

    assert reading.get("accounts/{}").status_code == 429
    assert set(reading.counts.values()) == {(0, DAY)}
    assert len(reading.counts) == 4


def test_lets_a_tpp_read_as_often_as_the_customer_likes(reading):
    answers = [reading.get("accounts", address=HOME) for _ in range(3 * DAY)]

    assert {answer.status_code for answer in answers} == {200}
    assert {answer["RateLimit-Policy"].split(";")[0] for answer in answers} == {'"client"'}
    assert reading.counts == {("GetAccounts", False): (3 * DAY, 0)}


def test_counts_the_customer_apart(reading):
    for _ in range(DAY):
        reading.get("accounts")

    assert reading.get("accounts").status_code == 429
    assert reading.get("accounts", address=HOME).status_code == 200
    assert reading.counts == {("GetAccounts", False): (1, DAY)}


def test_begins_anew_at_midnight_in_london(reading):
    access = Access(
        tpp_id="tpp",
        software_id="software",
        client_id="client",
        client_pk=1,
        grant="authorization_code",
        scopes=frozenset(),
        interaction_id="",
        attended=False,
        claims_customer=False,
        consent_id=reading.consent.pk,
    )
    evening = datetime(2027, 6, 30, 22, 59, 30, tzinfo=UTC)  # half a minute before midnight, by summer time

    def note(now: datetime) -> dict[str, str]:
        return uses.note(access, operation_id="GetAccounts", account_id=None, now=now)

    told = [note(evening)["RateLimit"] for _ in range(DAY)]
    with pytest.raises(uses.TooOftenUnattended) as refused:
        note(evening)

    assert told == [f'"unattended";r={left};t=30' for left in range(DAY - 1, -1, -1)]
    assert refused.value.headers() == {"Retry-After": "30"}
    assert note(evening + timedelta(seconds=31))["RateLimit"].startswith(f'"unattended";r={DAY - 1};')


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.7", "172.31.0.1", "fd00::1", "fe80::1", "224.0.0.1", "0.0.0.0"],
)
def test_notices_an_address_that_no_customer_has(reading, address):
    for _ in range(DAY):
        assert reading.get("accounts", address=address).status_code == 200

    assert reading.get("accounts", address=address).status_code == 429
    assert reading.counts == {("GetAccounts", False): (0, DAY)}
    told = Entry.objects.filter(action="consent.customer_address_claimed", subject=reading.consent.pk)
    assert [entry.detail for entry in told] == [{"operation": "GetAccounts"}]


def test_notices_the_address_of_the_tpp_itself():
    environ = {"REMOTE_ADDR": "198.51.100.4", uses.HEADER: "198.51.100.4"}

    assert uses.claims_customer(environ)
    assert not uses.is_attended(environ)
    assert uses.is_attended(environ | {uses.HEADER: "198.51.100.5"})


def test_counts_no_page_but_the_first(reading):
    reading.get("accounts/{}/transactions?cursor=wrong")

    assert reading.counts == {}


def test_counts_nothing_for_an_account_that_is_not_consented(reading, now):
    stranger = people.account(people.customer("carl", now=now), now=now)

    assert reading.get(f"accounts/{stranger.pk}").status_code == 403
    assert reading.counts == {}


def test_lets_four_of_many_at_once_through(committed, now):
    reading = Reading(calls.caller(now=now), now=now)
    ready = threading.Barrier(12, timeout=60)

    def one(_number: int) -> int:
        ready.wait()
        try:
            return reading.get("accounts").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        statuses = sorted(pool.map(one, range(12)))

    assert statuses == [200] * DAY + [429] * (12 - DAY)
    assert Account.objects.get(pk=reading.account.pk).status == "Enabled"
    assert reading.counts == {("GetAccounts", False): (0, DAY)}
