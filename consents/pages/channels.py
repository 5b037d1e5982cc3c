"""How a request came and how its answer goes back: with the customer's browser, or past it to the customer's telephone.

The pages are the same for both. What differs stands here: whose answer counts, and what becomes of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bank.customers.models import User
from bank.oauth import backchannel, decisions, id_tokens, profile, requests
from bank.oauth.models import AuthorizationRequest, BackchannelRequest, Client

HOME = "/approvals"  # where a telephone goes on
ANEW = {"login", "select_account"}  # prompts that no earlier log-in answers
AS_LONG_AS_SESSIONS_LAST = timedelta(days=365)


class Unusable(Exception):
    """The request cannot be answered any more; says so in words for the customer, with a code for the TPP."""

    def __init__(self, words: str, *, code: str, is_answered: bool = False) -> None:
        """is_answered: somebody may have approved it, so the page cannot say that nothing happened."""
        super().__init__(words)
        self.words, self.code, self.is_answered = words, code, is_answered


class Channel(ABC):
    """One request, as the pages know it."""

    @property
    @abstractmethod
    def client(self) -> Client:
        """Who asks."""

    @property
    @abstractmethod
    def id(self) -> str:
        """What the customer's session calls the request."""

    @property
    @abstractmethod
    def consent_id(self) -> str:
        """The consent that is asked for; empty for a log-in alone."""

    @property
    @abstractmethod
    def scopes(self) -> list[str]:
        """What is asked for."""

    @property
    def username(self) -> str:
        """The user name that the log-in page begins with."""
        return ""

    @property
    def words(self) -> dict[str, object]:
        """What the pages say of the way that the request came."""
        return {}

    @property
    def facts(self) -> dict[str, str]:
        """What a proof of the customer is bound to on account of it."""
        return {}

    @property
    def answers_go_to(self) -> str:
        """The origin beside the bank's own to which a form may lead; empty if there is none."""
        return ""

    @abstractmethod
    def takes(self, customer: User, *, authenticated_at: datetime) -> bool:
        """Tell whether a customer who logged in then may go on with this request."""

    @abstractmethod
    def expects(self, customer: User) -> bool:
        """Tell whether this customer is whom the TPP means, if it means anybody."""

    @abstractmethod
    def may_decline(self, customer: User | None) -> bool:
        """Tell whether whoever is logged in, if anybody, may turn the request down."""

    @abstractmethod
    def approve(self, *, customer: User, proof_at: datetime, evidence: Mapping[str, Any], now: datetime) -> str:
        """Take an approval; return where the browser goes. In the unit of work in which the consent moves."""

    @abstractmethod
    def refuse(self, *, code: str, description: str, customer: User | None, now: datetime) -> str:
        """Take a refusal, under OAuth's code; return where the browser goes."""


