"""What the customer decided: turned into a code or a refusal, once, and told to the client by a redirect.

Called by the pages, in the unit of work in which the consent moves.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bank.audit import trail
from bank.customers.models import User
from bank.oauth import backends, details, profile, requests, responses
from bank.oauth.clients import Caller
from bank.oauth.models import Authorization, AuthorizationRequest

NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")  # RFC 6749 section 4.1.2.1 on error_description


def approve(
    request: AuthorizationRequest,
    *,
    user: User,
    consent_id: str | None,
    auth_time: datetime,
    acr: str,
    now: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> str:
    """Make the code of an approval; return where the browser goes.

    request comes from requests.load(lock=True). auth_time and acr tell when and how the customer was authenticated,
    evidence proves it.
    """
    claims = request.parameters.get("claims")
    assert requests.intent_id(request) == (consent_id or ""), "the customer approves what the client asked for"
    request.decide(now=now)
    client = request.client
    authorization = Authorization.objects.create(
        client=client,
        user=user,
        consent_id=consent_id,
        acr=profile.acr(claims, reached=acr, acr_values=request.parameters.get("acr_values", "")),
        auth_time=auth_time,
        claims=profile.claims_of(claims),
        authorization_details=details.read(request.parameters.get("authorization_details")),
        evidence=dict(evidence or {}),
        created_at=now,
    )
    caller = Caller(now=now, client=client)
    answer = backends.approve(
        request.parameters, client=client, authorization=authorization, caller=caller, dpop_jkt=request.dpop_jkt
    )
    trail.record(
        actor=f"customer:{user.username}",
        action="authorization.approved",
        subject=consent_id or client.client_id,
        detail={"client_id": client.client_id, "authorization": str(authorization.pk), "acr": authorization.acr},
        now=now,
    )
    return responses.redirect(request.parameters, answer, client=client, now=now)


def refuse(
    request: AuthorizationRequest,
    *,
    code: str = "access_denied",
    description: str,
    now: datetime,
    user: User | None = None,
) -> str:
    """Use a request up without a code; return where the browser goes.

    code is OAuth's, description may hold an ISO code and is cut to the characters that OAuth allows. The consent is
    the caller's to reject. user is whoever was logged in, if anybody.
    """
    request.decide(now=now)
    told = NOT_ALLOWED.sub(" ", description)
    trail.record(
        actor=f"customer:{user.username}" if user else "bank:oauth",
        action="authorization.refused",
        subject=requests.intent_id(request) or request.client.client_id,
        detail={"client_id": request.client.client_id, "error": code, "description": told},
        now=now,
    )
    answer = {"error": code, "error_description": told}
    return responses.redirect(request.parameters, answer, client=request.client, now=now)
