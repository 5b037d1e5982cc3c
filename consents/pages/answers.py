"""The customer's answers: approving or declining, each in one unit of work, each at most once for a request."""

from collections.abc import Sequence
from datetime import datetime

from bank.customers.models import User
from bank.customers.proving import Proof
from bank.errors import Fault, Refused
from bank.oauth.refusals import FatalError
from bank.outbox import unit
from consents import lifecycle
from consents.models import Status
from consents.pages import channels, visits
from consents.pages.visits import ConsentVisit

DECLINED = Fault(code="CN01", message="The customer did not approve.")
NO_ACCOUNT = Fault(code="AG01", message="The customer holds no account that can be used.")
NOT_AUTHENTICATED = Fault(code="U037", message="The customer could not be authenticated.")


class AccountNotChosen(Exception):
    """What was chosen is not what can be chosen: no account, or one that is not on the page."""


def approve(reference: str, *, customer: User, account_ids: Sequence[str], proof: Proof, now: datetime) -> str:
    """Take the customer's approval; return where the browser goes.

    When the rules of the kind refuse it after all, the consent is rejected with their reason and the TPP is told so.
    Raises channels.Unusable, AccountNotChosen.
    """
    try:
        return _approve(reference, customer=customer, account_ids=account_ids, proof=proof, now=now)
    except Refused as refusal:
        return decline(reference, fault=refusal.faults[0], actor=f"customer:{customer.username}", now=now)
    except FatalError as error:
        raise channels.Unusable("The app has changed where it would have you sent to.", code="U036") from error


def _approve(reference: str, *, customer: User, account_ids: Sequence[str], proof: Proof, now: datetime) -> str:
    with unit.work():
        visit = visits.find(reference, now=now, lock=True)
        if not visit.channel.expects(customer):
            words = "Another customer was expected."
            return visit.channel.refuse(code="login_required", description=words, customer=customer, now=now)
        if proof.evidence["facts"] != visit.facts:
            raise channels.Unusable("What is asked for has changed since you proved that it is you.", code="U037")
        if isinstance(visit, ConsentVisit):
            _authorise(visit, customer=customer, account_ids=account_ids, now=now)
        return visit.channel.approve(customer=customer, proof_at=proof.at, evidence=proof.evidence, now=now)


def _authorise(visit: ConsentVisit, *, customer: User, account_ids: Sequence[str], now: datetime) -> None:
    accounts = [account for account in visit.eligible(customer) if account.pk in account_ids]
    if len(accounts) != len(set(account_ids)) or not accounts or (len(accounts) > 1 and not visit.chooses_many):
        raise AccountNotChosen
    actor = f"customer:{customer.username}"
    lifecycle.authorise(visit.consent, customer=customer, accounts=accounts, actor=actor, now=now)


def decline(reference: str, *, fault: Fault, actor: str, now: datetime) -> str:
    """Turn a request down; return where the browser goes. Raises channels.Unusable.

    A consent that awaits its customer is rejected; one that was approved before stays as it is. The TPP is told that
    access was denied, or that its request is invalid where no customer could have approved it.
    Source: Read/Write API v4.0.1, domestic payment consents, "Authorisation".
    """
    with unit.work():
        visit = visits.find(reference, now=now, lock=True)
        if isinstance(visit, ConsentVisit) and visit.consent.status == Status.AWAU:
            lifecycle.reject(visit.consent, code=fault.code, description=fault.message, actor=actor, now=now)
        return visit.channel.refuse(
            code="access_denied" if visit.can_be_met else "invalid_request",
            description=f"{fault.code} {fault.message}",
            customer=None,
            now=now,
        )