@dataclass(frozen=True, kw_only=True)
class Browser(Channel):
    """The customer's browser brought the request, and takes the answer back to the TPP."""

    request: AuthorizationRequest

    @property
    def client(self) -> Client:
        """Who asks."""
        return self.request.client

    @property
    def id(self) -> str:
        """The row's own number."""
        return str(self.request.pk)

    @property
    def consent_id(self) -> str:
        """As its claims have it."""
        return requests.intent_id(self.request)

    @property
    def scopes(self) -> list[str]:
        """As its parameters have it."""
        return profile.scopes_of(self.request.parameters)

    @property
    def username(self) -> str:
        """What the TPP supposes."""
        return str(self.request.parameters.get("login_hint", ""))

    @property
    def answers_go_to(self) -> str:
        """The TPP."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.request.parameters["redirect_uri"]))

    def takes(self, customer: User, *, authenticated_at: datetime) -> bool:
        """Take a customer who has logged in recently enough for this request.

        prompt=login asks for a log-in after the request was opened, max_age for one at most so many seconds before; a
        hint at somebody else asks for theirs. Source: OpenID Connect Core 1.0 section 3.1.2.1.
        """
        opened_at = self.request.opened_at
        if opened_at is None or authenticated_at < opened_at - self._log_in_counts_for():
            return False
        return authenticated_at >= opened_at or self.expects(customer)

    def _log_in_counts_for(self) -> timedelta:
        """How long before the request was opened a customer may have logged in."""
        parameters: Mapping[str, str] = self.request.parameters
        if not ANEW.isdisjoint(parameters.get("prompt", "").split()):
            return timedelta(0)
        return timedelta(seconds=int(parameters["max_age"])) if "max_age" in parameters else AS_LONG_AS_SESSIONS_LAST

    def expects(self, customer: User) -> bool:
        """Expect whom a hint or a claim names by the subject."""
        expected = id_tokens.expected_subject(self.request.parameters)
        return not expected or expected == id_tokens.subject(customer.pk, client=self.client)

    def may_decline(self, customer: User | None) -> bool:  # noqa: ARG002 - a hook's signature
        """Whoever has the reference, which the TPP gave to nobody but its customer."""
        return True

    def approve(self, *, customer: User, proof_at: datetime, evidence: Mapping[str, Any], now: datetime) -> str:
        """Make the code."""
        return decisions.approve(
            self.request,
            user=customer,
            consent_id=self.consent_id or None,
            auth_time=proof_at,
            acr=profile.SCA,
            evidence=evidence,
            now=now,
        )

    def refuse(self, *, code: str, description: str, customer: User | None, now: datetime) -> str:
        """Tell the TPP why there is no code."""
        return decisions.refuse(self.request, code=code, description=description, user=customer, now=now)


@dataclass(frozen=True, kw_only=True)
class Telephone(Channel):
    """The TPP asked the bank itself (CIBA), and fetches the answer from it; the customer stays here."""

    request: BackchannelRequest

    @property
    def client(self) -> Client:
        """Who asks."""
        return self.request.client

    @property
    def id(self) -> str:
        """The reference: numbers are taken by the requests of browsers."""
        return str(self.request.reference)

    @property
    def consent_id(self) -> str:
        """As the row has it."""
        return self.request.consent_id or ""

    @property
    def scopes(self) -> list[str]:
        """As its parameters have it."""
        return profile.scopes_of(self.request.parameters)

    @property
    def words(self) -> dict[str, object]:
        """When and under which message it was asked, so that the customer knows it from any other."""
        message = self.request.parameters.get("binding_message", "")
        return {"is_elsewhere": True, "asked_at": self.request.created_at, "binding_message": message}

    @property
    def facts(self) -> dict[str, str]:
        """The message that the customer saw."""
        message = self.request.parameters.get("binding_message", "")
        return {"binding_message": message} if message else {}

    def takes(self, customer: User, *, authenticated_at: datetime) -> bool:  # noqa: ARG002 - a hook's signature
        """Take nobody but the customer who is meant."""
        return self.expects(customer)

    def expects(self, customer: User) -> bool:
        """Expect the one."""
        return customer.pk == self.request.user_id

    def may_decline(self, customer: User | None) -> bool:
        """Nobody but the customer who is meant: here no secret of a browser speaks for them."""
        return customer is not None and self.expects(customer)

    def approve(self, *, customer: User, proof_at: datetime, evidence: Mapping[str, Any], now: datetime) -> str:
        """Keep it for the TPP to fetch."""
        assert self.expects(customer), "nobody else comes so far"
        backchannel.approve(self.request, auth_time=proof_at, acr=profile.SCA, evidence=evidence, now=now)
        return f"{HOME}?done=approved"

    def refuse(self, *, code: str, description: str, customer: User | None, now: datetime) -> str:  # noqa: ARG002 - a hook's signature
        """Keep for the TPP that there will be nothing to fetch, which CIBA has one word for."""
        backchannel.refuse(self.request, description=description, now=now)
        return f"{HOME}?done=refused"


def find(reference: str, *, now: datetime, lock: bool = False) -> Channel:
    """Find a request that waits for its customer, whichever way it came. Raises Unusable."""
    try:
        if backchannel.is_reference(reference):
            return Telephone(request=backchannel.load(reference, now=now, lock=lock))
        return Browser(request=requests.load(reference, now=now, lock=lock))
    except (requests.RequestDecided, backchannel.Decided) as reason:
        raise Unusable("This request was answered already.", code="U036", is_answered=True) from reason
    except (requests.RequestUnusable, backchannel.Unknown) as reason:
        raise Unusable("This request is not known here, or waited too long.", code="U036") from reason
