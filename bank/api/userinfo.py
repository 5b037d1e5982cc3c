"""GET and POST /oauth/userinfo (OpenID Connect Core section 5.3): a resource like any other, without an envelope.

What is told: bank/oauth/userinfo.py.
"""

from bank.api import access
from bank.api.endpoint import Answer, Call, Endpoint, operation
from bank.api.responses import Bare
from bank.oauth import userinfo
from bank.oauth.models import Authorization


class UserInfo(Endpoint):
    """Whatever a POST has in its body is not read: a token there would count for nothing."""

    @operation(grant=access.AUTHORIZATION_CODE, scope="openid", operation_id="GetUserInfo")
    def get(self, call: Call) -> Answer:
        """Tell the claims of the decision behind the token."""
        assert call.access.authorization_id is not None, "the operation takes customers' tokens only"
        decisions = Authorization.objects.select_related("client__software_statement")
        return Bare(data=userinfo.claims(decisions.get(pk=call.access.authorization_id)))

    @operation(grant=access.AUTHORIZATION_CODE, scope="openid", operation_id="PostUserInfo")
    def post(self, call: Call) -> Answer:
        """Tell the same."""
        return self.get(call)
