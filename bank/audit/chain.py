"""The chain over the trail: sealing entries, and proving that none was changed or removed since.

A seal's digest is SHA-256 over the previous digest and the canonical JSON of the seal's position, its time and its
entry. One chain head that every payment locks would halve the bank, so entries are sealed afterwards, within a second,
by one sealer at a time. What the chain cannot see by itself is its own end cut off, entries with seals: for that
the head is told (each batch is logged, `audit verify` prints it), and verify() compares with a head noted elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import connection

log = structlog.get_logger(__name__)

# An arbitrary number that names the sealer's advisory lock: "lombard" on a telephone's keys.
SEALER = 5662273
BATCH = 5000
START = bytes(32)
# No transaction of the bank stays open this long (locks time out after 10 s), so an entry that is older than what was
# sealed this long ago is committed and sealed, or was rolled back. seal(everything=True) does without this assumption.
LATECOMER = timedelta(seconds=60)

ENTRY = "entry.id, entry.at, entry.actor, entry.action, entry.subject, entry.detail::text, entry.interaction_id"
HEAD = "select position, digest from audit_seal order by position desc limit 1"
UNSEALED = f"""
select {ENTRY} from audit_entry entry
where entry.id > coalesce(
        (select entry_id from audit_seal where sealed_at < %s order by position desc limit 1), 0)
  and not exists (select from audit_seal seal where seal.entry_id = entry.id)
order by entry.id limit %s
"""  # noqa: S608 - the columns are a constant of this module
SEAL = """
insert into audit_seal (position, entry_id, digest, sealed_at)
select position, entry_id, digest, %s
from unnest(%s::bigint[], %s::bigint[], %s::bytea[]) as seal (position, entry_id, digest)
"""
CHAIN = f"""
select seal.position, seal.digest, seal.sealed_at, {ENTRY}
from audit_seal seal left join audit_entry entry on entry.id = seal.entry_id order by seal.position
"""  # noqa: S608 - the columns are a constant of this module
TAIL = """
select count(*), min(at) from audit_entry entry
where not exists (select from audit_seal seal where seal.entry_id = entry.id)
"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What verify() found."""

    sealed: int  # seals that hold, from the first on
    head: str  # digest of the last of these, in hex
    bad_position: int | None  # the first seal that does not hold
    why: str
    unsealed: int  # entries without a seal: the tail of the last second, or what lost its seal
    unsealed_since: datetime | None

    @property
    def holds(self) -> bool:
        """Tell whether every seal holds."""
        return self.bad_position is None


def seal(now: datetime, *, everything: bool = False) -> int:
    """Give unsealed entries, at most BATCH, their place in the chain; return how many.

    Must run in a transaction; while another sealer is at work this does nothing and returns 0. everything also looks
    for entries whose transaction was open longer than LATECOMER: slower, for every few minutes.
    """
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [SEALER])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(HEAD)
        position, digest = cursor.fetchone() or (0, START)
        cursor.execute(UNSEALED, [datetime.min.replace(tzinfo=UTC) if everything else now - LATECOMER, BATCH])
        seals: list[tuple[int, int, bytes]] = []
        for entry in cursor.fetchall():
            position += 1
            digest = link(digest, position=position, sealed_at=now, entry=entry)
            seals.append((position, entry[0], digest))
        if seals:
            cursor.execute(SEAL, [now, *(list(column) for column in zip(*seals, strict=True))])
            log.info("audit.sealed", position=position, head=digest.hex())
    return len(seals)


def link(previous: bytes, *, position: int, sealed_at: datetime, entry: tuple[Any, ...]) -> bytes:
    """The digest of one place in the chain. detail counts as PostgreSQL writes it, so that no number loses a digit."""
    number, at, actor, action, subject, detail, interaction_id = entry
    content = {
        "position": position,
        "sealed_at": sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "id": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": detail,
        "interaction_id": interaction_id,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(bytes(previous) + canonical.encode()).digest()


def verify(*, noted: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain from its start, row by row; find the first place that does not hold, and the unsealed tail.

    noted is a head that was written down elsewhere, (position, digest in hex): the chain must still contain it.
    """
    sealed, digest, bad, why = 0, START, None, ""
    for position, stored, sealed_at, *entry in _rows():
        expected = sealed + 1
        if position != expected:
            bad, why = expected, f"the seal at position {expected} is missing"
            break
        if entry[0] is None:
            bad, why = position, "the entry that was sealed here is gone"
            break
        digest = link(digest, position=position, sealed_at=sealed_at, entry=tuple(entry))
        if bytes(stored) != digest:
            bad, why = position, f"entry {entry[0]} or its seal was changed"
            break
        if noted and noted[0] == position and noted[1] != digest.hex():
            bad, why = position, "the noted head had another digest"
            break
        sealed = position
    if bad is None and noted and noted[0] > sealed:
        bad, why = sealed + 1, f"the chain ends at {sealed}, before the noted head at {noted[0]}"
    with connection.cursor() as cursor:
        cursor.execute(TAIL)
        unsealed, since = cursor.fetchone()
    return Verdict(sealed=sealed, head=digest.hex(), bad_position=bad, why=why, unsealed=unsealed, unsealed_since=since)


def _rows() -> Iterator[tuple[Any, ...]]:
    """Stream the chain: a trail of years does not fit in memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(CHAIN)
        while rows := cursor.fetchmany(2000):
            yield from rows
