"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def bank(_request: HttpRequest) -> dict[str, object]:
    """The bank's name, and whether it is a sandbox."""
    return {"bank_name": settings.BANK_NAME, "is_sandbox": settings.SANDBOX}
