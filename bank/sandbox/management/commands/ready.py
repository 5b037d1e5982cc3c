"""Wait until the sandbox is ready: for scripts and CI."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.sandbox import lock


class Command(BaseCommand):
    """Looks for the note that a running sandbox leaves when it answers."""

    help = "Waits until the sandbox that was started on this data folder answers; fails if it does not in time."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how long to wait."""
        parser.add_argument("--timeout", type=float, default=90.0, help="seconds to wait at most (90)")

    def handle(self, *_arguments: Any, timeout: float, **_options: Any) -> None:
        """Wait."""
        deadline = time.monotonic() + timeout
        while not (facts := lock.read_note(settings.VAR_DIR)):
            if time.monotonic() > deadline:
                raise CommandError(f"No sandbox got ready on {settings.VAR_DIR} within {timeout:.0f} seconds.")
            time.sleep(0.1)
        self.stdout.write(f"ready: {facts['LOMBARD_ISSUER']}")
