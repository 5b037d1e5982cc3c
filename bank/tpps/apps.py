"""Django's entry for this package."""

from django.apps import AppConfig


class TppsConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.tpps"
    label = "tpps"
    verbose_name = "TPPs"
