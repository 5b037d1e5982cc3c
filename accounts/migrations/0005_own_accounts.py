"""The bank's own accounts: sixteen that money passes through on its way to and from schemes, so that none is hot; interest;
returned payments that a blocked account cannot take."""

from django.db import migrations

OWN_ACCOUNTS = """
insert into accounts_account (id, kind, status, status_updated_at, currency, category, type_code, description, nickname,
    name, identification, opened_at, booked_minor, held_minor, limit_minor)
select id, kind, 'Enabled', timestamptz '2026-01-01 00:00:00+00', 'GBP', 'Business', 'CASH', description, '',
    'Lombard ' || description, '040099' || lpad(number::text, 8, '0'), timestamptz '2026-01-01 00:00:00+00', 0, 0, null
from (
    select 'acc_settlement_' || lpad(shard::text, 2, '0'), 'settlement', 'settlement ' || shard, shard
    from generate_series(0, 15) as shard
    union all select 'acc_internal_interest', 'suspense', 'interest', 100
    union all select 'acc_internal_returns', 'suspense', 'returned payments', 101
) as own (id, kind, description, number)
"""


class Migration(migrations.Migration):
    """Open them."""

    dependencies = [("accounts", "0004_ledger_rules")]

    operations = [migrations.RunSQL(OWN_ACCOUNTS, "delete from accounts_account where kind <> 'customer'")]
