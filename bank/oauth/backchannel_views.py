"""POST /oauth/backchannel: where a client asks for a customer's authorization without a browser (CIBA section 7)."""

from dataclasses import asdict, replace

from django.http import JsonResponse

from bank.oauth import backchannel, backends, clients
from bank.oauth.clients import Caller
from bank.oauth.views import MachineEndpoint


class BackchannelAuthentication(MachineEndpoint):
    """POST /oauth/backchannel."""

    def answer(self, form: dict[str, str], caller: Caller) -> backends.Reply:
        """Keep a request and tell what it is called."""
        client = clients.authenticate(form, caller)
        asked = backchannel.ask(form, caller=replace(caller, client=client))
        return {}, JsonResponse(asdict(asked)).text, 200
