"""Django's entry for this package."""

from django import db
from django.apps import AppConfig
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started


class OutboxConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """Have every request begin with a connection that is still one.

        One look at one connection stands for what Django does before and after each request for every database and
        cache that there could be.
        """
        from bank.outbox import sql

        request_started.disconnect(db.reset_queries)
        request_started.disconnect(db.close_old_connections)
        request_finished.disconnect(db.close_old_connections)
        request_finished.disconnect(close_caches)
        request_started.connect(sql.forget_hung_up)
