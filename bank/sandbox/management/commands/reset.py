"""Throw the sandbox's bank away; the next start makes a fresh one."""

import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.sandbox import lock, postgres


class Command(BaseCommand):
    """Deletes what the sandbox made; touches no database of one's own."""

    help = "Deletes the embedded database, keys, certificates, TPPs and logs of the sandbox."
    requires_system_checks = ()

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Delete, unless a sandbox runs."""
        try:
            lock.Lock(settings.VAR_DIR).take(about="resetting")
        except lock.AlreadyRunning as reason:
            raise CommandError(str(reason)) from reason
        postgres.remove(settings.VAR_DIR)
        for name in ("keys", "tpps", "log"):
            shutil.rmtree(settings.VAR_DIR / name, ignore_errors=True)
        for name in ("ca.pem", "sandbox.json"):
            (settings.VAR_DIR / name).unlink(missing_ok=True)
        self.stdout.write("The next start opens a fresh bank.")
