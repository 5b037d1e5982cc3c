"""Django's entry for this package."""

from django.apps import AppConfig
from django.core.signals import request_started


class OutboxConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """Have every request begin with a connection that is still one."""
        from bank.outbox import sql

        request_started.connect(sql.forget_hung_up)
