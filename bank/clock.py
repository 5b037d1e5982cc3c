"""The bank's only clock.

Views, tasks and commands call now(); rules are given the instant they act at. A sandbox may be set ahead, to see what
ends: certificates, consents, keys.
"""

from datetime import UTC, datetime

from django.conf import settings


def now() -> datetime:
    """Return the current instant, in UTC."""
    return datetime.now(UTC) + settings.CLOCK_AHEAD
