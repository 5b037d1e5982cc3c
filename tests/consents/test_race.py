"""What happens to one request when many answers come at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connections

from bank.oauth.models import Authorization
from tests.consents.visitor import options, visitor


def test_decides_once_however_often_the_customer_clicks(committed: None, now: datetime) -> None:
    alice = visitor(now=now)
    mine = options(alice.come_to_the_decision())[0][0]

    def click(number: int) -> int:
        try:
            if number % 2:
                return alice.approve(mine).status_code
            return alice.post("/consent", step="cancel").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as threads:
        statuses = sorted(threads.map(click, range(20)))

    steps = alice.consent.transitions.values_list("to_status", flat=True)
    assert statuses == [303] + [400] * 19
    assert len(steps) == 1
    assert Authorization.objects.filter(consent=alice.consent_id).count() == (1 if steps[0] == "AUTH" else 0)
