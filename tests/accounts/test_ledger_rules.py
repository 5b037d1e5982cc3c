"""The rules of the ledger against someone who writes SQL as the application's role: each is tried, each holds."""

import threading

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts import ledger
from accounts.models import Account, Posting
from bank.money import Money
from tests.accounts import given


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def attempt(statement, *values):
    with transaction.atomic():
        run(statement, *values)
        given.check_constraints()


def refused(statement, *values):
    """What the database answers; the transaction goes on."""
    with pytest.raises(DatabaseError) as answer:
        attempt(statement, *values)
    return str(answer.value)


@pytest.fixture
def alice(work, now):
    return given.account(balance="100.00", now=now)


@pytest.fixture
def order(alice, now):
    made = given.order_id()
    ledger.reserve(
        account_id=alice.pk, amount=Money(40_00, "GBP"), for_order=made, counterparty="", details={}, now=now
    )
    return made


@pytest.mark.parametrize(
    "column", ["booked_minor", "held_minor", "limit_minor", "currency", "kind", "last_booked_at", "last_held_at"]
)
def test_lets_nobody_set_an_accounts_sums(alice, column):
    assert "permission denied" in refused(f"update accounts_account set {column} = {column}")


@pytest.mark.parametrize("table", ["posting", "transfer", "hold", "holdend"])
@pytest.mark.parametrize("verb", ["delete from accounts_{}", "truncate accounts_{} cascade"])
def test_lets_nobody_take_history_away(order, table, verb):
    assert "permission denied" in refused(verb.format(table))


@pytest.mark.parametrize(
    "change",
    [
        "posting set amount_minor = 1",
        "posting set details = '{}'",
        "transfer set booked_at = now()",
        "hold set amount_minor = 1",
        "holdend set outcome = 'released'",
    ],
)
def test_lets_nobody_rewrite_history(order, change):
    assert "permission denied" in refused(f"update accounts_{change}")


def test_refuses_a_transfer_that_does_not_sum_to_zero(alice, now):
    run("insert into accounts_transfer values ('trf_odd', 'card', '', %s)", now)

    words = refused(
        "insert into accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty,"
        " details) values ('trf_odd', %s, 5, 0, %s, '', '{}')",
        alice.pk,
        now,
    )

    assert "must sum to zero" in words


def test_refuses_to_unbalance_a_transfer_afterwards(alice, now):
    transfer_id = given.move(alice, 5_00, now=now)

    words = refused(
        "insert into accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty,"
        " details) values (%s, %s, 5, 0, %s, '', '{}')",
        transfer_id,
        alice.pk,
        now,
    )

    assert "must sum to zero" in words


def test_refuses_a_transfer_of_two_currencies(alice, now):
    euros = given.account(currency="EUR", now=now)
    run("insert into accounts_transfer values ('trf_two', 'card', '', %s)", now)

    words = refused(
        "insert into accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty,"
        " details) values ('trf_two', %s, -5, 0, %s, '', '{}'), ('trf_two', %s, 5, 0, %s, '', '{}')",
        alice.pk,
        now,
        euros.pk,
        now,
    )

    assert "of one currency" in words


def test_refuses_a_transfer_without_postings(work, now):
    words = refused("insert into accounts_transfer values ('trf_empty', 'card', '', %s)", now)

    assert "has postings" in words


def test_refuses_postings_below_the_limit(alice, now):
    shard = ledger.settlement_account("below")
    run("insert into accounts_transfer values ('trf_below', 'card', '', %s)", now)

    words = refused(
        "insert into accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty,"
        " details) values ('trf_below', %s, -10001, 0, %s, '', '{}'), ('trf_below', %s, 10001, 0, %s, '', '{}')",
        alice.pk,
        now,
        shard,
        now,
    )

    assert "account_stays_within_its_limit" in words


def test_refuses_holds_below_the_limit(alice, now):
    words = refused("insert into accounts_hold values ('hld_big', 10001, 'pay_big', %s, '', '{}', %s)", now, alice.pk)

    assert "account_stays_within_its_limit" in words


@pytest.mark.parametrize("amount", [0, -1])
def test_refuses_holds_of_nothing(alice, now, amount):
    words = refused(
        "insert into accounts_hold values ('hld_none', %s, 'pay_none', %s, '', '{}', %s)", amount, now, alice.pk
    )

    assert "hold_amount_is_positive" in words


def test_refuses_a_second_hold_for_an_order(alice, order, now):
    words = refused("insert into accounts_hold values ('hld_two', 1, %s, %s, '', '{}', %s)", order, now, alice.pk)

    assert "for_order" in words


RELEASE = (
    "insert into accounts_holdend (hold_id, outcome, transfer_id, ended_at)"
    " select id, 'released', null, now() from accounts_hold where for_order = %s"
)


@pytest.mark.parametrize("clause", ["", " on conflict do nothing"])
def test_ends_a_hold_once(alice, order, clause):
    run(RELEASE, order)

    words = refused(RELEASE + clause, order)

    alice.refresh_from_db()
    assert "a hold ends once" in words
    assert alice.held_minor == 0


