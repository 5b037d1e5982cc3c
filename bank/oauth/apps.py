"""Django's entry for this package."""

from django.apps import AppConfig


class OauthConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.oauth"
    label = "oauth"
    verbose_name = "Authorization server"
