"""Strong customer authentication: the second proof, given for one errand that the customer sees in words.

A method offers something to the page and checks what comes back; apps.py registers them. The first one whose check
passes wins, and what it saw is evidence that is kept with the customer's decision. Here stands the registry, the count
of failures, and the sandbox's fixed code; a bank that is no sandbox knows no such code.
Source: technical standards on strong customer authentication, articles 4 and 5.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from django.conf import settings

from bank.audit import trail
from bank.customers import passwords
from bank.customers.errands import Errand
from bank.customers.models import User

Evidence = dict[str, Any]  # JSON: it is kept


class Outcome(Enum):
    """How an attempt ended."""

    PASSED = "passed"
    FAILED = "failed"
    PAUSED = "paused"  # one failure too many: the log-in is paused


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """How it ended and, if the customer passed, the evidence of it."""

    outcome: Outcome
    evidence: Evidence = field(default_factory=dict)


class SCAMethod(ABC):
    """A way for customers to prove who they are a second time."""

    name: ClassVar[str]
    template: ClassVar[str]  # the part of the page that offers it
    field: ClassVar[str]  # of the form, in which the answer comes

    @abstractmethod
    def is_offered(self, *, customer: User, errand: Errand) -> bool:
        """Tell whether this customer can use it for this errand."""

    def offer(self, *, customer: User, errand: Errand, nonce: str) -> dict[str, object]:  # noqa: ARG002 - a hook's signature
        """What its part of the page is given."""
        return {}

    @abstractmethod
    def check(self, *, customer: User, errand: Errand, nonce: str, answer: str, now: datetime) -> Evidence | None:
        """Return what proves the errand, or nothing if the answer does not. nonce is the one that was offered."""


METHODS: list[SCAMethod] = []


def register(*methods: type[SCAMethod]) -> None:
    """Register methods, while Django starts; pages offer them in this order."""
    METHODS[:] = [each() for each in methods]


def offered(*, customer: User, errand: Errand) -> list[SCAMethod]:
    """The methods that this customer can use for this errand; none: nobody gets past this point."""
    return [each for each in METHODS if each.is_offered(customer=customer, errand=errand)]


def complete(customer: User, *, errand: Errand, nonce: str, form: Mapping[str, str], now: datetime) -> Attempt:
    """Take the customer's answer; a wrong one counts like a wrong password, a right one forgives those before.

    Locks the customer: attempts of one customer follow each other, so that no code is taken twice.
    """
    person = User.objects.select_for_update().get(pk=customer.pk)
    if passwords.is_paused(person, now=now):
        return Attempt(outcome=Outcome.PAUSED)
    for each in offered(customer=person, errand=errand):
        answer = form.get(each.field, "").strip()
        seen = each.check(customer=person, errand=errand, nonce=nonce, answer=answer, now=now) if answer else None
        if seen is not None:
            passwords.forgive(person)
            evidence = {"method": each.name, "at": now.isoformat(), "facts": dict(errand.facts), **seen}
            _record(person, method=each, errand=errand, now=now)
            return Attempt(outcome=Outcome.PASSED, evidence=evidence)
    pauses = passwords.count_failure(person, what="strong authentication", now=now)
    return Attempt(outcome=Outcome.PAUSED if pauses else Outcome.FAILED)


def _record(person: User, *, method: SCAMethod, errand: Errand, now: datetime) -> None:
    trail.record(
        actor=f"{person.kind}:{person.username}",
        action="log-in.strongly-authenticated",
        subject=person.username,
        now=now,
        detail={"method": method.name, "errand": errand.id},
    )


class FixedCode(SCAMethod):
    """The sandbox's one-time code, the same for everybody and told to everybody."""

    name: ClassVar[str] = "fixed-code"
    template: ClassVar[str] = "lombard/sca_code.html"
    field: ClassVar[str] = "otp"

    def is_offered(self, *, customer: User, errand: Errand) -> bool:  # noqa: ARG002 - everybody knows it
        """Only in a sandbox, and beside a password, which strangers must not change there either."""
        return bool(settings.SANDBOX and settings.SCA_FIXED_CODE) and not errand.has_no_password

    def offer(self, *, customer: User, errand: Errand, nonce: str) -> dict[str, object]:  # noqa: ARG002 - nothing is sent
        """Tell the code."""
        return {"hint": f"No message was sent. The one-time code of this sandbox is {settings.SCA_FIXED_CODE}."}

    def check(self, *, customer: User, errand: Errand, nonce: str, answer: str, now: datetime) -> Evidence | None:  # noqa: ARG002 - one code for all
        """Compare with the code, in constant time."""
        return {} if secrets.compare_digest(answer.encode(), settings.SCA_FIXED_CODE.encode()) else None
