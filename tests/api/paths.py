"""Paths that only these tests know: one of each kind, whose rules do next to nothing."""

from typing import Any

import typing_extensions as te
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bank import rights
from bank.api import access, wire
from bank.api.endpoint import Answer, Call, Endpoint, operation
from bank.audit import trail
from bank.errors import Consequence, Refused

MADE: list[str] = []


class NoteData(te.TypedDict, closed=True):
    """Data of a note."""

    Text: wire.Max35Text
    At: te.NotRequired[wire.DateTime]


class Note(te.TypedDict, closed=True):
    """A note."""

    Data: NoteData


class Query(te.TypedDict, closed=True):
    """What notes may be asked for."""

    since: te.NotRequired[wire.DateTime]


class TooBold(Refused):
    """The rules do not want this note."""

    code = "U009"


class Notes(Endpoint):
    """A signed and idempotent create, with the TPP's own token."""

    @operation(
        grant=access.CLIENT_CREDENTIALS,
        scope="payments",
        operation_id="CreateNotes",
        body=wire.Wire(Note),
        answers=wire.Wire(Note),
        status=201,
        signed=True,
        idempotent="note",
    )
    def post(self, call: Call, body: dict[str, Any]) -> Answer:
        if body["Data"]["Text"] == "bold":
            raise TooBold
        if body["Data"]["Text"] == "broken":
            raise ZeroDivisionError
        if body["Data"]["Text"] == "expired":
            raise TooBold(consequence=Consequence.CONSENT_EXPIRED)
        trail.record(actor=call.access.actor, action="note.made", subject=call.resource_id, now=call.now)
        MADE.append(call.resource_id)
        return self.show(call, call.resource_id)

    def show(self, call: Call, resource_id: str) -> Answer:  # noqa: ARG002 - the endpoint's signature
        return Answer(data={"NoteId": resource_id})


class CustomersNotes(Endpoint):
    """A read with a customer's token and a permission; a delete of nothing."""

    @operation(
        grant=access.AUTHORIZATION_CODE,
        scope="accounts",
        operation_id="GetNotes",
        query=wire.Wire(Query),
        permissions=("ReadBalances",),
    )
    def get(self, call: Call, AccountId: str) -> Answer:  # noqa: N803 - the standard's name
        return Answer(
            data={"AccountId": AccountId, "Query": call.query}, links={"Next": "/next"}, meta={"TotalPages": 1}
        )

    @operation(grant=access.AUTHORIZATION_CODE, scope="accounts", operation_id="DeleteNotes", status=204)
    def delete(self, call: Call, AccountId: str) -> None:  # noqa: N803 - the standard's name
        trail.record(actor=call.access.actor, action="note.gone", subject=AccountId, now=call.now)


@rights.audience("public")
def broken(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [
    path("broken", broken),
    path("open-banking/v4.0/pisp/notes", Notes.as_view()),
    path("open-banking/v4.0/aisp/accounts/<str:AccountId>/notes", CustomersNotes.as_view()),
]
handler400 = "bank.api.responses.bad_request"
handler404 = "bank.api.responses.not_found"
handler500 = "bank.api.responses.server_error"
