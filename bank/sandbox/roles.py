"""The two roles in the database: the owner, who migrates, and the application, who owns nothing."""

from typing import Any


class OwnerMigrates:
    """Django's router: tables are made by the owner's connection only."""

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """Tell whether migrations may run over this connection."""
        return db == "owner"
