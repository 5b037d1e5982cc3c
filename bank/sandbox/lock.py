"""One bank a data folder: a lock that the running sandbox holds for its whole life, and the note it leaves for others.

Needs no Django: bank/settings.py reads the note.
"""

import fcntl
import json
import os
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another sandbox holds this data folder; the message names it."""


class Lock:
    """The lock on a data folder. The operating system lets go of it when its holder ends, however it ends."""

    def __init__(self, var: Path) -> None:
        self.path = var / "sandbox.lock"
        self.file: IO[str] | None = None

    def take(self, *, about: str) -> None:
        """Hold the lock until this process ends, leaving a word about the holder. Raises AlreadyRunning."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self.path.read_text().strip()
            raise AlreadyRunning(
                f"A sandbox runs on {self.path.parent} already ({holder}): stop it with Ctrl-C where it was started, or"
                " set LOMBARD_VAR to another folder for a second bank."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, {about}")
        file.flush()
        self.file = file

    def is_held(self) -> bool:
        """Tell whether a sandbox runs here."""
        if not self.path.exists():
            return False
        with self.path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def note(var: Path) -> Path:
    """The file in which a running sandbox says how it is reached."""
    return var / "sandbox.json"


def leave_note(var: Path, facts: dict[str, str]) -> None:
    """Say how this sandbox is reached, to its own user alone; the file appears whole."""
    unfinished = note(var).with_suffix(".unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(facts, file, indent=2)
    unfinished.rename(note(var))


def read_note(var: Path) -> dict[str, str]:
    """What the sandbox that runs on this data folder says about itself; nothing if none runs.

    A note whose writer was killed is not believed: nobody holds the lock.
    """
    path = note(var)
    if not path.exists() or not Lock(var).is_held():
        return {}
    facts: dict[str, str] = json.loads(path.read_text())
    return facts
