"""Django's entries for this package, and for its admin in this bank's shape."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class DeskConfig(AppConfig):
    """This package, as Django sees it."""

    name = "bank.desk"
    label = "desk"
    verbose_name = "Desk"


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin, with the bank's own site behind `admin.site`."""

    default = False
    default_site = "bank.desk.site.Desk"
