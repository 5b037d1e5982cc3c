"""Django's entry for this package."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """This package, as Django sees it."""

    name = "consents"
    label = "consents"
    verbose_name = "Consents"
