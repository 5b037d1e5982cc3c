"""The bank's two doors: the port for pages, and the machines' port, whose handshake asks for a certificate.

Who may call a view (bank/rights.py) says behind which of them it stands; what is public stands behind both, unless it
is a page. A request that came in by neither, as where one port serves all, finds everything.
"""

from typing import Final

from django.conf import settings
from django.http import HttpRequest

from bank.errors import Refused

PEOPLE: Final = frozenset({"customer", "staff"})
MACHINES: Final = frozenset({"client", "tpp"})


class MachinesElsewhere(Refused):
    """A machine's endpoint was asked for at the pages' port, where no certificate can be shown."""

    code = "U011"
    status = 404
    message = "This path is on the mutual-TLS host, as the discovery document says."


class PagesElsewhere(Refused):
    """A page for people was asked for at the machines' port."""

    code = "U011"
    status = 404
    message = "This path is on the issuer's host, where the pages for people are."


def is_machines(request: HttpRequest) -> bool:
    """Tell whether a request came in by the machines' port."""
    return request.META.get("SERVER_PORT") == str(settings.MTLS_PORT)


def is_pages(request: HttpRequest) -> bool:
    """Tell whether a request came in by the pages' port."""
    return request.META.get("SERVER_PORT") == str(settings.PORT)
