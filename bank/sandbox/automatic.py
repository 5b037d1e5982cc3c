"""POST /sandbox/backchannel/{auth_req_id}/{allow|deny}: answers a back-channel request in its customer's place.

For machines that test CIBA without a person at a telephone. It stands in a sandbox alone; who calls it must know the
auth_req_id, which only the client has. What it does is logged, and kept in the evidence of what it approved.
"""

from datetime import datetime

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse

from bank import clock
from bank.customers.proving import Proof
from bank.oauth.models import BackchannelRequest
from bank.oauth.views import NO_STORE, MachineEndpoint
from consents.pages import answers, channels, visits

log = structlog.get_logger()
METHOD = "sandbox: nobody was asked"


class AutomaticAnswer(MachineEndpoint):
    """POST /sandbox/backchannel/{auth_req_id}/{allow|deny}."""

    def post(self, request: HttpRequest, auth_req_id: str = "", action: str = "") -> HttpResponse:
        """Approve or refuse, whatever the body."""
        row = BackchannelRequest.objects.select_related("user").filter(auth_req_id=auth_req_id).first()
        if row is None or action not in ACTIONS:
            return _refused("The auth_req_id is not known, or the action is neither allow nor deny.")
        log.warning("sandbox.answered_for_customer", path=request.path_info, action=action, customer=row.user.username)
        try:
            ACTIONS[action](row, now=clock.now())
        except (channels.Unusable, answers.AccountNotChosen) as reason:
            return _refused(str(reason) or "The customer has no account for this.")
        row.refresh_from_db()
        return JsonResponse({"status": row.status}, headers=NO_STORE)


def _allow(row: BackchannelRequest, *, now: datetime) -> None:
    """Approve with every account that fits, or with the first where there can be one alone."""
    visit = visits.find(str(row.reference), now=now)
    accounts = visit.eligible(row.user)
    evidence = {"method": METHOD, "at": now.isoformat(), "facts": visit.facts}
    answers.approve(
        visit.reference,
        customer=row.user,
        account_ids=[account.pk for account in (accounts if visit.chooses_many else accounts[:1])],
        proof=Proof(at=now, evidence=evidence),
        now=now,
    )


def _deny(row: BackchannelRequest, *, now: datetime) -> None:
    answers.decline(str(row.reference), fault=answers.DECLINED, actor=f"customer:{row.user.username}", now=now)


ACTIONS = {"allow": _allow, "deny": _deny}


def _refused(words: str) -> HttpResponse:
    body = {"error": "invalid_request", "error_description": words}
    return JsonResponse(body, status=400, headers=NO_STORE)
