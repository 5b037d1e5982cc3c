"""The page on a customer's telephone: what apps ask past any browser (CIBA), each leading to the page that asks.

Log-in stands at /security/login; proving and deciding are the pages that browsers are sent to as well (views.py).
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bank import clock, rights
from bank.customers.models import User
from bank.oauth import backchannel
from consents.pages import channels, views, visits

LOGIN = "/security/login"
DONE = {
    "approved": "You approved it. Go on where you were asked.",
    "refused": "It was not approved. Whoever asked is told so.",
}


@rights.audience("customer")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """List the requests that wait for whoever is logged in."""
    customer = request.user
    if not isinstance(customer, User):
        location = f"{LOGIN}?{urlencode({'to': channels.HOME})}"
        return HttpResponse(status=views.SEE_OTHER, headers={"Location": location, "Cache-Control": "no-store"})
    context = {
        "customer": customer,
        "done": DONE.get(request.GET.get("done", ""), ""),
        "requests": _listed(customer),
    }
    response = render(request, "lombard/approvals.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _listed(customer: User) -> list[dict[str, object]]:
    """What the page says of each; one whose consent was taken back in the meantime is left out."""
    now, told = clock.now(), []
    for row in backchannel.waiting_for(customer, now=now):
        try:
            visit = visits.find(str(row.reference), now=now)
        except channels.Unusable:
            continue
        address = f"{views.CONSENT}?{urlencode({'request': visit.reference})}"
        told.append({**visit.words, **visit.channel.words, "asker": visit.asker, "address": address})
    return told
