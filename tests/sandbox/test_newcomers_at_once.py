"""Two who come by one user name in the same moment: one is here, the other is told."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.test import Client

from bank.sandbox.models import Resident
from tests import people
from tests.sandbox.test_newcomers import PATH, named

SECONDS_MAX = 20
WAIT_FOR_US = """select count(distinct pid) from pg_locks
where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"""


def come(username, port):
    try:
        return Client().post(PATH, json.dumps(named(username)), content_type="application/json", SERVER_PORT=port)
    finally:
        connections.close_all()


def load(file):
    """What the command refuses, if it does."""
    try:
        call_command("customer", "load", str(file))
    except CommandError as refused:
        return str(refused)
    finally:
        connections.close_all()
    return ""


def wait_until_they_wait_for_us(*, how_many=1, using="default"):
    until = time.monotonic() + SECONDS_MAX
    with connections[using].cursor() as cursor:
        while time.monotonic() < until:
            if cursor.execute(WAIT_FOR_US).fetchone()[0] >= how_many:
                return
            time.sleep(0.02)
    raise AssertionError("Nobody came to wait.")


def test_tells_the_slower_of_two_of_one_user_name(committed, now, settings):
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        faster = people.customer("dora", now=now)
        slower = pool.submit(come, faster.username, settings.MTLS_PORT)
        wait_until_they_wait_for_us()
    answer = slower.result()

    assert answer.status_code == 400
    assert [fault["path"] for fault in answer.json()["faults"]] == ["customer.username"]
    assert not Resident.objects.filter(customer=faster).exists()


def test_loads_one_of_two_with_one_document_and_tells_the_other(committed, tmp_path, capsys):
    file = tmp_path / "dora.json"
    file.write_text(json.dumps(named("dora-twice", months=1)))

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("lock table accounts_product in exclusive mode")  # where both have read the document
            coming = [pool.submit(load, file) for _ in range(2)]
            wait_until_they_wait_for_us(how_many=2, using="owner")
        loaded, refused = sorted(one.result() for one in coming)

    assert loaded == ""
    assert refused.startswith("The document has faults:\n  customer.username: Somebody has this user name.")
    assert Resident.objects.filter(customer__username="dora-twice").count() == 1
    assert capsys.readouterr().out.count("dora-twice is here") == 1
