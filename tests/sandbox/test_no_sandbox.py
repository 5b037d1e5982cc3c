"""A bank that is no sandbox: what only a sandbox has is not there, and everything else is.

Settings are read once, so such a bank is a process of its own, over the same database.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin

from bank import checks
from tests import environment

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
LOOK = """
import json, django
django.setup()
from django.conf import settings
from django.contrib import admin
from django.core.checks import run_checks
from django.test import Client
from bank import checks, clock
from bank.customers import codes
from bank.customers.models import User
from bank.outbox import unit

password = "correct-horse-battery"
with unit.work():
    sam = User.objects.make(
        username="sam-elsewhere", password=password, full_name="Sam", kind="staff", now=clock.now(), is_superuser=True
    )
    app = codes.replace(sam, name="phone", now=clock.now())
browser = Client(SERVER_NAME="localhost")

def log_in(otp):
    form = {"username": sam.username, "password": password, "otp": otp}
    return browser.post("/admin/login/", form, secure=True).status_code

def get(path):
    return browser.get(path, secure=True)

logged_in = {"123456": log_in("123456"), "code": log_in(codes.shown_by(app, payment="", now=clock.now()))}
pages = sorted(model._meta.label for model in admin.site._registry)
lists = {label: get(f"/admin/{label.lower().replace('.', '/')}/").status_code for label in pages}
gone = ("/sandbox/whoami", "/sandbox/customers", "/directory/ca.pem", "/admin/sandbox/", "/admin/sandbox/resident/",
    "/admin/sandbox/resident/do/bring/")
print(json.dumps({
    "routes": sorted({path for path, _view, _audience in checks.routes()}),
    "faults": [str(fault) for fault in run_checks()],
    "logged_in": logged_in,
    "lists": lists,
    "gone": {path: get(path).status_code for path in gone},
    "posted": [browser.post(path, secure=True).status_code for path in gone],
    "desk": get("/admin/").content.decode(),
    "beat": sorted(turn["task"] for turn in settings.CELERY_BEAT_SCHEDULE.values()),
}))
"""


@pytest.fixture(scope="module")
def elsewhere(django_db_setup: None) -> dict[str, Any]:
    """What staff of such a bank see."""
    secrets = {name: (environment.VAR / "keys" / name).read_text() for name in ("secret-key", "key-encryption-key")}
    told = {f"LOMBARD_{name.upper().replace('-', '_')}": value for name, value in secrets.items()}
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=ROOT,
        env=os.environ | told | {"LOMBARD_MODE": "bank"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def is_of_the_sandbox(path: str) -> bool:
    return path.startswith(("sandbox/", "directory/", "admin/sandbox/"))


def test_has_every_route_but_the_sandboxs(elsewhere: dict[str, Any]) -> None:
    here = {path.replace("|sandbox", "") for path, _view, _audience in checks.routes()}

    assert set(elsewhere["routes"]) == {path for path in here if not is_of_the_sandbox(path)}
    assert any(is_of_the_sandbox(path) for path in here)
    assert elsewhere["faults"] == []


def test_has_every_page_of_the_desk_but_the_towns(elsewhere: dict[str, Any]) -> None:
    here = {model._meta.label for model in admin.site._registry}

    assert elsewhere["lists"] == dict.fromkeys(here - {"sandbox.Resident"}, 200)
    assert "sandbox" not in elsewhere["desk"].lower()
    assert "Payment orders" in elsewhere["desk"]


def test_answers_as_if_the_sandbox_had_never_been(elsewhere: dict[str, Any]) -> None:
    assert elsewhere["gone"] == dict.fromkeys(elsewhere["gone"], 404)
    assert set(elsewhere["posted"]) == {404}


def test_lets_staff_in_by_a_code_of_their_own_alone(elsewhere: dict[str, Any]) -> None:
    assert elsewhere["logged_in"] == {"123456": 200, "code": 302}


def test_asks_its_workers_for_nothing_of_the_sandboxs(elsewhere: dict[str, Any]) -> None:
    here = {turn["task"] for turn in settings.CELERY_BEAT_SCHEDULE.values()}

    assert set(elsewhere["beat"]) == here - {"bank.sandbox.tasks.live"}
