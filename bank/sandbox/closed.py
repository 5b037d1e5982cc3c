"""A bank that is closed: its database runs for one command alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from bank.sandbox import lock, postgres


@contextmanager
def bank(*, about: str) -> Iterator[None]:
    """Keep the bank closed, and its database ready, for as long as the context; about: what is done meanwhile.

    A database of one's own (DATABASE_URL) is taken as it is. Raises lock.AlreadyRunning, postgres.PostgresError.
    """
    if settings.OWNER_URL or settings.APP_URL:
        yield
        return
    lock.Lock(settings.VAR_DIR).take(about=about)
    server = postgres.Server(settings.VAR_DIR)
    server.start()
    try:
        call_command("setup", verbosity=0)
        yield
    finally:
        connections.close_all()
        server.stop()
