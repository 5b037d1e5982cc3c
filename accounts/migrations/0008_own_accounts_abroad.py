"""More of the bank's own accounts: what fees come to, its position with schemes in euros and dollars, and those through
which one currency becomes another."""

from django.db import migrations

OWN_ACCOUNTS = """
insert into accounts_account (id, kind, status, status_updated_at, currency, category, type_code, description, nickname,
    name, scheme, identification, secondary_identification, switch_status, accrued_micro, opened_at, booked_minor,
    held_minor, limit_minor)
select id, kind, 'Enabled', timestamptz '2026-01-01 00:00:00+00', currency, 'Business', 'CASH', description, '',
    'Lombard ' || description, 'UK.OBIE.SortCodeAccountNumber', '040099' || lpad(number::text, 8, '0'), '', '', 0,
    timestamptz '2026-01-01 00:00:00+00', 0, 0, null
from (values
    ('acc_internal_fees', 'suspense', 'GBP', 'fees', 102),
    ('acc_settlement_eur', 'settlement', 'EUR', 'settlement in euros', 200),
    ('acc_settlement_usd', 'settlement', 'USD', 'settlement in dollars', 201),
    ('acc_exchange_gbp', 'suspense', 'GBP', 'exchange of pounds', 210),
    ('acc_exchange_eur', 'suspense', 'EUR', 'exchange of euros', 211),
    ('acc_exchange_usd', 'suspense', 'USD', 'exchange of dollars', 212)
) as own (id, kind, currency, description, number)
"""
CLOSE = """
delete from accounts_account where id in ('acc_internal_fees', 'acc_settlement_eur', 'acc_settlement_usd',
    'acc_exchange_gbp', 'acc_exchange_eur', 'acc_exchange_usd')
"""


class Migration(migrations.Migration):
    """Open them."""

    dependencies = [("accounts", "0007_arrangements")]

    operations = [migrations.RunSQL(OWN_ACCOUNTS, CLOSE)]
