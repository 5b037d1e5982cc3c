"""The account-information endpoints: one view, made once for every row of accounts/resources/."""

from accounts import paging, resources
from bank.api import access, envelope, uses
from bank.api.endpoint import Answer, Call, Endpoint, operation
from bank.api.responses import Document
from bank.errors import Refused


class ConsentNotAuthorised(Refused):
    """The consent behind the token does not allow reading now."""

    code = "U009"
    message = "The consent is not authorised."


def reader(resource: resources.Resource) -> type[Endpoint]:
    """Make the endpoint of a resource."""

    class Reader(Endpoint):
        """Reads one resource under an account-access consent."""

        @operation(
            grant=access.AUTHORIZATION_CODE,
            scope="accounts",
            answers=resource.answers,
            query=resource.query,
            permissions=resource.permissions,
            operation_id=resource.operation_id,
            also=resource.also,
            media=resource.media,
        )
        def get(self, call: Call, AccountId: str | None = None, StatementId: str = "") -> Answer:  # noqa: N803 - its names
            """Read it, and count it.

            Raises ConsentNotAuthorised, AccountNotConsented, AccountNotFound, uses.TooOftenUnattended, and what the row
            raises.
            """
            if call.access.consent_kind != "account-access" or call.access.consent_status != "AUTH":
                raise ConsentNotAuthorised
            accounts = resources.find_accounts(call.access, account_id=AccountId)
            if paging.PARAMETER not in call.query:  # the pages that follow belong to the first
                self.rate_headers |= uses.note(
                    call.access, operation_id=resource.operation_id, account_id=AccountId, now=call.now
                )
            found = resource.read(
                resources.Reading(
                    access=call.access,
                    path=call.request.path,
                    query=call.query,
                    accounts=accounts,
                    now=call.now,
                    statement_id=StatementId,
                )
            )
            if resource.media != envelope.JSON:
                return Document(data=found.items[0])
            return Answer(data=resource.data(found), links=found.links, meta=found.meta)

    Reader.__name__ = Reader.__qualname__ = resource.operation_id
    return Reader
