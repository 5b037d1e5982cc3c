"""The bank's own accounts that money passes through on its way to and from schemes: sixteen shards, so that none is hot."""

from django.db import migrations

SHARDS = """
insert into accounts_account (id, kind, status, status_updated_at, currency, category, type_code, description, nickname,
    name, identification, opened_at, booked_minor, held_minor, limit_minor)
select 'acc_settlement_' || lpad(shard::text, 2, '0'), 'settlement', 'Enabled', '2026-01-01 00:00:00+00', 'GBP', 'Business', 'CASH',
    'Settlement ' || shard, '', 'Lombard settlement', '040099' || lpad(shard::text, 8, '0'), '2026-01-01 00:00:00+00', 0, 0, null
from generate_series(0, 15) as shard
"""


class Migration(migrations.Migration):
    """Open them."""

    dependencies = [("accounts", "0004_ledger_rules")]

    operations = [migrations.RunSQL(SHARDS, "delete from accounts_account where kind = 'settlement'")]
