"""The bank's only clock.

Views, tasks and commands call now(); rules are given the instant they act at.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant, in UTC."""
    return datetime.now(UTC)
