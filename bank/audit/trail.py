"""Writing to the trail. Reading and proving it: bank/audit/chain.py."""

from datetime import datetime
from typing import Any

from bank.outbox import unit


def record(*, actor: str, action: str, subject: str, now: datetime, detail: dict[str, Any] | None = None) -> None:
    """Tell the trail what is being done, in the transaction in which it is done.

    actor is who (`tpp:CLIENT_ID`, `customer:USERNAME`, `staff:USERNAME`, `bank:PART`), action a dotted past-tense name
    (`consent.authorised`), subject the id of what it was done to. No secret and no account number goes into detail.
    """
    entry = {"at": now, "actor": actor, "action": action, "subject": subject, "detail": detail or {}}
    unit.current().entries.append(entry)
