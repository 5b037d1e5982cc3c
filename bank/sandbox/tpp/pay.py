"""A whole payment, step by step, as the standard draws it (Domestic Payments v4.0.1, "Sequence diagrams")."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bank.sandbox.tpp.client import Authorization, Client, NotProven, expect
from bank.sandbox.tpp.telling import Telling

CONSENTS = "/pisp/domestic-payment-consents"
ORDERS = "/pisp/domestic-payments"
FINAL = {"ACCC", "RJCT"}
PATIENCE_SECONDS = 60
BETWEEN_LOOKS_SECONDS = 0.25

Approve = Callable[[Authorization], str]  # shows the customer the link; returns what came back


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What to pay: `to` is a sort code and an account number, 14 digits."""

    amount: str
    to: str
    name: str
    reference: str = ""


def instruction(payment: Payment) -> dict[str, Any]:
    """The Initiation of a domestic payment (OBDomestic2)."""
    initiation: dict[str, Any] = {
        "InstructionIdentification": secrets.token_hex(16),
        "EndToEndIdentification": secrets.token_hex(15),
        "InstructedAmount": {"Amount": payment.amount, "Currency": "GBP"},
        "CreditorAccount": {
            "SchemeName": "UK.OBIE.SortCodeAccountNumber",
            "Identification": payment.to,
            "Name": payment.name,
        },
    }
    if payment.reference:
        reference = {"CreditorReferenceInformation": {"Reference": payment.reference}}
        initiation["RemittanceInformation"] = {"Structured": [reference]}
    return initiation


def lodge(tpp: Client, payment: Payment, *, token: str) -> dict[str, Any]:
    """Lodge a consent for a payment; return the bank's answer. Raises Refused."""
    body = {"Data": {"Initiation": instruction(payment)}, "Risk": {"PaymentContextCode": "TransferToThirdParty"}}
    consent: dict[str, Any] = expect(tpp.post(CONSENTS, body, token=token), status=201).json()
    return consent


def order_body(consent: dict[str, Any]) -> dict[str, Any]:
    """The order of a consent: the same Initiation and the same Risk."""
    data = {"ConsentId": consent["Data"]["ConsentId"], "Initiation": consent["Data"]["Initiation"]}
    return {"Data": data, "Risk": consent["Risk"]}


def follow(tpp: Client, order_id: str, *, token: str, until: set[str] = FINAL) -> dict[str, Any]:
    """Look at an order until it stands still; return its Data. Raises NotProven when it takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = expect(tpp.get(f"{ORDERS}/{order_id}", token=token), status=200)
        order: dict[str, Any] = answer.json()["Data"]
        if order["Status"] in until:
            return order
        time.sleep(BETWEEN_LOOKS_SECONDS)
    raise NotProven(f"{order_id} is {order['Status']} after {PATIENCE_SECONDS} seconds")


def walk(tpp: Client, payment: Payment, *, approve: Approve, tell: Telling) -> dict[str, Any]:
    """Pay, and tell it. Returns the order's last Data. Raises Refused or NotProven where a step fails."""
    tell.step("Get to know the bank: its discovery document and its public keys")
    kids = ", ".join(key.kid or "" for key in tpp.bank_keys.keys)
    tell.proved(f"the certificate of {tpp.discovery['issuer']} is signed by the CA in ca.pem; its keys: {kids}")

    tell.step(f"Prove who we are ({tpp.identity['token_endpoint_auth_method']}); get a client-credentials token")
    own = tpp.client_credentials("payments")
    tell.proved("the bank knows this client and its transport certificate, to which the token is bound")

    tell.step("Lodge the payment as a consent: signed, with an idempotency key")
    consent = lodge(tpp, payment, token=own)
    consent_id = consent["Data"]["ConsentId"]
    tell.proved(f"consent {consent_id} is {consent['Data']['Status']}; the bank's signature over the answer is good")

    tell.step("Push the request for authorization, and let the customer decide at the bank")
    authorization = tpp.authorization(consent_id, scope="payments")
    fragment = approve(authorization)
    tell.proved("the customer is back, with a code in the URL")

    tell.step("Check the ID token, then exchange the code")
    tokens = tpp.finish(authorization, fragment=fragment)
    tell.proved("issuer, state, nonce and every signature are right: nobody swapped the answer")
    tell.proved(f"it speaks of this very consent, approved with {tokens.claims['acr']}")

    tell.step("Ask whether the money is there")
    funds = expect(tpp.get(f"{CONSENTS}/{consent_id}/funds-confirmation", token=tokens.access), status=200)
    available = funds.json()["Data"]["FundsAvailableResult"]["FundsAvailable"]
    tell.proved(f"funds available: {'yes' if available else 'no'}")

    return order_and_follow(tpp, consent, access=tokens.access, own=own, tell=tell)


def order_and_follow(tpp: Client, consent: dict[str, Any], *, access: str, own: str, tell: Telling) -> dict[str, Any]:
    """Place the order, look at it until it stands still, and read its story."""
    tell.step("Place the order: the consent's own words, signed, with an idempotency key")
    order: dict[str, Any] = expect(tpp.post(ORDERS, order_body(consent), token=access), status=201).json()["Data"]
    tell.proved(f"order {order['DomesticPaymentId']} is {order['Status']}; the money is set aside")

    tell.step("Follow the order")
    order = follow(tpp, order["DomesticPaymentId"], token=own)
    details = tpp.get(f"{ORDERS}/{order['DomesticPaymentId']}/payment-details", token=own).json()
    path = " → ".join(status["Status"] for status in details["Data"]["PaymentStatus"])
    tell.proved(f"it went {path}")
    if order["Status"] == "RJCT":
        reasons = [
            f"{reason['StatusReasonCode']} {reason.get('StatusReasonDescription', '')}".strip()
            for reason in order.get("StatusReason", [])
        ]
        tell.note(f"The payment was rejected: {'; '.join(reasons)}. The money that was set aside is free again.")
    else:
        tell.proved("ACCC: the creditor's account is credited")
    return order
