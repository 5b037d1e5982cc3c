"""What a request may do: all that the resource packages see of a token and its consent.

Read in one statement by bank/api/authentication.py on every call; nothing of it is kept between calls.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

AUTHORIZATION_CODE = "authorization_code"
CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """Who calls, with whose consent, to what extent."""

    tpp_id: str
    software_id: str
    client_id: str
    client_pk: int
    grant: str  # AUTHORIZATION_CODE or CLIENT_CREDENTIALS
    scopes: frozenset[str]
    interaction_id: str
    attended: bool  # the customer is there (bank/api/uses.py)
    claims_customer: bool  # x-fapi-customer-ip-address was sent, whatever it is worth
    authorization_id: UUID | None = None  # the customer's decision behind the token; None for the TPP's own
    consent_id: str | None = None
    consent_kind: str | None = None
    consent_status: str | None = None
    customer_id: int | None = None
    permissions: frozenset[str] = frozenset()
    account_ids: tuple[str, ...] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None

    @property
    def actor(self) -> str:
        """The caller, as the audit trail names it."""
        return f"tpp:{self.client_id}"
