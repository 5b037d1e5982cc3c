"""What becomes of an account and of a consent at the bank, and how a TPP sees it at its next call."""

from datetime import datetime, timedelta

import pytest

from accounts import ledger, life
from accounts.models import Account, DirectDebit, Holder, ScheduledPayment, StandingOrder, Unbooked
from bank import ids, numbering
from bank.audit.models import Entry
from bank.money import Money
from bank.outbox import unit
from consents import kinds, lifecycle
from tests import calls, people

READ = ["ReadAccountsBasic", "ReadBalances"]
DEED = {"reason": "The customer asked for it", "actor": "staff:tess"}
HOME = "203.0.113.9"


class Watched:
    """Alice's account, seen by a TPP under one consent."""

    def __init__(self, tpp: calls.Caller, *, now: datetime, **more) -> None:
        self.tpp, self.now, self.alice = tpp, now, people.customer(now=now)
        with unit.work():
            self.account = people.account(self.alice, now=now, **more)
        self.consent, self.token = self.watch(self.account)

    def watch(self, *accounts: Account):
        consent = calls.consent(
            self.tpp, "account-access", customer=self.alice, accounts=list(accounts), permissions=READ
        )
        return consent, calls.customers_token(self.tpp, consent)

    def get(self, path: str, *, token: str = ""):
        headers = {"x-fapi-customer-ip-address": HOME}
        path = f"{calls.AISP}/{path.format(self.account.pk)}"
        return self.tpp.call("GET", path, token=token or self.token, **headers)

    def shown(self) -> dict:
        (account,) = self.get("accounts/{}").json()["Data"]["Account"]
        return account

    def do(self, rule, **more) -> None:
        with unit.work():
            rule(self.account.pk, **DEED, now=self.now + timedelta(seconds=1), **more)


@pytest.fixture
def watched(tpp, now) -> Watched:
    return Watched(tpp, now=now)


@pytest.fixture
def empty(tpp, now) -> Watched:
    return Watched(tpp, now=now, balance_minor=0)


def arrange(account: Account, *, now: datetime) -> None:
    """Something of everything that would move money."""
    theirs = {"SchemeName": numbering.SORT_CODE_ACCOUNT_NUMBER, "Identification": "20004411803205", "Name": "Kestrel"}
    mandate = {"Frequency": {"Type": "MNTH"}}
    common = {"account": account, "mandate": mandate, "next_at": now}
    DirectDebit.objects.create(id=ids.new("ddm"), name="Kestrel", collector=theirs, **common)
    StandingOrder.objects.create(id=ids.new("sto"), creditor_account=theirs, first_minor=5, next_minor=5, **common)
    ScheduledPayment.objects.create(
        id=ids.new("sch"), account=account, kind="Execution", due_at=now, amount_minor=1, creditor_account=theirs
    )
    Unbooked.objects.create(id=-1, account=account, status="FUTR", amount_minor=-5, at=now)


def test_shows_a_frozen_account_as_disabled_and_thaws_it(watched):
    watched.do(life.freeze)
    frozen = watched.shown()
    watched.do(life.thaw)

    assert frozen["Status"] == "Disabled"
    assert watched.shown()["Status"] == "Enabled"
    assert watched.get("accounts/{}/balances").status_code == 200
    actions = Entry.objects.filter(subject=watched.account.pk).order_by("id").values_list("action", "actor")
    assert list(actions) == [("account.frozen", "staff:tess"), ("account.thawed", "staff:tess")]


def test_lets_no_money_in_or_out_of_a_frozen_account(watched, now):
    watched.do(life.freeze)

    with pytest.raises(ledger.AccountUnusable) as refused, unit.work():
        people.fund(watched.account, 100, now=now)
    assert refused.value.code == "AC06"
    with pytest.raises(ledger.AccountUnusable), unit.work():
        ledger.reserve(
            account_id=watched.account.pk,
            amount=Money(1, "GBP"),
            for_order=ids.new("pay"),
            counterparty="",
            details={},
            now=now,
        )


def test_closes_an_account_with_all_that_would_move_money_on_it(empty, now):
    arrange(empty.account, now=now)

    empty.do(life.close)

    assert empty.shown()["Status"] == "Deleted"
    debit, order = DirectDebit.objects.get(account=empty.account), StandingOrder.objects.get(account=empty.account)
    assert (debit.status, debit.next_at) == ("CANC", None)
    assert debit.ended_at is not None
    assert (order.status, order.next_at, order.next_minor) == ("CANC", None, None)
    assert ScheduledPayment.objects.get(account=empty.account).ended_at is not None
    assert Unbooked.objects.get(account=empty.account).ended_at is not None
    with pytest.raises(ledger.AccountUnusable) as refused, unit.work():
        people.fund(empty.account, 100, now=now)
    assert refused.value.code == "AC04"


