"""Whatever is done to the ledger, in whatever order: its promises hold, and what is shown is what is there."""

from datetime import timedelta

import hypothesis
from django.db import connection
from django.db.models import Sum
from hypothesis import strategies as st

from accounts import entries, ledger, windows
from accounts.models import Hold, Posting
from accounts.rendering.balances import balances
from accounts.rendering.transactions import transactions
from bank.money import Money
from tests.accounts import given

HOLDERS = 3
WHO = st.integers(0, HOLDERS - 1)
AMOUNT = st.integers(1, 80_00)
WHICH = st.integers(0, 30)
RESERVE = st.tuples(st.just("reserve"), WHO, AMOUNT)
RELEASE = st.tuples(st.just("release"), WHICH)
SETTLE = st.tuples(st.just("settle"), WHICH, WHO)
TRANSFER = st.tuples(st.just("transfer"), WHO, WHO, AMOUNT)
STEPS = st.lists(st.one_of(RESERVE, RELEASE, SETTLE, TRANSFER), max_size=25)
EVERYTHING = {"ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits"}


class Bank:
    """The ledger, and beside it the plainest account of what was done: what is booked, what is held for whom."""

    def __init__(self, now):
        self.now = now
        overdrafts = ("0.00", "50.00", "0.00")
        self.accounts = [given.account(balance="100.00", overdraft=limit, now=now) for limit in overdrafts]
        self.booked = [100_00] * HOLDERS
        self.limits = [0, 50_00, 0]
        self.orders = []  # (order, debtor, amount)
        self.open = {}  # order -> (debtor, amount)

    def can_spend(self, who):
        held = sum(amount for debtor, amount in self.open.values() if debtor == who)
        return self.booked[who] - held + self.limits[who]

    def step(self, verb, *values):
        self.now += timedelta(seconds=1)
        getattr(self, verb)(*values)

    def reserve(self, who, amount):
        order = given.order_id()
        try:
            ledger.reserve(
                account_id=self.accounts[who].pk,
                amount=Money(amount, "GBP"),
                for_order=order,
                counterparty="",
                details={},
                now=self.now,
            )
        except ledger.InsufficientFunds:
            assert amount > self.can_spend(who)
            return
        assert amount <= self.can_spend(who)
        self.orders.append(order)
        self.open[order] = (who, amount)

    def release(self, which):
        order = self.orders[which % len(self.orders)] if self.orders else "pay_none"
        try:
            ledger.release(for_order=order, now=self.now)
        except ledger.HoldNotOpen:
            assert order not in self.open
            return
        del self.open[order]

    def settle(self, which, creditor):
        order = self.orders[which % len(self.orders)] if self.orders else "pay_none"
        if order in self.open and self.open[order][0] == creditor:
            return  # nobody pays themselves
        try:
            ledger.settle(
                for_order=order,
                kind="payment",
                creditor_account_id=self.accounts[creditor].pk,
                creditor_counterparty="",
                creditor_details={},
                now=self.now,
            )
        except ledger.HoldNotOpen:
            assert order not in self.open
            return
        debtor, amount = self.open.pop(order)
        self.booked[debtor] -= amount
        self.booked[creditor] += amount

    def transfer(self, debtor, creditor, amount):
        if debtor == creditor:
            return
        legs = [
            ledger.Leg(account_id=self.accounts[debtor].pk, amount_minor=-amount),
            ledger.Leg(account_id=self.accounts[creditor].pk, amount_minor=amount),
        ]
        try:
            ledger.transfer(kind="card", legs=legs, now=self.now)
        except ledger.InsufficientFunds:
            assert amount > self.can_spend(debtor)
            return
        assert amount <= self.can_spend(debtor)
        self.booked[debtor] -= amount
        self.booked[creditor] += amount


def check_sums(bank):
    unbalanced = Posting.objects.values("transfer").annotate(total=Sum("amount_minor")).exclude(total=0)
    assert not unbalanced.exists()
    for who, account in enumerate(bank.accounts):
        account.refresh_from_db()
        open_holds = Hold.objects.filter(account=account, end=None)
        held = open_holds.aggregate(total=Sum("amount_minor"))["total"] or 0
        assert account.booked_minor == bank.booked[who]
        assert account.held_minor == held == sum(amount for debtor, amount in bank.open.values() if debtor == who)
        assert account.booked_minor - account.held_minor >= -bank.limits[who]
        assert {hold.pk for hold in ledger.open_holds(account)} == {hold.pk for hold in open_holds}


def check_running_balances(bank):
    for account in bank.accounts:
        running = 0
        for posting in Posting.objects.filter(account=account).order_by("booked_at", "id"):
            running += posting.amount_minor
            assert posting.balance_minor == running


def check_what_is_shown(bank):
    for account in bank.accounts:
        page = entries.page(account.pk, window=windows.Window(), shows=(True, True))
        shown = transactions(page.entries, of={account.pk: given.facts(account)}, held=EVERYTHING)
        booked = [row for row in shown if row["Status"] == "BOOK"]
        pending = [row for row in shown if row["Status"] == "PDNG"]
        assert sum(signed(row) for row in booked) == account.booked_minor
        assert sum(signed(row) for row in pending) == -account.held_minor
        assert [signed(row["Balance"]) for row in booked[:1]] == [account.booked_minor]
        amounts = {row["Type"]: signed(row) for row in balances(given.facts(account), market={})}
        assert amounts == {
            "ITBD": sum(signed(row) for row in booked),
            "XPCD": sum(signed(row) for row in shown),
            "ITAV": sum(signed(row) for row in shown) + account.limit_minor,
        }


def signed(row):
    minor = Money.parse(row["Amount"]["Amount"], row["Amount"]["Currency"]).minor
    return -minor if row["CreditDebitIndicator"] == "Debit" else minor


@hypothesis.settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
@hypothesis.given(steps=STEPS)
def test_keeps_its_promises_after_any_steps(work, now, steps):
    with connection.cursor() as cursor:
        cursor.execute("savepoint example")
    bank = Bank(now)

    for step in steps:
        bank.step(*step)
    given.check_constraints()

    check_sums(bank)
    check_running_balances(bank)
    check_what_is_shown(bank)
    with connection.cursor() as cursor:
        cursor.execute("rollback to savepoint example")
