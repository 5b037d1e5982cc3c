"""Django's entry for this package."""

from importlib import import_module

from django.apps import AppConfig


class OauthConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.oauth"
    label = "oauth"
    verbose_name = "Authorization server"

    def ready(self) -> None:
        """Register who handles this package's messages."""
        import_module("bank.oauth.pings")
