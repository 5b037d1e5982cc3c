"""How far a long command is: a bar that moves on a terminal, a line for every tenth elsewhere."""

import time
from typing import Any

WIDTH = 30


class Bar:
    """Shows a share of the whole, and how long the rest will take at the pace so far."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.began = time.monotonic()
        self._moves = stream.isatty()
        self._told = -1

    def show(self, share: float, words: str) -> None:
        """Show a share from 0 to 1, and what has been done so far."""
        tenth = int(share * 10)
        if not self._moves and tenth <= self._told:
            return
        self._told = tenth
        spent = time.monotonic() - self.began
        left = f", about {_time(spent / share - spent)} left" if 0 < share < 1 else ""
        filled = int(share * WIDTH)
        line = f"[{'#' * filled}{'.' * (WIDTH - filled)}] {share:4.0%}  {words}{left}"
        self.stream.write(f"\r\x1b[K{line}" if self._moves else f"{line}\n")
        self.stream.flush()

    def end(self) -> None:
        """Leave the line, if one was begun."""
        if self._moves and self._told >= 0:
            self.stream.write("\n")
        self._told = -1


def _time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