@pytest.mark.parametrize(("outcome", "transfer"), [("posted", None), ("released", "one"), ("lost", None)])
def test_ends_a_hold_in_one_of_two_ways(alice, order, now, outcome, transfer):
    transfer_id = transfer and given.move(alice, 1, now=now)

    words = refused(
        "insert into accounts_holdend select id, %s, now(), %s from accounts_hold where for_order = %s",
        outcome,
        transfer_id,
        order,
    )

    assert "hold_is_posted_by_a_transfer_or_released" in words


def test_moves_no_balance_by_a_posting_that_is_not_kept(alice, now):
    taken = Posting.objects.filter(account=alice).latest("id")
    run(
        "insert into accounts_posting (id, transfer_id, account_id, amount_minor, balance_minor, booked_at,"
        " counterparty, details) values (%s, %s, %s, 5, 0, %s, '', '{}') on conflict do nothing",
        taken.pk,
        taken.transfer_id,
        alice.pk,
        now,
    )

    alice.refresh_from_db()
    assert alice.booked_minor == sum(Posting.objects.filter(account=alice).values_list("amount_minor", flat=True))


def test_opens_accounts_at_zero(work, now):
    with pytest.raises(DatabaseError, match="opens at zero"), transaction.atomic():
        given.account(now=now, booked_minor=1)
    with pytest.raises(DatabaseError, match="opens at zero"), transaction.atomic():
        given.account(now=now, held_minor=1)


def test_fills_in_the_running_balance_whatever_is_sent(alice, now):
    shard = ledger.settlement_account("any")
    run("insert into accounts_transfer values ('trf_any', 'card', '', %s)", now)
    run(
        "insert into accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty,"
        " details) values ('trf_any', %s, -5, 999999, %s, '', '{}'), ('trf_any', %s, 5, 0, %s, '', '{}')",
        alice.pk,
        now,
        shard,
        now,
    )

    assert Posting.objects.get(transfer="trf_any", account=alice).balance_minor == 99_95


def test_cannot_be_switched_off(work):
    for statement in (
        "alter table accounts_posting disable trigger all",
        "drop function posting_moves_booked() cascade",
        "set session_replication_role = replica",
        "set role lombard_owner",
    ):
        words = refused(statement)
        assert "must be" in words or "permission denied" in words


def test_holds_even_for_the_owner(committed, now):
    with transaction.atomic():
        given.account(balance="1.00", now=now)
    with connections["owner"].cursor() as cursor:
        for statement in (
            "update accounts_account set booked_minor = booked_minor + 1",
            "update accounts_posting set amount_minor = 1",
            "delete from accounts_transfer",
        ):
            with pytest.raises(DatabaseError), transaction.atomic("owner"):
                cursor.execute(statement)


def test_never_promises_the_same_money_twice(committed, now):
    with transaction.atomic():
        alice = given.account(balance="100.00", now=now)
    outcomes = []

    def pay():
        try:
            with transaction.atomic():
                ledger.reserve(
                    account_id=alice.pk,
                    amount=Money(30_00, "GBP"),
                    for_order=given.order_id(),
                    counterparty="",
                    details={},
                    now=now,
                )
            outcomes.append("held")
        except ledger.InsufficientFunds:
            outcomes.append("short")
        finally:
            connection.close()

    threads = [threading.Thread(target=pay) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["held"] * 3 + ["short"] * 9
    assert Account.objects.get(pk=alice.pk).held_minor == 90_00


def test_settles_both_ways_at_once_without_a_deadlock(committed, now):
    with transaction.atomic():
        alice, bob = given.account(balance="100.00", now=now), given.account(balance="100.00", now=now)
    failures = []

    def pay(debtor, creditor):
        try:
            for _ in range(10):
                order = given.order_id()
                with transaction.atomic():
                    ledger.reserve(
                        account_id=debtor.pk,
                        amount=Money(1_00, "GBP"),
                        for_order=order,
                        counterparty="",
                        details={},
                        now=now,
                    )
                with transaction.atomic():
                    ledger.settle(
                        for_order=order,
                        kind="payment",
                        creditor_account_id=creditor.pk,
                        creditor_counterparty="",
                        creditor_details={},
                        now=now,
                    )
                legs = [
                    ledger.Leg(account_id=creditor.pk, amount_minor=-50),
                    ledger.Leg(account_id=debtor.pk, amount_minor=50),
                ]
                with transaction.atomic():
                    ledger.transfer(kind="payment", legs=legs, now=now)
        except Exception as failure:
            failures.append(failure)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=pay, args=pair) for pair in [(alice, bob), (bob, alice)] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    for account in (alice, bob):
        account.refresh_from_db()
        balances = Posting.objects.filter(account=account).order_by("booked_at", "id")
        running = 0
        for posting in balances:
            running += posting.amount_minor
            assert posting.balance_minor == running
        assert (account.booked_minor, account.held_minor) == (100_00, 0)
