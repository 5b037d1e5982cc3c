"""Django's entry for this package."""

from django.apps import AppConfig


class KeysConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.keys"
    label = "keys"
    verbose_name = "Signing keys"
