"""Strong customer authentication: the second proof, given for one errand that the customer sees in words.

A method begins a challenge and completes it. The sandbox has one, with a fixed code that its page tells to everybody; a
bank without the sandbox setting has none yet and lets nobody past this point.
Source: the regulatory technical standards on strong customer authentication, articles 4 and 5.
"""

import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from django.conf import settings

from bank.audit import trail
from bank.customers import passwords
from bank.customers.models import User


class NoMethod(Exception):
    """The bank has no way to authenticate its customers strongly."""


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What the customer is asked: words for the page, and what the page may say only in a sandbox."""

    question: str
    sandbox_hint: str


class Outcome(Enum):
    """How a challenge ended."""

    PASSED = "passed"
    FAILED = "failed"
    PAUSED = "paused"  # one failure too many: the log-in is paused


class SCAMethod(ABC):
    """A way for customers to prove who they are a second time."""

    name: ClassVar[str]

    @abstractmethod
    def begin(self, *, customer: User, purpose: str, now: datetime) -> Challenge:
        """Ask. purpose tells what is approved with it, so that a message could name amount and payee."""

    @abstractmethod
    def complete(self, *, customer: User, answer: str, now: datetime) -> bool:
        """Tell whether the answer proves it."""


class FixedCode(SCAMethod):
    """The sandbox's one-time code, the same for everybody and told to everybody."""

    name: ClassVar[str] = "fixed-code"

    def begin(self, *, customer: User, purpose: str, now: datetime) -> Challenge:  # noqa: ARG002 - nothing is sent
        """Ask for the code; no message leaves the bank."""
        return Challenge(
            question="Enter your code",
            sandbox_hint=f"No message was sent. The one-time code of this sandbox is {settings.SCA_FIXED_CODE}.",
        )

    def complete(self, *, customer: User, answer: str, now: datetime) -> bool:  # noqa: ARG002 - one code for all
        """Compare with the code, in constant time."""
        return secrets.compare_digest(answer.strip().encode(), settings.SCA_FIXED_CODE.encode())


def method() -> SCAMethod:
    """The method of this bank. Raises NoMethod."""
    if settings.SANDBOX and settings.SCA_FIXED_CODE:
        return FixedCode()
    raise NoMethod


def complete(customer: User, *, answer: str, now: datetime) -> Outcome:
    """Take the customer's answer; a wrong one counts like a wrong password, a right one forgives those before."""
    person = User.objects.select_for_update().get(pk=customer.pk)
    if passwords.is_paused(person, now=now):
        return Outcome.PAUSED
    if method().complete(customer=person, answer=answer, now=now):
        passwords.forgive(person)
        actor = f"customer:{person.username}"
        trail.record(
            actor=actor,
            action="log-in.strongly-authenticated",
            subject=person.username,
            now=now,
            detail={"method": method().name},
        )
        return Outcome.PASSED
    return Outcome.PAUSED if passwords.count_failure(person, what="one-time code", now=now) else Outcome.FAILED
