"""The endpoints of payments: six views, multiplied by the payment types in urls.py.

Each function makes the view of one type: what @operation declares differs in the type's names and wire types, what
happens does not.
"""

from typing import Any

from accounts import ledger
from bank.api import access
from bank.api.endpoint import Answer, Call, Endpoint, operation
from bank.api.wire import Wire
from bank.errors import Forbidden, Refused
from consents import lifecycle
from consents.models import Consent
from payments import render, submission
from payments.comparison import ConsentMismatch
from payments.models import PaymentOrder
from payments.schemas import initiation as schemas
from payments.types.base import PaymentType

SCOPE = "payments"
PREFIX = "/open-banking/v4.0/pisp"
FUNDS = Wire(schemas.OBWriteFundsConfirmationResponse1)
DETAILS = Wire(schemas.OBWritePaymentDetailsResponse1)


class OrderUnknown(Refused):
    """No order of this type has this id."""

    code = "U011"
    message = "No payment with this id exists."


class OrderOfAnother(Forbidden):
    """The order was placed by another client."""

    message = "This payment was ordered by another client."


def consents(kind: PaymentType) -> type[Endpoint]:
    """POST …-consents."""

    class Consents(Endpoint):
        """Where consents of a payment type are lodged."""

        @operation(
            grant=access.CLIENT_CREDENTIALS,
            scope=SCOPE,
            operation_id=f"Create{kind.title}Consents",
            body=kind.consent,
            answers=kind.consent_answer,
            status=201,
            signed=True,
            idempotent="pcn",
        )
        def post(self, call: Call, body: dict[str, Any]) -> Answer:
            """Lodge a consent."""
            kind.check_consent(body, now=call.now)
            consent = lifecycle.lodge(
                consent_id=call.resource_id,
                kind=kind.name,
                client_pk=call.access.client_pk,
                data=body["Data"],
                risk=body["Risk"],
                actor=call.access.actor,
                now=call.now,
            )
            return _consent_answer(kind, consent)

        def show(self, call: Call, resource_id: str) -> Answer:
            """Show the consent that an earlier request with this key lodged."""
            return _consent_answer(kind, _find_consent(kind, call, resource_id))

    return Consents


def consent(kind: PaymentType) -> type[Endpoint]:
    """GET …-consents/{ConsentId}."""

    class OneConsent(Endpoint):
        """One consent of a payment type."""

        @operation(
            grant=access.CLIENT_CREDENTIALS,
            scope=SCOPE,
            operation_id=f"Get{kind.title}ConsentsConsentId",
            answers=kind.consent_answer,
            signed=True,
        )
        def get(self, call: Call, ConsentId: str) -> Answer:  # noqa: N803 - the standard's name of the path's part
            """Show a consent as it stands now."""
            return _consent_answer(kind, _find_consent(kind, call, ConsentId))

    return OneConsent


def funds_confirmation(kind: PaymentType) -> type[Endpoint]:
    """GET …-consents/{ConsentId}/funds-confirmation."""

    class FundsConfirmation(Endpoint):
        """Whether the money for a consented payment is there."""

        @operation(
            grant=access.AUTHORIZATION_CODE,
            scope=SCOPE,
            operation_id=f"Get{kind.title}ConsentsConsentIdFundsConfirmation",
            answers=FUNDS,
            signed=True,
        )
        def get(self, call: Call, ConsentId: str) -> Answer:  # noqa: N803 - the standard's name of the path's part
            """Say yes or no, for this moment: to the token's own consent (else U008), while it is AUTH (else U009)."""
            found = _find_consent(kind, call, ConsentId)
            if found.pk != call.access.consent_id:
                raise ConsentMismatch("The access token is for another consent.")
            if found.status != "AUTH":
                raise submission.ConsentNotAuthorised(f"The consent's status is {found.status}, not AUTH.")
            assert found.debtor_account is not None, "a payment consent is authorised for an account"
            amount = kind.instruction(found.data["Initiation"]).amount
            are_available = ledger.available(found.debtor_account).minor >= amount.minor
            return Answer(data=render.funds(are_available=are_available, now=call.now))

    return FundsConfirmation


def orders(kind: PaymentType) -> type[Endpoint]:
    """POST of orders."""

    class Orders(Endpoint):
        """Where orders of a payment type are placed."""

        @operation(
            grant=access.AUTHORIZATION_CODE,
            scope=SCOPE,
            operation_id=f"Create{kind.title}s",
            body=kind.order,
            answers=kind.order_answer,
            status=201,
            signed=True,
            idempotent="pay",
            also=(409,),
        )
        def post(self, call: Call, body: dict[str, Any]) -> Answer:
            """Place an order under the token's consent."""
            order = submission.submit(
                kind,
                body,
                order_id=call.resource_id,
                consent_id=str(call.access.consent_id),
                actor=call.access.actor,
                now=call.now,
            )
            return _order_answer(kind, order)

        def show(self, call: Call, resource_id: str) -> Answer:
            """Show the order that an earlier request with this key placed, as it stands now."""
            return _order_answer(kind, _find_order(kind, call, resource_id))

    return Orders


def order(kind: PaymentType) -> type[Endpoint]:
    """GET of one order."""

    class OneOrder(Endpoint):
        """One order of a payment type."""

        @operation(
            grant=access.CLIENT_CREDENTIALS,
            scope=SCOPE,
            operation_id=f"Get{kind.title}s{kind.order_id}",
            answers=kind.order_answer,
            signed=True,
        )
        def get(self, call: Call, **path: str) -> Answer:
            """Show an order as it stands now."""
            return _order_answer(kind, _find_order(kind, call, path[kind.order_id]))

    return OneOrder


def payment_details(kind: PaymentType) -> type[Endpoint]:
    """GET of an order's payment-details."""

    class PaymentDetails(Endpoint):
        """Every status that an order went through."""

        @operation(
            grant=access.CLIENT_CREDENTIALS,
            scope=SCOPE,
            operation_id=f"Get{kind.title}s{kind.order_id}PaymentDetails",
            answers=DETAILS,
            signed=True,
            also=(404,),
        )
        def get(self, call: Call, **path: str) -> Answer:
            """Tell an order's history, oldest first."""
            found = _find_order(kind, call, path[kind.order_id])
            return Answer(data=render.details(found, found.transitions.order_by("id")))

    return PaymentDetails


def _find_consent(kind: PaymentType, call: Call, consent_id: str) -> Consent:
    return lifecycle.find(consent_id=consent_id, kind=kind.name, client_pk=call.access.client_pk)


def _consent_answer(kind: PaymentType, row: Consent) -> Answer:
    return Answer(data=render.consent(row), risk=row.risk, self_path=f"{PREFIX}/{kind.name}-consents/{row.pk}")


def _find_order(kind: PaymentType, call: Call, order_id: str) -> PaymentOrder:
    """Find a client's own order, with what its answer shows. Raises OrderUnknown, then OrderOfAnother."""
    row = PaymentOrder.objects.select_related("consent", "debtor_account").filter(id=order_id, type=kind.name).first()
    if row is None:
        raise OrderUnknown
    if row.client_id != call.access.client_pk:
        raise OrderOfAnother
    return row


def _order_answer(kind: PaymentType, row: PaymentOrder | submission.Taken) -> Answer:
    return Answer(data=render.order(row, id_name=kind.order_id), self_path=f"{PREFIX}/{kind.name}s/{row.pk}")
