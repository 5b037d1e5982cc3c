"""Processes that do not outlive the one that started them, however that one ends."""

import ctypes
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
# Linux only; elsewhere whatever a killed sandbox leaves behind is found and stopped by the next one.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def ends_with_us(number: signal.Signals) -> Callable[[], None]:
    """What a child calls first (preexec_fn, or after a fork), so that it gets this signal when its parent ends.

    The signal must end it: a shell that started the parent in the background may have had it ignored.
    """

    def ask() -> None:
        if number != signal.SIGKILL:  # that one nobody can ignore
            signal.signal(number, signal.SIG_DFL)
        if LIBC:
            LIBC.prctl(PR_SET_PDEATHSIG, number)

    return ask
