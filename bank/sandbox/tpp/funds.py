"""Asking whether an amount is there, step by step (Confirmation of Funds v4.0.1, "Sequence diagrams")."""

import secrets
from collections.abc import Sequence
from typing import Any

from bank.sandbox.tpp.client import Client, expect
from bank.sandbox.tpp.pay import Approve
from bank.sandbox.tpp.telling import Telling

CONSENTS = "/cbpii/funds-confirmation-consents"
CONFIRMATIONS = "/cbpii/funds-confirmations"


def lodge(tpp: Client, *, account: str, token: str, **data: str) -> dict[str, Any]:
    """Lodge a consent about an account, a sort code and a number of 14 digits; return the bank's answer.

    Raises Refused.
    """
    named = {"SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": account}
    answer = tpp.post(CONSENTS, {"Data": {"DebtorAccount": named, **data}}, token=token)
    consent: dict[str, Any] = expect(answer, status=201).json()
    return consent


def question(consent_id: str, *, amount: str, currency: str = "GBP") -> dict[str, Any]:
    """The question whether an amount is there, under a reference of its own."""
    instructed = {"Amount": amount, "Currency": currency}
    return {"Data": {"ConsentId": consent_id, "Reference": secrets.token_hex(12), "InstructedAmount": instructed}}


def walk(tpp: Client, *, account: str, amounts: Sequence[str], approve: Approve, tell: Telling) -> None:
    """Get leave to ask, ask, end the consent, and tell it. Raises Refused or NotProven."""
    tell.step(f"Prove who we are ({tpp.identity['token_endpoint_auth_method']}); get a client-credentials token")
    own = tpp.client_credentials("fundsconfirmations")
    tell.proved("the bank knows this client and its transport certificate, to which the token is bound")

    tell.step("Lodge a consent about the customer's account, which we know")
    consent = lodge(tpp, account=account, token=own)
    consent_id = consent["Data"]["ConsentId"]
    tell.proved(f"consent {consent_id} is {consent['Data']['Status']}")

    tell.step("Push the request for authorization, and let the customer decide at the bank")
    authorization = tpp.authorization(consent_id, scope="fundsconfirmations")
    fragment = approve(authorization)
    tell.proved("the customer is back, with a code in the URL")

    tell.step("Check the ID token, then exchange the code")
    access = tpp.finish(authorization, fragment=fragment).access
    tell.proved("issuer, state, nonce and every signature are right, and it speaks of this very consent")

    for amount in amounts:
        tell.step(f"Ask whether {amount} GBP is there")
        asked = tpp.post(CONFIRMATIONS, question(consent_id, amount=amount), token=access)
        is_available = expect(asked, status=201).json()["Data"]["FundsAvailable"]
        tell.proved("yes" if is_available else "no; and how much there is, nobody tells us")

    tell.step("End the consent, then ask again with the token that was good a moment ago")
    expect(tpp.delete(f"{CONSENTS}/{consent_id}", token=own), status=204)
    late = question(consent_id, amount=amounts[0])
    refused = expect(tpp.post(CONFIRMATIONS, late, token=access), status=401)
    tell.proved("refused at once: the token ended with the consent")
    tell.note(f"Why? manage.py tpp why {refused.headers['x-fapi-interaction-id']}")
