"""Accounts on the wire."""

from collections.abc import Set as AbstractSet
from typing import Any, cast

from django.conf import settings

from accounts import ledger, permissions
from accounts.rendering.atoms import instant
from accounts.rendering.facts import Account
from accounts.schemas.accounts import OBAccount6

BIC = "LMBDGB2LXXX"  # made up, like the bank


def account(row: Account, *, held: AbstractSet[str]) -> OBAccount6:
    """An account; its number and its bank only under ReadAccountsDetail."""
    hidden = permissions.hidden_fields(held, detail="ReadAccountsDetail")
    shown: dict[str, Any] = {
        "AccountId": row.account_id,
        "Status": row.status,
        "StatusUpdateDateTime": instant(row.status_updated_at),
        "Currency": row.currency,
        "AccountCategory": row.category,
        "AccountTypeCode": row.type_code,
        "Description": row.description,
        "Nickname": row.nickname,
        "OpeningDate": instant(row.opened_at),
        "Account": [
            {
                "SchemeName": ledger.SORT_CODE_ACCOUNT_NUMBER,
                "Identification": row.identification,
                "Name": row.name,
            }
        ],
        "Servicer": {"SchemeName": "UK.OBIE.BICFI", "Identification": BIC, "Name": settings.BANK_NAME},
    }
    return cast("OBAccount6", {name: value for name, value in shown.items() if value and name not in hidden})
