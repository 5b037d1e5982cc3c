"""What a client learns of a customer who logged in for it: a name of its own, and what it asked for by `claims`.

The endpoint itself: bank/api/userinfo.py. Source: OpenID Connect Core sections 5.3 and 5.5.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bank.oauth import id_tokens
from bank.oauth.models import Authorization

PATH = "/oauth/userinfo"
ON_REQUEST: Mapping[str, Callable[[Authorization], Any]] = MappingProxyType(
    {
        "acr": lambda authorization: authorization.acr,
        "auth_time": lambda authorization: int(authorization.auth_time.timestamp()),
        "openbanking_intent_id": lambda authorization: authorization.consent_id,
    }
)


def claims(authorization: Authorization) -> dict[str, Any]:
    """The claims of a decision; the bank has no others, so that others go unanswered (section 5.5.1)."""
    asked = authorization.claims.get("userinfo")
    names = asked if isinstance(asked, dict) else {}
    found = {name: ON_REQUEST[name](authorization) for name in names if name in ON_REQUEST}
    subject = id_tokens.subject(authorization.user_id, client=authorization.client)
    return {"sub": subject} | {name: value for name, value in found.items() if value is not None}
