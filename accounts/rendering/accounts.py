"""Accounts on the wire."""

from collections.abc import Set as AbstractSet
from typing import Any, cast

from django.conf import settings

from accounts import permissions
from accounts.rendering.atoms import instant, instant_of, present
from accounts.rendering.facts import Account
from accounts.schemas.accounts import OBAccount6, OBStatementFrequencyAndFormat

BIC = "LMBDGB2LXXX"  # made up, like the bank
MONTHLY: OBStatementFrequencyAndFormat = {"Frequency": "MNTH", "CommunicationMethod": "ONLI", "Format": "DPDF"}


def account(row: Account, *, lei: str, held: AbstractSet[str]) -> OBAccount6:
    """An account; its number, its bank and how its statements come only under ReadAccountsDetail.

    lei: its holder's, where that is a legal entity.
    """
    number = {
        "SchemeName": row.scheme,
        "Identification": row.identification,
        "Name": row.name,
        "LEI": lei,
        "SecondaryIdentification": row.secondary_identification,
    }
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
        "MaturityDate": instant_of(row.matures_at),
        "SwitchStatus": row.switch_status,
        "Account": [permissions.mask_account(present(number), held=held)],
        "StatementFrequencyAndFormat": [MONTHLY] if row.statement_day else [],
        "Servicer": {"SchemeName": "UK.OBIE.BICFI", "Identification": BIC, "Name": settings.BANK_NAME},
    }
    hidden = permissions.hidden_fields(held, detail="ReadAccountsDetail")
    return cast("OBAccount6", present(shown, hidden=hidden))
