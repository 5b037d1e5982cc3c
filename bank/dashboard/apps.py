"""Django's entry for this package."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.dashboard"
    label = "dashboard"
    verbose_name = "Customers' own pages"
