"""Generators that run in processes of their own, so that each processor has work.

Such a process is a fresh one: it inherits no connection and no thread. It is one item ahead of its reader, then waits.
"""

import gc
import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import django
from django.conf import settings


class ProcessFailed(Exception):
    """The process ended before its generator did; it has told on standard error why."""


@contextmanager
def generating(function: Callable[..., Iterable[Any]], *args: Any) -> Iterator[Iterator[Any]]:
    """Run a generator function of a module in a fresh process, which ends with the context.

    Arguments and items must bear pickling. Reading raises ProcessFailed.
    """
    here, there = multiprocessing.Pipe()
    command = [sys.executable, "-m", __name__, str(there.fileno())]
    with here, subprocess.Popen(command, cwd=settings.BASE_DIR, pass_fds=[there.fileno()]) as process:
        there.close()
        try:
            here.send((function, args))
            yield _read(here)
        finally:
            process.kill()


def _read(pipe: Connection) -> Iterator[Any]:
    try:
        while item := pipe.recv():
            yield item[0]
    except (EOFError, ConnectionError) as error:
        raise ProcessFailed from error


def _generate(pipe: Connection) -> None:
    django.setup()
    gc.disable()  # a generator of millions of rows has much to look through, and nothing to find
    function, args = pipe.recv()
    for item in function(*args):
        pipe.send((item,))
    pipe.send(())


if __name__ == "__main__":
    _generate(Connection(int(sys.argv[1])))
