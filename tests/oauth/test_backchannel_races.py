"""A back-channel request that many come for, or decide, at the same instant."""

from datetime import datetime

from bank.oauth import backchannel
from bank.oauth.models import AccessToken, Authorization
from tests.oauth import phone
from tests.oauth.test_races import MANY, at_once


def test_brings_tokens_once(committed: None, now: datetime) -> None:
    bob = phone.caller(now=now)
    auth_req_id = bob.asked()
    phone.allow(auth_req_id, now=now)

    outcomes = at_once(lambda _: bob.fetch(auth_req_id).status_code)

    assert outcomes == {200: 1, 400: MANY - 1}
    assert AccessToken.objects.filter(application=bob.client).count() == 1


def test_is_decided_once(committed: None, now: datetime) -> None:
    bob = phone.caller(now=now)
    auth_req_id = bob.asked()

    def decide(number: int) -> str:
        try:
            (phone.deny if number % 2 else phone.allow)(auth_req_id, now=now)
        except backchannel.Decided:
            return "too late"
        return "no" if number % 2 else "yes"

    outcomes = at_once(decide)

    assert outcomes["too late"] == MANY - 1
    assert Authorization.objects.filter(client=bob.client).count() == outcomes["yes"] == 1 - outcomes["no"]


def test_waits_once_for_one_intent(committed: None, now: datetime) -> None:
    bob = phone.caller(now=now)
    about = {"scope": "openid accounts", "openbanking_intent_id": bob.lodge()}

    outcomes = at_once(lambda _: bob.ask(**about).status_code)

    assert outcomes == {200: 1, 400: MANY - 1}
