"""Idempotency keys: the first request with a key claims it, and every later one is shown what the first created.

Claimed in the transaction that creates the resource, under a unique index: a simultaneous twin waits for the first to
end, and claims the key itself if the first is rolled back. The answer is not kept; a replay shows the resource as it
stands.
Source: Read/Write API profile v4.0.1, "Idempotency".
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from bank.errors import Refused
from bank.outbox import sql

WINDOW = timedelta(hours=24)

CLAIM = """
insert into api_idempotencykey as held (client_id, endpoint, key, body_digest, resource_id, created_at)
values (%s, %s, %s, %s, %s, %s)
on conflict (client_id, endpoint, key) do update
set body_digest = excluded.body_digest, resource_id = excluded.resource_id, created_at = excluded.created_at
where held.created_at <= excluded.created_at - %s
returning resource_id
"""
HOLDER = """
select resource_id, body_digest from api_idempotencykey where client_id = %s and endpoint = %s and key = %s
"""


class KeyReused(Refused):
    """The key was used within the last 24 hours with another body."""

    code = "U029"
    status = 422
    message = "The x-idempotency-key was used before, with another body."


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a key stands for: a resource to be created now, or one that was created before."""

    resource_id: str
    is_first: bool


def claim(key: str, *, client_pk: int, endpoint: str, body: bytes, resource_id: str, now: datetime) -> Claim:
    """Claim a key for the resource about to be created, or learn which one it has created. Raises KeyReused.

    The twin of a request that is still under way waits here. Bodies are the same when their bytes are.
    """
    digest = hashlib.sha256(body).digest()
    claimed = sql.prepared(CLAIM, [client_pk, endpoint, key, digest, resource_id, now, WINDOW]).fetchone()
    if claimed is not None:
        return Claim(resource_id=resource_id, is_first=True)
    held = sql.prepared(HOLDER, [client_pk, endpoint, key]).fetchone()
    assert held is not None, "a key is removed only after its window, and was within it a statement ago"
    if bytes(held[1]) != digest:
        raise KeyReused
    return Claim(resource_id=held[0], is_first=False)
