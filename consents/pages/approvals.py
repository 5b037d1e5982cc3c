"""The page on a customer's telephone: what apps ask past any browser (CIBA), each leading to the page that asks.

Log-in stands at /security/login; proving and deciding are the pages that browsers are sent to as well (views.py).
"""

from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bank.customers.entrance import LOGIN, READ, go, locked_down
from bank.customers.models import User
from bank.oauth import backchannel
from consents.pages import channels, views, visits

DONE = {
    "approved": "You approved it. Go on where you were asked.",
    "refused": "It was not approved. Whoever asked is told so.",
}


@partial(locked_down, methods=READ)
def waiting(request: HttpRequest, now: datetime) -> HttpResponse:
    """List the requests that wait for whoever is logged in."""
    customer = request.user
    if not isinstance(customer, User):
        return go(LOGIN, to=channels.HOME)
    context = {
        "customer": customer,
        "done": DONE.get(request.GET.get("done", ""), ""),
        "requests": _listed(customer, now=now),
    }
    return render(request, "lombard/approvals.html", context)


def _listed(customer: User, *, now: datetime) -> list[dict[str, object]]:
    """What the page says of each; one whose consent was taken back in the meantime is left out."""
    told = []
    for row in backchannel.waiting_for(customer, now=now):
        try:
            visit = visits.find(str(row.reference), now=now)
        except channels.Unusable:
            continue
        address = f"{views.CONSENT}?{urlencode({'request': visit.reference})}"
        told.append({**visit.words, **visit.channel.words, "asker": visit.asker, "address": address})
    return told
