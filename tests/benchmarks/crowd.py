"""A crowd of customers who share the ledger's tables: so many postings that no index stays in memory by chance.

Loaded in bulk by the database's superuser, without the triggers; what a trigger would have seen to, the statements do.
"""

from datetime import datetime

import psycopg

from accounts.models import Account, Holder
from bank import ids
from bank.customers.models import User
from bank.outbox import unit
from bank.sandbox import postgres

SORT_CODE = "040005"
# In the order of time, so that an account's postings lie scattered over the table, as in life.
TRANSFERS = """
insert into accounts_transfer (id, kind, for_order, booked_at)
select 'trf_crowd_' || n, 'card', '', %(now)s::timestamptz - make_interval(mins => %(each)s - n)
from generate_series(1, %(each)s) n"""
POSTINGS = """
insert into accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty, details)
select 'trf_crowd_' || n, account.id, 100, 100 * n, %(now)s::timestamptz - make_interval(mins => %(each)s - n),
    'UK.OBIE.SortCodeAccountNumber:20000012345678',
    '{"TransactionInformation": "Paid in", "BankTransactionCode": {"Code": "RCDT", "SubCode": "DMCT"}}'
from generate_series(1, %(each)s) n cross join accounts_account account
where account.identification like '040005%%'
order by n, account.id"""
BALANCES = "update accounts_account set booked_minor = 100 * %(each)s where identification like '040005%%'"
INDEXES = """
select indexname, indexdef from pg_indexes
where tablename = 'accounts_posting' and indexname not like '%_pkey'"""


def load(*, customers: int, rows: int, sockets: str, now: datetime) -> list[Account]:
    """Make customers with an account each, and spread the rows over them; return the accounts."""
    with unit.work():
        people = User.objects.bulk_create(
            User(username=f"crowd-{number}", full_name="Crowd", kind=User.Kind.CUSTOMER, created_at=now)
            for number in range(customers)
        )
        accounts = Account.objects.bulk_create(
            Account(
                id=ids.new("acc"),
                name="Crowd",
                identification=f"{SORT_CODE}{number:08}",
                currency="GBP",
                opened_at=now,
                status_updated_at=now,
            )
            for number in range(customers)
        )
        Holder.objects.bulk_create(
            Holder(account=account, customer=person) for account, person in zip(accounts, people, strict=True)
        )
    place = f"host={sockets} user={postgres.SUPERUSER} dbname={postgres.DATABASE}"
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # no triggers, no foreign keys
        connection.execute("set maintenance_work_mem = '512MB'")
        indexes = connection.execute(INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f'drop index "{name}"')
        each = {"each": rows // customers, "now": now}
        for statement in (TRANSFERS, POSTINGS, BALANCES):
            connection.execute(statement, each)
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("vacuum analyze accounts_transfer, accounts_posting, accounts_account")
    return accounts
