"""POST /sandbox/customers: a customer by a document (docs/personas.md).

Whoever reaches the sandbox may make customers of it, as whoever asks becomes a TPP. The history is lived
afterwards, by a worker: GET /sandbox/customers/{username} tells in `lived_until` how far it has come.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse

from bank import clock
from bank.api import wire
from bank.oauth.views import NO_STORE, MachineEndpoint
from bank.outbox import unit
from bank.sandbox.life import newcomers
from bank.sandbox.models import Resident

ACTOR = "sandbox:newcomer"


class Customers(MachineEndpoint):
    """The customers as a whole."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take somebody in, or tell every fault of the document with its path."""
        now = clock.now()
        try:
            with unit.work():
                life = newcomers.expect(request.body, now=now)
                newcomers.arrive(life, actor=ACTOR, now=now)
        except wire.BodyInvalid as invalid:
            return _refused(invalid)
        accounts = {key: {"id": spot.account_id, "number": spot.identification} for key, spot in life.spots.items()}
        return JsonResponse({"username": life.username, "accounts": accounts}, status=201, headers=NO_STORE)


class OneCustomer(MachineEndpoint):
    """One customer of the town."""

    http_method_names = ("get",)

    def get(self, _request: HttpRequest, username: str) -> HttpResponse:
        """Tell how far a customer's life has come."""
        resident = Resident.objects.filter(customer__username=username).first()
        if resident is None:
            return JsonResponse({"error": "invalid_request"}, status=404, headers=NO_STORE)
        told = {"username": username, "arrived_on": resident.arrived_on, "lived_until": resident.lived_until}
        return JsonResponse(told, headers=NO_STORE)


def _refused(invalid: wire.BodyInvalid) -> HttpResponse:
    faults = [{"path": fault.path, "message": fault.message} for fault in invalid.faults]
    body = {"error": "invalid_request", "error_description": "The document has faults.", "faults": faults}
    return JsonResponse(body, status=400, headers=NO_STORE)
