"""Windows: which instants a bound takes in, however it is written."""

from datetime import UTC, datetime

import pytest

from accounts import windows
from accounts.windows import Window

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04T12:00:00",
        "2026-03-04T12:00",
        "2026-03-04T12",
        "20260304T120000",
        "20260304T1200",
        "2026-03-04T12:00:00.0",
        "2026-03-04T12:00:00,00000",
        "2026-03-04T12:00:00.000000000",
        "2026-W10-3T12:00:00",
        "2026W103T12:00:00",
        "2026-063T12:00:00",
        "2026063T12:00:00",
        "2026-03-04t12:00:00",
        "2026-03-04T12:00:00Z",
        "2026-03-04T12:00:00+05:00",
        "2026-03-04T12:00:00 05:00",
        "2026-03-04T12:00:00-0800",
        "2026-03-04T12:00:00-08",
    ],
)
def test_reads_every_form_and_drops_the_zone(text):
    assert windows.read(text, path="p", is_end=False) == NOON


@pytest.mark.parametrize(
    "text", ["2026-03-04", "20260304", "2026-W10-3", "2026-063", "2026-03-04Z", "2026-03-04+01:00"]
)
def test_takes_a_date_as_its_whole_day(text):
    assert windows.read(text, path="p", is_end=False) == datetime(2026, 3, 4, tzinfo=UTC)
    assert windows.read(text, path="p", is_end=True) == datetime(2026, 3, 4, 23, 59, 59, 999_000, tzinfo=UTC)


def test_cuts_what_is_finer_than_five_digits():
    assert windows.read("2026-03-04T12:00:00.1234567", path="p", is_end=False).microsecond == 123_450


@pytest.mark.parametrize(
    "text",
    [
        "",
        "T",
        "T12:00",
        "today",
        "2026",
        "2026-3-4",
        "2026-00-01",
        "2026-366",
        "2026-000",
        "2026-03-04T",
        "1e9",
        "\u0662",
    ],
)
def test_refuses_what_is_no_date(text):
    with pytest.raises(windows.FilterInvalid) as refused:
        windows.read(text, path="fromBookingDateTime", is_end=False)

    assert (refused.value.faults[0].code, refused.value.faults[0].path) == ("U003", "fromBookingDateTime")


def test_includes_both_ends_as_they_are_shown():
    window = windows.including(NOON, NOON)

    assert window.holds(NOON)
    assert window.holds(NOON.replace(microsecond=999))  # shown as the end itself
    assert not window.holds(NOON.replace(microsecond=1000))
    assert not window.holds(NOON.replace(hour=11, minute=59, second=59, microsecond=999_999))


def test_meets_another_window_in_what_both_have():
    morning = Window(from_at=NOON.replace(hour=6), until=NOON)
    day = Window(from_at=NOON.replace(hour=9))

    assert morning.meet(day) == Window(from_at=NOON.replace(hour=9), until=NOON)
    assert Window().meet(day) == day
    assert not morning.meet(Window(from_at=NOON)).holds(NOON)
