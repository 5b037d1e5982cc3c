"""Start the whole bank on this machine, and stop it with Ctrl-C."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bank.sandbox import lock, postgres, supervisor, welcome

FLAGS = {
    "port": ("LOMBARD_PORT", "the browsers' port: pages, discovery, keys (7443)"),
    "mtls-port": ("LOMBARD_MTLS_PORT", "the machines' port, which asks for a client certificate (7444)"),
    "address": ("LOMBARD_ADDRESS", "the address to listen on (127.0.0.1)"),
    "host": ("LOMBARD_HOST", "the public name in every URL of the bank (localhost)"),
    "names": ("LOMBARD_NAMES", "further names and addresses of the bank, with commas (localhost,127.0.0.1)"),
    "var": ("LOMBARD_VAR", "the folder for everything the bank keeps (var)"),
}


class Command(BaseCommand):
    """The command; what it does stands in bank/sandbox/supervisor.py."""

    help = (
        "Starts PostgreSQL, web, workers and beat, fills the bank at the first start, and watches them until Ctrl-C."
        " Scripts wait for it with `manage.py ready`."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare a flag for each setting that people change."""
        for flag, (variable, words) in FLAGS.items():
            parser.add_argument(f"--{flag}", dest=variable, help=f"{words}; also {variable}")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Run until stopped. A reason not to start becomes one sentence."""
        wanted = {variable: options[variable] for variable, _ in FLAGS.values() if options[variable]}
        if wanted:
            # Settings are read once, at the start of a process: so start again with the flags as settings.
            os.execve(sys.executable, [sys.executable, sys.argv[0], "sandbox"], os.environ | wanted)  # noqa: S606 - it is ourselves
        try:
            supervisor.Supervisor(self._say).run(welcome=lambda: self._say(welcome.text()))
        except (lock.AlreadyRunning, postgres.PostgresError, supervisor.CannotStart) as reason:
            raise CommandError(str(reason)) from reason

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
