"""Generators in processes of their own: everything arrives in order, and an end before the end is told."""

import pytest

from bank.sandbox import processes


def test_yields_what_the_other_process_yields():
    with processes.generating(range, 3) as items:
        assert list(items) == [0, 1, 2]


def test_tells_when_the_other_process_fails(capfd):
    with processes.generating(int, "no number") as items, pytest.raises(processes.ProcessFailed):
        next(items)

    assert "ValueError" in capfd.readouterr().err


def test_ends_the_other_process_that_nobody_reads_to_its_end():
    with processes.generating(range, 1_000_000_000) as items:
        assert next(items) == 0
