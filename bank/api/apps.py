"""Django's entry for this package."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.api"
    label = "api"
    verbose_name = "API"
