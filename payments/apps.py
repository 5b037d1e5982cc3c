"""Django's entry for this package."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """This package, as Django sees it."""

    name = "payments"
    label = "payments"
    verbose_name = "Payments"
