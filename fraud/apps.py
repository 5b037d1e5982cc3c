"""Django's entry for this package."""

from django.apps import AppConfig


class FraudConfig(AppConfig):
    """This package, as Django sees it."""

    name = "fraud"
    label = "fraud"
    verbose_name = "Fraud"
