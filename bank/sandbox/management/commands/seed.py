"""Bring in the town: the sandbox's customers with their histories, and the staff."""

from typing import Any

from django.core.management.base import BaseCommand

from bank import clock
from bank.audit import trail
from bank.outbox import unit
from bank.sandbox import cast
from bank.sandbox.life import seeding


class Command(BaseCommand):
    """Seeds once; a bank that is seeded is left as it is."""

    requires_system_checks = ()
    help = "Makes the customers and staff of the sandbox, with all that happened on their accounts; once."

    def handle(self, *_arguments: Any, verbosity: int = 1, **_options: Any) -> None:
        """Bring in the staff, then the whole town in one transaction, then make its statements."""
        if seeding.has_arrived():
            self.say("The town is here already.", verbosity=verbosity)
            return
        now = clock.now()
        people = seeding.people(now=now)
        with unit.work():
            cast.employ_staff(now=now)
        count = seeding.settle_in(
            people, now=now, told=lambda done, _day: self.say(f"{done} transactions …", verbosity=verbosity)
        )
        with unit.work():
            seeding.make_statements(people, now=now)
            trail.record(actor="bank:seed", action="sandbox.seeded", subject="sandbox", now=now)
        self.say(f"{len(people)} customers, {count} transactions.", verbosity=verbosity)

    def say(self, words: str, *, verbosity: int) -> None:
        """Show progress, unless nobody wants to see it."""
        if verbosity:
            self.stdout.write(words)
            self.stdout.flush()
