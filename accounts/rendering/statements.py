"""Statements on the wire."""

from collections.abc import Set as AbstractSet
from typing import Any, cast

from accounts import permissions, statements
from accounts.models import Statement
from accounts.rendering.atoms import amount, instant, statement_amount
from accounts.rendering.facts import Account
from accounts.schemas.statements import OBStatement2, StatementAmount


def statement(row: Statement, *, of: Account, held: AbstractSet[str]) -> OBStatement2:
    """A statement, as it was made; its amounts only under ReadStatementsDetail."""
    hidden = permissions.hidden_fields(held, detail="ReadStatementsDetail")
    shown: dict[str, Any] = {
        "AccountId": of.account_id,
        "StatementId": row.pk,
        "StatementReference": row.reference,
        "Type": row.kind,
        "StartDateTime": instant(row.starts_at),
        "EndDateTime": instant(statements.shown_end(row.ends_at)),
        "CreationDateTime": instant(row.created_at),
        **row.details,
        "StatementAmount": _sums(row, currency=of.currency) + row.details.get("StatementAmount", []),
    }
    if row.closing_minor >= 0:  # what it comes to has no sign
        shown["TotalValue"] = amount(row.closing_minor, of.currency)
    return cast("OBStatement2", {name: member for name, member in shown.items() if name not in hidden})


def _sums(row: Statement, *, currency: str) -> list[StatementAmount]:
    sums = {
        "StartingBalance": row.opening_minor,
        "TotalCredits": row.credits_minor,
        "TotalDebits": -row.debits_minor,
        "ClosingBalance": row.closing_minor,
    }
    return [statement_amount(kind, minor, currency, per_pound=row.per_pound) for kind, minor in sums.items()]
