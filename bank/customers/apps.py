"""Django's entry for this package."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.customers"
    label = "customers"
    verbose_name = "Customers and staff"
