"""Asking for, and giving, a second person's approval.

What may be asked for is a registry of actions, each filled by the package that can carry it out. The action runs in the
same transaction as the decision: an approval that stands is an action that was done.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.apps import apps
from django.db import models

from bank.approvals.models import Approval
from bank.audit import trail

# What is asked for ends in columns of several packages; the shortest of them takes this and a few words more.
REASON_MAX = 200


class NotAllowed(Exception):
    """What was asked for cannot be done; the words are for staff. Actions raise it, or subclasses, too."""


class SecondPersonNeeded(NotAllowed):
    """Who asked may not decide."""


class AlreadyDecided(NotAllowed):
    """Somebody decided before."""


class AlreadyAsked(NotAllowed):
    """The same is asked for already and waits."""


class Staff(Protocol):
    """A member of staff, as far as approvals know one."""

    pk: int
    is_active: bool

    @property
    def is_staff(self) -> bool:
        """Tell whether this is staff at all."""

    def get_username(self) -> str:
        """The name that the trail knows."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What an action is given: to what, why, who asked, who decided (as the audit trail names them), when."""

    subject: str
    reason: str
    asked_by: str
    actor: str
    now: datetime


class Action(ABC):
    """Something that takes two people. Registered by the package that can do it."""

    name: ClassVar[str]  # dotted: payments.release
    words: ClassVar[str]  # on the button: "Release this payment"
    model: ClassVar[str]  # of the subject: payments.PaymentOrder
    unfit: ClassVar[str]  # why not, where it is not offered: "This payment is not held."

    @abstractmethod
    def is_offered(self, thing: Any) -> bool:
        """Tell whether this can be done to the row as it stands."""

    @abstractmethod
    def carry_out(self, order: Order) -> None:
        """Do it, in the open unit of work. Raises NotAllowed, and nothing is kept."""

    def find(self, subject: str) -> models.Model | None:
        """The row of that id; none, if there cannot be one."""
        try:
            thing: models.Model | None = apps.get_model(self.model)._default_manager.filter(pk=subject).first()
        except ValueError:  # the row's id is a number, and this is none
            return None
        return thing

    def check(self, subject: str) -> None:
        """Refuse at once, when it is asked for, what cannot be done. Raises NotAllowed."""
        thing = self.find(subject)
        if thing is None or not self.is_offered(thing):
            raise NotAllowed(self.unfit)


ACTIONS: dict[str, Action] = {}


def action(cls: type[Action]) -> type[Action]:
    """Register an action; refuses a name that is taken."""
    if cls.name in ACTIONS:
        raise ValueError(f"{cls.name} is registered twice")
    ACTIONS[cls.name] = cls()
    return cls


def ask(*, action: str, subject: str, reason: str, by: Staff, now: datetime) -> Approval:
    """Ask for something that takes a second person; reason is what that person, and the trail, will read.

    Raises NotAllowed, AlreadyAsked.
    """
    _must_be_staff(by)
    if not 0 < len(reason.strip()) <= REASON_MAX:
        raise NotAllowed(f"Say why, in at most {REASON_MAX} letters: the second person decides on your reason.")
    if Approval.objects.filter(action=action, subject=subject, decision="").exists():
        raise AlreadyAsked("The same is asked for already and waits for a second person.")
    ACTIONS[action].check(subject)
    approval = Approval.new(action=action, subject=subject, reason=reason.strip(), by_id=by.pk, now=now)
    _record("requested", approval=approval, by=by, now=now)
    return approval


def decide(approval: Approval, *, by: Staff, approve: bool, now: datetime) -> Approval:
    """Approve, and so carry out, or refuse what somebody else asked for.

    Locks the approval. Raises NotAllowed: AlreadyDecided, SecondPersonNeeded, or what the action says.
    """
    _must_be_staff(by)
    approval = Approval.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=approval.pk)
    if approval.decision:
        raise AlreadyDecided("Somebody decided this already.")
    if approval.requested_by_id == by.pk:
        raise SecondPersonNeeded("You asked for this yourself: a second person must decide.")
    decision = Approval.Decision.APPROVED if approve else Approval.Decision.REFUSED
    approval.decide(decision, by_id=by.pk, now=now)
    _record(decision.value, approval=approval, by=by, now=now)
    if approve:
        ACTIONS[approval.action].carry_out(
            Order(
                subject=approval.subject,
                reason=approval.reason,
                asked_by=f"staff:{approval.requested_by.get_username()}",
                actor=f"staff:{by.get_username()}",
                now=now,
            )
        )
    return approval


def _must_be_staff(person: Staff) -> None:
    if not (person.is_staff and person.is_active):
        raise NotAllowed("Only staff may ask or decide.")


def _record(what: str, *, approval: Approval, by: Staff, now: datetime) -> None:
    trail.record(
        actor=f"staff:{by.get_username()}",
        action=f"approval.{what}",
        subject=approval.subject,
        detail={"approval": approval.pk, "action": approval.action, "reason": approval.reason},
        now=now,
    )
