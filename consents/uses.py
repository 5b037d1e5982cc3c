"""Counting how a consent is used, day by day: for the customer to see, and to hold a TPP to what it may do alone."""

from datetime import datetime

import structlog
from django.conf import settings

from bank.api import uses
from bank.api.access import Access
from bank.audit import trail
from bank.outbox import sql, unit

log = structlog.get_logger(__name__)

# The limit is part of the statement: of twins that come at the same time, one waits for the other's row. It is a
# transaction of its own, and reading does not wait until the disk has it: of a count of reads, a power cut may take the
# last half second.
COUNT = """
insert into consents_use as used (consent_id, day, operation, account_id, attended, unattended, last_at)
select %(consent)s, %(day)s::date, %(operation)s, %(account)s, %(attended)s, %(unattended)s, %(now)s
where set_config('synchronous_commit', 'off', true) = 'off'
on conflict (consent_id, day, operation, account_id) do update
    set attended = used.attended + excluded.attended, unattended = used.unattended + excluded.unattended,
        last_at = excluded.last_at
    where excluded.unattended = 0 or used.unattended < %(limit)s
returning unattended"""


class Counted(uses.Uses):
    """Rows of consents.Use: one statement each."""

    def count(self, access: Access, *, operation_id: str, account_id: str, now: datetime) -> int | None:
        """Count one use; return how often it was unattended today, None if it may not be unattended once more."""
        row = sql.prepared(
            COUNT,
            {
                "consent": access.consent_id,
                "day": now.astimezone(uses.LONDON).date(),
                "operation": operation_id,
                "account": account_id,
                "attended": int(access.attended),
                "unattended": int(not access.attended),
                "now": now,
                "limit": settings.UNATTENDED_PER_DAY,
            },
        ).fetchone()
        counted = None if row is None else int(row[0])
        if access.claims_customer and not access.attended and counted == 1:
            _notice(access, operation_id=operation_id, now=now)
        return counted


def _notice(access: Access, *, operation_id: str, now: datetime) -> None:
    """Tell of a customer's address that cannot be one; once a day for what is counted together."""
    log.warning("consent.customer_address_claimed", operation=operation_id)
    with unit.work(interaction_id=access.interaction_id):
        trail.record(
            actor=access.actor,
            action="consent.customer_address_claimed",
            subject=str(access.consent_id),
            now=now,
            detail={"operation": operation_id},
        )
