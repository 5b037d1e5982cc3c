"""Django's entry for this package."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.outbox"
    label = "outbox"
    verbose_name = "Outbox"