def test_closes_no_account_that_has_money_or_owes_it(watched):
    with pytest.raises(life.NotPossible, match=r"1000\.00 GBP is left|GBP 1000\.00 is left|1,000\.00 is left"):
        watched.do(life.close)

    assert watched.shown()["Status"] == "Enabled"


def test_switches_a_current_account_and_what_is_on_it(watched):
    watched.do(life.switch)

    assert watched.shown()["Status"] == "Deleted"
    watched.account.refresh_from_db()
    assert (watched.account.booked_minor, watched.account.switch_status) == (0, "UK.CASS.SwitchCompleted")
    posting = watched.account.postings.order_by("-id")[0]
    assert (posting.amount_minor, posting.transfer.kind) == (-100_000, "switch")
    assert {
        balance["Amount"]["Amount"] for balance in watched.get("accounts/{}/balances").json()["Data"]["Balance"]
    } == {"0.00"}


def test_switches_only_current_accounts_in_pounds(tpp, now):
    for more in ({"type_code": "SVGS"}, {"currency": "EUR", "balance_minor": 0}):
        account = Watched(tpp, now=now, **more)
        with pytest.raises(life.NotPossible, match="Only a current account"):
            account.do(life.switch)


@pytest.mark.parametrize("rule", [life.close, life.switch])
def test_ends_no_account_with_a_payment_pending(watched, now, rule):
    with unit.work():
        ledger.reserve(
            account_id=watched.account.pk,
            amount=Money(100_000, "GBP"),
            for_order=ids.new("pay"),
            counterparty="",
            details={},
            now=now,
        )

    with pytest.raises(life.NotPossible):
        watched.do(rule)
    assert watched.shown()["Status"] == "Enabled"


@pytest.mark.parametrize("rule", [life.freeze, life.thaw, life.close, life.switch])
def test_does_nothing_to_an_account_that_is_closed(empty, rule):
    empty.do(life.close)

    with pytest.raises(life.NotPossible, match="Deleted"):
        empty.do(rule)


def test_takes_an_account_out_of_one_consent_and_not_out_of_another(watched, now):
    with unit.work():
        other = people.account(watched.alice, now=now)
    both, token = watched.watch(watched.account, other)

    with unit.work():
        lifecycle.withdraw_account(
            lifecycle.lock(both.pk), account_id=watched.account.pk, actor="customer:alice", now=now
        )

    assert [row["AccountId"] for row in watched.get("accounts", token=token).json()["Data"]["Account"]] == [other.pk]
    assert watched.get("accounts/{}", token=token).status_code == 403
    assert watched.get("accounts/{}").status_code == 200


def test_ends_a_consent_with_its_last_account(watched, now):
    with unit.work():
        lifecycle.withdraw_account(
            lifecycle.lock(watched.consent.pk), account_id=watched.account.pk, actor="customer:alice", now=now
        )

    watched.consent.refresh_from_db()
    assert watched.consent.status == "CANC"
    answer = watched.get("accounts")
    assert (answer.status_code, calls.error(answer)["ErrorCode"]) == (401, "TKSP")


def test_takes_out_no_account_that_is_not_in_the_consent(watched, now):
    with pytest.raises(lifecycle.AccountNotInConsent), unit.work():
        lifecycle.withdraw_account(lifecycle.lock(watched.consent.pk), account_id="acc_x", actor="customer:x", now=now)

    assert watched.get("accounts").status_code == 200


def test_authorises_once_more_what_was_cancelled(watched, now):
    with unit.work():
        lifecycle.cancel(lifecycle.lock(watched.consent.pk), code="TKSP", description="x", actor="staff:t", now=now)
    assert watched.get("accounts").status_code == 401
    with unit.work():
        lifecycle.authorise(
            lifecycle.lock(watched.consent.pk),
            customer=watched.alice,
            accounts=[watched.account],
            actor="customer:alice",
            now=now,
        )

    assert watched.get("accounts").status_code == 401, "the old token ended for good"
    fresh = calls.customers_token(watched.tpp, watched.consent)
    assert watched.get("accounts", token=fresh).status_code == 200


def test_lets_who_may_only_look_share_information_and_not_pay(tpp, now):
    held = Watched(tpp, now=now)
    delegate = people.customer("dora", now=now)
    Holder.objects.create(account=held.account, customer=delegate, role="UK.OBIE.PowerOfAttorney", may_pay=False)

    def offered(kind: str, data: dict) -> list[str]:
        consent = calls.consent(tpp, kind, data=data)
        return [account.pk for account in kinds.KINDS[kind].eligible(consent, delegate)]

    assert offered("account-access", {}) == [held.account.pk]
    assert offered("domestic-payment", calls.payment()["Data"]) == []
    assert offered("funds-confirmation", {"DebtorAccount": calls.named(held.account)}) == []
