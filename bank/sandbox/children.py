"""The sandbox's processes: each is started, watched, started again when it ends, and stopped when the sandbox stops."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bank.sandbox import parenthood

BACK_OFF_SECONDS_MAX = 30.0
HEALTHY_AFTER_SECONDS = 60.0
STOP_SECONDS = 25.0


@dataclass
class Child:
    """One process and its log file."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    failures: int = field(default=0, init=False)
    started_at: float = field(default=0.0, init=False)
    start_again_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start the process. What it says goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,  # Ctrl-C at the terminal reaches the supervisor alone
                # At once: nothing is lost by it, and who shuts down may wait for what has gone already. Gunicorn's
                # workers end with their master in the same way; the others have no children.
                preexec_fn=parenthood.ends_with_us(signal.SIGKILL),  # noqa: PLW1509 - all it calls is prctl
            )
        self.started_at = time.monotonic()
        self.start_again_at = 0.0

    def watch(self) -> str:
        """Start the process again if it has ended, each time in a row after a longer wait; say what happened, if so."""
        if self.process and self.process.poll() is None:
            return ""
        instant = time.monotonic()
        if not self.start_again_at:
            self.failures = 0 if instant - self.started_at > HEALTHY_AFTER_SECONDS else self.failures + 1
            wait_seconds = min(2.0 ** (self.failures - 1), BACK_OFF_SECONDS_MAX) if self.failures > 1 else 0.0
            self.start_again_at = instant + wait_seconds
            how = _how(self.process)
            return f"{self.name} ended ({how}); {self.log} says why; it starts again in {wait_seconds:.0f} s"
        if instant >= self.start_again_at:
            self.start()
        return ""

    def ask_to_end(self) -> None:
        """Ask the process to finish what it is doing and end."""
        if self.process:
            self.process.terminate()

    def wait(self) -> None:
        """Wait until the process has ended as it was asked to; end it if it does not."""
        if not self.process:
            return
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()

    def kill(self) -> None:
        """End the process and whatever it started, at once."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)


def _how(process: subprocess.Popen[bytes] | None) -> str:
    code = process.returncode if process else 0
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
