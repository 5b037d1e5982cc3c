"""Two who come by one user name in the same moment: one is here, the other is told."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections, transaction
from django.test import Client

from bank.sandbox.models import Resident
from tests import people
from tests.sandbox.test_newcomers import PATH, named

SECONDS_MAX = 20
WAITS_FOR_US = "select count(*) from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"


def come(username, port):
    try:
        return Client().post(PATH, json.dumps(named(username)), content_type="application/json", SERVER_PORT=port)
    finally:
        connections.close_all()


def wait_until_somebody_waits_for_us():
    until = time.monotonic() + SECONDS_MAX
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            if cursor.execute(WAITS_FOR_US).fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("Nobody came to wait.")


def test_tells_the_slower_of_two_of_one_user_name(committed, now, settings):
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        faster = people.customer("dora", now=now)
        slower = pool.submit(come, faster.username, settings.MTLS_PORT)
        wait_until_somebody_waits_for_us()
    answer = slower.result()

    assert answer.status_code == 400
    assert [fault["path"] for fault in answer.json()["faults"]] == ["customer.username"]
    assert not Resident.objects.filter(customer=faster).exists()
