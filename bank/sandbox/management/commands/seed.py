"""Bring in the town: the sandbox's customers with their histories, and the staff; if asked, a crowd beside them."""

import gc
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bank import clock
from bank.audit import trail
from bank.outbox import unit
from bank.sandbox import cast, closed, lock, postgres, progress
from bank.sandbox.life import crowd, seeding
from bank.sandbox.life.lives import Life

CUSTOMERS_MAX = 1_000_000
MONTHS_MAX = 120


class Command(BaseCommand):
    """Seeds once; a bank that is seeded is left as it is."""

    requires_system_checks = ()
    help = (
        "Makes the customers and staff of the sandbox, with all that happened on their accounts; once."
        " With --customers, a crowd of so many beside them, made up: a large bank. They come in while it is closed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large the crowd is, and how long its past."""
        parser.add_argument("--customers", type=int, default=0, help="how many, beside the town's own people (none)")
        parser.add_argument("--months", type=int, default=24, help="how far back their histories go (%(default)s)")
        parser.add_argument("--seed", type=int, default=1, help="another makes another crowd (%(default)s)")

    def handle(self, *_arguments: Any, verbosity: int = 1, **options: Any) -> None:
        """Bring in the staff, then the whole town in one transaction, then make its statements; then the crowd."""
        if not 0 <= options["customers"] <= CUSTOMERS_MAX or not 0 <= options["months"] <= MONTHS_MAX:
            raise CommandError(f"At most {CUSTOMERS_MAX:,} customers and {MONTHS_MAX} months, and none below nothing.")
        if not options["customers"]:
            self.bring_town(verbosity=verbosity)
            return
        try:
            with closed.bank(about="bringing in a crowd"):
                self.bring_town(verbosity=verbosity)
                self.bring_crowd(
                    options["customers"], months=options["months"], seed=options["seed"], verbosity=verbosity
                )
        except (lock.AlreadyRunning, postgres.PostgresError) as reason:
            raise CommandError(str(reason)) from reason

    def bring_town(self, *, verbosity: int) -> None:
        """Bring in the town, unless it is there."""
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

    def bring_crowd(self, customers: int, *, months: int, seed: int, verbosity: int) -> None:
        """Bring a crowd in, all or none; then make its statements, a batch of customers at a time."""
        now = clock.now()
        if crowd.has_arrived():
            raise CommandError("There is a crowd here already; manage.py reset throws the bank away.")
        people = crowd.people(customers, months=months, seed=seed, now=now)
        gc.freeze()  # the crowd stays: the collector need not look through it again and again
        began = min(life.begins_on for life in people)
        whole, bar = (now.date() - began).days, progress.Bar(self.stdout)

        def told(done: int, day: date) -> None:
            if verbosity:
                bar.show((day - began).days / whole, f"{done:,} transactions, up to {day}")

        def says(words: str, count: int) -> None:
            spent = time.monotonic() - started
            bar.end()
            self.say(f"{count:,} transactions after {spent:.0f} s: {words} …", verbosity=verbosity)

        self.say(f"Making {customers:,} customers and their accounts …", verbosity=verbosity)
        started = time.monotonic()
        count = seeding.settle_in(people, now=now, told=told, says=says, is_crowd=True)
        spent = time.monotonic() - started
        self.say(
            f"{count:,} transactions in {spent:.0f} s, {count / spent:,.0f} a second; every rule of the ledger holds.",
            verbosity=verbosity,
        )
        self._make_statements(people, verbosity=verbosity)
        with unit.work():
            detail = {"customers": customers, "months": months, "seed": seed, "transactions": count}
            trail.record(actor="bank:seed", action="sandbox.crowd-seeded", subject="sandbox", detail=detail, now=now)

    def _make_statements(self, people: list[Life], *, verbosity: int) -> None:
        bar, now = progress.Bar(self.stdout), clock.now()
        for start in range(0, len(people), crowd.BATCH):
            batch = people[start : start + crowd.BATCH]
            with unit.work():
                seeding.make_statements(batch, now=now)
            if verbosity:
                done = start + len(batch)
                bar.show(done / len(people), f"statements of {done:,} customers")
        bar.end()

    def say(self, words: str, *, verbosity: int) -> None:
        """Show progress, unless nobody wants to see it."""
        if verbosity:
            self.stdout.write(words)
            self.stdout.flush()
