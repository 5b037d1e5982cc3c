"""Bring the database to this version: tables, rights, broker, keys, the directory's authority, a sandbox's rates."""

import importlib
import importlib.util
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from bank import clock
from bank.outbox import unit
from bank.sandbox import roles
from bank.sandbox.life import market


class Command(BaseCommand):
    """May be run at any time, any number of times; the sandbox runs it at every start."""

    help = (
        "Migrates as the owner (DATABASE_URL), grants the application's role its rights, installs the broker in the"
        " database where that is the broker, makes the bank's first signing keys, and in a sandbox quotes the rates."
    )
    requires_system_checks = ()

    def handle(self, *_arguments: Any, verbosity: int = 1, **_options: Any) -> None:
        """Run every step; each does only what is missing."""
        try:
            roles.ensure_application()
        except roles.RoleNotMade as refused:
            raise CommandError(str(refused)) from refused
        call_command("migrate", database="owner", verbosity=0, interactive=False, skip_checks=True)
        roles.grant()
        if settings.CELERY_BROKER_URL.startswith("pgmq"):
            roles.install_broker()
        now = clock.now()
        with unit.work():
            for name, function in [("bank.keys.store", "ensure"), ("bank.tpps.directory", "ensure_authority")]:
                if importlib.util.find_spec(name):
                    getattr(importlib.import_module(name), function)(now)
            if settings.SANDBOX:
                market.quote(now=now)
        if verbosity:
            self.stdout.write("The database is ready.")
