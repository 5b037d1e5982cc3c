"""What the caller may do: the grant, the scope and the permissions that an operation declares, against the token's."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bank.api import access, authentication
from bank.errors import Forbidden

if TYPE_CHECKING:
    from bank.api.endpoint import Endpoint

LOG_IN = "openid"  # the scope that is about the customer, and not about anything that a consent gives access to


class GrantWrong(Forbidden):
    """A customer's token where the TPP's own is wanted, or the other way round."""

    message = "This operation needs the other kind of access token."


class ScopeMissing(Forbidden):
    """The token was not issued for this family of operations."""

    message = "The access token does not have the scope of this operation."

    def __init__(self, *, scope: str, scheme: str) -> None:
        super().__init__(reason=f"The operation needs the scope {scope}.")
        self.scheme = scheme

    def headers(self) -> dict[str, str]:
        """The challenge of RFC 6750 section 3.1."""
        return {"WWW-Authenticate": authentication.challenge(self.scheme, error="insufficient_scope")}


class PermissionMissing(Forbidden):
    """The customer did not consent to this."""

    message = "The consent does not have the permission that this operation needs."


class Declared(BasePermission):
    """The operation's own declaration, and nothing else."""

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - the signature is DRF's
        """Compare token and declaration, which may leave grant and scope open.

        Raises GrantWrong, ScopeMissing, PermissionMissing, in this order.
        """
        endpoint: Endpoint = view
        wanted, held = endpoint.operation, endpoint.access
        if wanted.grant not in ("", held.grant):
            raise GrantWrong(reason=f"The operation needs a token by {wanted.grant}, this one came by {held.grant}.")
        if wanted.scope and wanted.scope not in held.scopes:
            raise ScopeMissing(scope=wanted.scope, scheme=endpoint.http.caller.token.scheme)
        if wanted.grant == access.AUTHORIZATION_CODE and wanted.scope != LOG_IN and held.consent_id is None:
            raise PermissionMissing(reason="The access token hangs on no consent.")
        if wanted.permissions and held.permissions.isdisjoint(wanted.permissions):
            raise PermissionMissing(reason=f"The consent has none of {', '.join(wanted.permissions)}.")
        return True
