"""What is known of an account when a request reads it: what every renderer is given."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account's own facts, and its balances at this moment."""

    account_id: str
    status: str
    status_updated_at: datetime
    currency: str
    category: str
    type_code: str
    description: str
    nickname: str
    name: str
    scheme: str
    identification: str
    secondary_identification: str
    switch_status: str
    statement_day: int | None
    opened_at: datetime
    matures_at: datetime | None
    product_id: str | None
    booked_minor: int
    held_minor: int
    limit_minor: int
    last_booked_at: datetime | None
    last_held_at: datetime | None

    @property
    def moved_at(self) -> datetime:
        """When its balances last became what they are."""
        return max(at for at in (self.opened_at, self.last_booked_at, self.last_held_at) if at is not None)
