"""What Celery does for the API: forgetting idempotency keys whose window is over."""

from typing import Any

from celery import shared_task

from bank import clock
from bank.api import idempotency
from bank.api.models import IdempotencyKey

GRACE = 2  # windows: a key is removed long after it counts as new, so that no claim under way can miss it


@shared_task
def purge(**_: Any) -> int:
    """Remove keys that ceased to count; return how many. May run twice at once."""
    now = clock.now()
    return IdempotencyKey.objects.filter(created_at__lt=now - GRACE * idempotency.WINDOW).delete()[0]
