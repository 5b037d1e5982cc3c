"""Whom the bank believes when they vouch for a TPP: rows that staff add, and that two people trust or distrust.

What an anchor is asked about: bank/tpps/chains.py for certificates, bank/tpps/statements.py for software statements.
"""

from datetime import datetime
from typing import Any

from bank.audit import trail
from bank.tpps import certificates
from bank.tpps.models import TrustAnchor


def add(*, actor: str, now: datetime, **fields: Any) -> TrustAnchor:
    """Keep somebody who may vouch for TPPs, not trusted yet. Needs an open unit of work."""
    made = TrustAnchor.objects.create(**fields, trusted_since=now, withdrawn_at=now)
    detail = {"name": made.name, "kind": made.kind, "uses": made.uses}
    trail.record(actor=actor, action="trust_anchor.added", subject=str(made.pk), detail=detail, now=now)
    return made


def trust(anchor: TrustAnchor, *, reason: str, actor: str, now: datetime) -> None:
    """Believe it from now on. Needs an open unit of work."""
    TrustAnchor.objects.filter(pk=anchor.pk).update(trusted_since=now, withdrawn_at=None)
    _changed(anchor, "trusted", reason=reason, actor=actor, now=now)


def distrust(anchor: TrustAnchor, *, reason: str, actor: str, now: datetime) -> None:
    """Believe it no more, nor what it vouched for before. Needs an open unit of work."""
    TrustAnchor.objects.filter(pk=anchor.pk).update(withdrawn_at=now)
    _changed(anchor, "distrusted", reason=reason, actor=actor, now=now)


def _changed(anchor: TrustAnchor, what: str, *, reason: str, actor: str, now: datetime) -> None:
    certificates.forget()
    detail = {"name": anchor.name, "reason": reason}
    trail.record(actor=actor, action=f"trust_anchor.{what}", subject=str(anchor.pk), detail=detail, now=now)
