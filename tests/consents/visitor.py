"""A customer in front of the pages, as a browser would show them."""

import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.test import Client as Browser

from bank.customers.models import User
from bank.outbox import unit
from consents import kinds
from consents.models import Consent
from tests import people
from tests.consents import given as consents_given
from tests.oauth import given

OPTION = re.compile(
    r'<input type="(?:checkbox|radio|hidden)" id="account-\d+" name="accounts" value="([^"]+)"( checked)?'
)


@dataclass(kw_only=True)
class Visitor:
    """Alice, whom a TPP has sent to the bank."""

    party: given.Party
    alice: User
    consent_id: str
    reference: str
    browser: Browser = field(default_factory=Browser)

    def address(self, path: str) -> str:
        return f"{path}?request={self.reference}"

    def get(self, path: str, **extra: Any) -> HttpResponse:
        return self.browser.get(self.address(path), secure=True, **extra)

    def post(self, path: str, **form: Any) -> HttpResponse:
        return self.browser.post(self.address(path), form, secure=True)

    def log_in(self, *, password: str = people.PASSWORD, username: str = "") -> HttpResponse:
        return self.post("/login", username=username or self.alice.username, password=password, step="login")

    def prove(self, otp: str = "") -> HttpResponse:
        return self.post("/sca", otp=otp or settings.SCA_FIXED_CODE, step="sca")

    def come_to_the_decision(self) -> HttpResponse:
        self.log_in()
        self.prove()
        return self.get("/consent")

    def approve(self, *accounts: str) -> HttpResponse:
        return self.post("/consent", accounts=list(accounts), step="approve")

    @property
    def consent(self) -> Consent:
        return Consent.objects.get(pk=self.consent_id)


def visitor(
    *,
    now: datetime,
    kind: str = consents_given.ACCESS,
    party: given.Party | None = None,
    data: dict[str, Any] | None = None,
    **claims: Any,
) -> Visitor:
    """Alice, with a request for a new consent waiting for her."""
    tpp = party or given.party(now=now, roles=("AISP", "PISP", "CBPII"))
    with unit.work():
        alice = people.customer("alice", now=now)
        people.account(alice, now=now, nickname="Bills", **consents_given.named_by(kind))
        consent = consents_given.consent(kind=kind, client_pk=tpp.client.pk, now=now, data=data)
    reference = tpp.open(consent.pk, **{"scope": f"openid {kinds.KINDS[kind].scope}"} | claims)
    return Visitor(party=tpp, alice=alice, consent_id=consent.pk, reference=reference)


def words(page: HttpResponse) -> str:
    """What a page says, without its markup."""
    text = re.sub(r"<(style|title)[^>]*>.*?</\1>|<[^>]+>", " ", page.content.decode(), flags=re.DOTALL)
    return html.unescape(" ".join(text.split()))


def options(page: HttpResponse) -> list[tuple[str, bool]]:
    """The accounts that a page lets one choose, and whether each is chosen."""
    return [(value, bool(checked)) for value, checked in OPTION.findall(page.content.decode())]


def brought_back(page: HttpResponse) -> dict[str, str]:
    """What the redirect to the TPP carries; fails if the page is not one."""
    assert page.status_code == 303, words(page)
    assert page["Location"].startswith(people.REDIRECT_URI), page["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(page["Location"]).fragment).items()}
