"""Bring in the sandbox's cast and the histories of their accounts."""

from typing import Any

from django.core.management.base import BaseCommand

from bank import clock
from bank.audit import trail
from bank.outbox import unit
from bank.sandbox import cast, histories


class Command(BaseCommand):
    """Seeds once; a bank that is seeded is left as it is."""

    requires_system_checks = ()
    help = "Makes the customers, staff and accounts of the sandbox, with ninety days of transactions; once."

    def handle(self, *_arguments: Any, verbosity: int = 1, **_options: Any) -> None:
        """Seed everything in one transaction, so that it is all there or nothing is."""
        if cast.has_arrived():
            self.say("The cast is here already.", verbosity=verbosity)
            return
        now = clock.now()
        with unit.work():
            self.say("Making customers and staff …", verbosity=verbosity)
            cast.arrive(opened_at=histories.opened_at(now))
            events = histories.tell(now=now)
            self.say(f"Booking {len(events)} transactions of {histories.DAYS} days …", verbosity=verbosity)
            for event in events:
                histories.write(event)
            trail.record(actor="bank:seed", action="sandbox.seeded", subject="sandbox", now=now)
        self.say("Seeded.", verbosity=verbosity)

    def say(self, words: str, *, verbosity: int) -> None:
        """Show progress, unless nobody wants to see it."""
        if verbosity:
            self.stdout.write(words)
            self.stdout.flush()
