"""Pings: telling a client that its customer has decided (CIBA section 10.2).

The call is made by the worker, after the transaction that took the message from the outbox. An answer of any kind ends
it, 3xx included, which is never followed; where there was none it is tried again, twice. A ping that is lost costs the
client nothing but time: it may ask at the token endpoint as well.
"""

import functools
from datetime import datetime, timedelta

import orjson
import structlog

from bank import clock, outbound
from bank.audit import trail
from bank.oauth import backchannel
from bank.oauth.models import BackchannelRequest
from bank.outbox import handlers, unit

log = structlog.get_logger()
CALL_SECONDS = 3.0
PAUSES = (timedelta(seconds=2), timedelta(seconds=10))


@handlers.handler(backchannel.PING, calls_others=True)
def ping(*, request_id: int, now: datetime, attempt: int = 0) -> None:
    """Tell a client, once this unit of work is done, that its request was decided and not yet fetched."""
    decided = (BackchannelRequest.Status.APPROVED, BackchannelRequest.Status.DENIED)
    rows = BackchannelRequest.objects.select_related("client")
    row = rows.filter(pk=request_id, status__in=decided, expires_at__gt=now).first()
    if row is not None:
        unit.afterwards(functools.partial(_call, row, attempt=attempt))


def _call(row: BackchannelRequest, *, attempt: int) -> None:
    body = orjson.dumps({"auth_req_id": backchannel.auth_req_id(row.reference)})
    headers = {"Authorization": f"Bearer {row.client_notification_token}", "Content-Type": "application/json"}
    url = row.client.backchannel_client_notification_endpoint
    try:
        status = outbound.call("POST", url, headers=headers, body=body, seconds=CALL_SECONDS).status
    except outbound.Unreachable as reason:
        _note(row, outcome=str(reason), attempt=attempt, is_answered=False)
    else:
        _note(row, outcome=f"Answered {status}.", attempt=attempt, is_answered=True)


def _note(row: BackchannelRequest, *, outcome: str, attempt: int, is_answered: bool) -> None:
    """Keep how a call went, for the TPP to look up, and plan the next one if nobody answered."""
    now = clock.now()
    log.info("oauth.ping", client_id=row.client.client_id, attempt=attempt, outcome=outcome)
    with unit.work():
        trail.record(
            actor="bank:oauth",
            action="backchannel.pinged",
            subject=row.consent_id or str(row.reference),
            detail={"client_id": row.client.client_id, "attempt": attempt, "outcome": outcome},
            now=now,
        )
        if is_answered:
            BackchannelRequest.objects.filter(pk=row.pk).update(notified_at=now)
        elif attempt < len(PAUSES):
            payload = {"request_id": row.pk, "attempt": attempt + 1}
            unit.put(kind=backchannel.PING, payload=payload, due_at=now + PAUSES[attempt], now=now)
