"""How often a consent is used: counted by the consents package through this port, limited where the customer is absent.

A TPP may read without the customer only so many times a day; with the customer there, as the header
x-fapi-customer-ip-address says, as often as the customer likes. An address that cannot be a customer's makes a request
unattended, and is noticed: the bank's log and trail tell of it.
Source: Commission Delegated Regulation (EU) 2018/389, article 36(5)(b), as kept in UK law; Read/Write API profile
v4.0.1, request headers and 429.
"""

import ipaddress
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from bank.api import throttling
from bank.api.access import Access
from bank.tpps import presenting

LONDON = ZoneInfo("Europe/London")  # whose midnight ends the day
HEADER = "HTTP_X_FAPI_CUSTOMER_IP_ADDRESS"
NOBODYS = tuple(ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


class TooOftenUnattended(throttling.TooManyRequests):
    """The TPP has read this without the customer as often as it may in a day."""

    message = "Read too often today without the customer; the Retry-After header says how many seconds to wait."


class Uses(ABC):
    """What counts."""

    @abstractmethod
    def count(self, access: Access, *, operation_id: str, account_id: str, now: datetime) -> int | None:
        """Count one use; return how often it was unattended today, None if it may not be unattended once more."""


_installed: list[Uses] = []


def install(port: Uses) -> None:
    """Fill the port; called once, while Django starts."""
    _installed[:] = [port]


def claims_customer(environ: Mapping[str, Any]) -> bool:
    """Tell whether the request says that the customer is there."""
    return HEADER in environ


def is_attended(environ: Mapping[str, Any]) -> bool:
    """Tell whether the customer is there: an address is given, and it can be one that a customer has.

    The address of the TPP's own machine, and those that nobody has on the Internet, are not a customer's. Those kept
    for examples are taken, since a sandbox is where examples are sent.
    """
    try:
        address = ipaddress.ip_address(environ.get(HEADER, ""))
    except ValueError:
        return False
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return not any(address in network for network in NOBODYS) and str(address) != presenting.address(environ)


def note(access: Access, *, operation_id: str, account_id: str | None, now: datetime) -> dict[str, str]:
    """Count a use of the caller's consent; return the rate headers that it brings. Raises TooOftenUnattended."""
    counted = _installed[0].count(access, operation_id=operation_id, account_id=account_id or "", now=now)
    if access.attended:
        return {}
    wait_seconds = _seconds_left(now)
    if counted is None:
        raise TooOftenUnattended(wait_seconds=wait_seconds)
    return {
        "RateLimit-Policy": f'"unattended";q={settings.UNATTENDED_PER_DAY};w={24 * 3600}',
        "RateLimit": f'"unattended";r={settings.UNATTENDED_PER_DAY - counted};t={wait_seconds}',
    }


def _seconds_left(now: datetime) -> int:
    """Whole seconds until midnight in London."""
    local = now.astimezone(LONDON)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(0), tzinfo=LONDON)
    return max(1, int((midnight - now).total_seconds() + 0.999))
