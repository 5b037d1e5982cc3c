"""How a resource that comes in pages is asked for: its filter, its cursor, its links."""

from accounts import paging, windows
from accounts.resources.row import Reading
from bank.api.wire import Wire


def place(reading: Reading, *, query: Wire | None = None) -> paging.Place:
    """Where a reading happens; of its query, what the type names is carried through all links."""
    known = query.kind.__annotations__ if query is not None else {}
    asked = {name: text for name, text in reading.query.items() if name in known}
    return paging.Place(consent_id=str(reading.access.consent_id), path=reading.path, query=asked)


def cursor(reading: Reading, at: paging.Place) -> paging.Cursor | None:
    """The page that is asked for; None: the first. Raises CursorInvalid."""
    return at.cursor(reading.query.get(paging.PARAMETER))


def window(reading: Reading) -> windows.Window:
    """The consent's window."""
    return windows.including(reading.access.from_at, reading.access.to_at)


def links(at: paging.Place, *, newer: paging.Cursor | None, older: paging.Cursor | None) -> dict[str, str]:
    """The links of a page: to the first, and to its neighbours where there are any."""
    found = {"First": at.link()}
    if newer is not None:
        found["Prev"] = at.link(newer)
    if older is not None:
        found["Next"] = at.link(older)
    return found
