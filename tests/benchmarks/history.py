"""Long histories, loaded in bulk as the tables' owner: years of postings that nobody wants to wait for."""

from django.db import connections

OUTSIDE = "20000012345678"
LOAD = """
alter table accounts_account disable trigger user;
alter table accounts_transfer disable trigger user;
alter table accounts_posting disable trigger user;
insert into accounts_transfer (id, kind, for_order, booked_at)
select %(transfer)s || '_' || n, 'opening', '', now() - make_interval(mins => %(rows)s - n)
from generate_series(1, %(rows)s) n;
insert into accounts_posting (transfer_id, account_id, amount_minor, balance_minor, booked_at, counterparty, details)
select %(transfer)s || '_' || n, %(account)s, 100, 100 * n, now() - make_interval(mins => %(rows)s - n),
    'UK.OBIE.SortCodeAccountNumber:' || '{outside}',
    '{{"TransactionInformation": "Paid in", "BankTransactionCode": {{"Code": "RCDT", "SubCode": "DMCT"}}}}'
from generate_series(1, %(rows)s) n;
update accounts_account set booked_minor = 100 * %(rows)s where id = %(account)s;
alter table accounts_posting enable trigger user;
alter table accounts_transfer enable trigger user;
alter table accounts_account enable trigger user;
"""


def load(account_id: str, *, rows: int) -> None:
    """Give an empty account a history of this many credits, one a minute, up to now."""
    with connections["owner"].cursor() as cursor:
        for statement in LOAD.format(outside=OUTSIDE).strip().split(";\n"):
            cursor.execute(statement, {"transfer": f"trf_{account_id[-20:]}", "account": account_id, "rows": rows})
        cursor.execute("vacuum analyze accounts_transfer, accounts_posting")
