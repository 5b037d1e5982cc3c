"""Django's entry for this package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """This package, as Django sees it."""

    name = "accounts"
    label = "accounts"
    verbose_name = "Accounts"
