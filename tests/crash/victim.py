"""A sandbox of its own, whose processes are killed."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from bank.sandbox import lock, parenthood
from tests.journeys import world

READY_SECONDS = 120
STOP_SECONDS = 120
MATCHES = {"web": "gunicorn", "worker": "celery", "database": "postgres"}


class Victim:
    """A running sandbox, started by the command that people start it with."""

    def __init__(self, var: Path) -> None:
        self.world = world.World(
            var, {"LOMBARD_PORT": str(world.free_port()), "LOMBARD_MTLS_PORT": str(world.free_port())}
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOMBARD_")}
        self.environment = environment | self.world.environment | {"LOMBARD_VAR": str(var)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.world.var / "sandbox.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "sandbox"],
                cwd=world.ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=parenthood.ends_with_us(signal.SIGTERM),  # noqa: PLW1509 - all it calls is prctl
            )
        self.world.manage("ready", "--timeout", str(READY_SECONDS))

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(STOP_SECONDS)

    def payments(self, count: int) -> list[dict[str, Any]]:
        """Approved payments of the ready-made TPP, ready to be ordered."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks", "prepare", str(count)],
            cwd=world.ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def kill(self, part: str, *, chance: random.Random) -> str:
        """SIGKILL one process of a part of the bank, whichever chance picks; tell which."""
        processes = [(pid, words) for pid, words in self._descendants() if MATCHES[part] in words]
        if not processes:
            return f"{part}: not there just now"
        pid, words = chance.choice(processes)
        os.kill(pid, signal.SIGKILL)
        return f"{part}: {words[:60]}"

    def is_supervised(self) -> bool:
        """Tell whether the supervisor itself still runs."""
        return bool(self.process and self.process.poll() is None and lock.read_note(self.world.var))

    def _descendants(self) -> list[tuple[int, str]]:
        assert self.process, "the sandbox runs"
        parents: dict[int, int] = {}
        words: dict[int, str] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                pid, stat = int(folder.name), (folder / "stat").read_text()
                parents[pid] = int(stat.rsplit(")", 1)[1].split()[1])
                words[pid] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue  # it ended while we looked
        ours = {self.process.pid}
        for _ in range(4):
            ours |= {pid for pid, parent in parents.items() if parent in ours}
        return sorted((pid, words[pid]) for pid in ours - {self.process.pid} if pid in words)
