"""Customers of one's own: by command, with all their history, and by HTTP, to live it; and the pages about it."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, Posting, Statement
from bank import clock, numbering
from bank.outbox import handlers, unit
from bank.outbox.models import Message
from bank.sandbox import cast
from bank.sandbox.life import document, seeding
from bank.sandbox.life.numbers import is_account_number, is_card_number, is_iban
from bank.sandbox.models import Resident
from tests.test_words import ROOT

PAGE = (ROOT / "docs" / "personas.md").read_text()
EXAMPLE = json.loads(PAGE.partition("```json\n")[2].partition("```")[0])
PATH = "/sandbox/customers"


def named(username, **changes):
    return EXAMPLE | {"customer": EXAMPLE["customer"] | {"username": username}, **changes}


@pytest.fixture
def post(client, settings):
    def send(body):
        return client.post(PATH, json.dumps(body), content_type="application/json", SERVER_PORT=settings.MTLS_PORT)

    return send


def test_loads_the_documentations_example_with_its_history(committed, tmp_path, capsys):
    file = tmp_path / "dora.json"
    file.write_text(json.dumps(named("dora-loaded", months=2)))

    call_command("customer", "load", str(file))

    account = Account.objects.get(holders__customer__username="dora-loaded")
    last = Posting.objects.filter(account=account).latest("booked_at", "id")
    assert "dora-loaded is here, with 1 accounts and" in capsys.readouterr().out
    assert account.booked_minor == last.balance_minor
    assert Posting.objects.filter(account=account).count() > 30
    assert Statement.objects.filter(account=account).exists()
    with pytest.raises(CommandError, match=r"customer\.username: Somebody has this user name\."):
        call_command("customer", "load", str(file))


def test_takes_a_document_by_http_and_lives_it_by_nights(db, post, client, settings):
    answer = post(named("dora-posted", months=0))
    message = Message.objects.get(kind="sandbox.live")
    with unit.work():
        handlers.find(message.kind)(**message.payload, now=clock.now())
    yesterday = clock.now().date() - timedelta(days=1)
    told = client.get(f"{PATH}/dora-posted", SERVER_PORT=settings.MTLS_PORT).json()
    assert answer.status_code == 201
    assert told["lived_until"] == yesterday.isoformat()
    assert Account.objects.get(pk=answer.json()["accounts"]["main"]["id"]).booked_minor == 900_00


def test_tells_every_fault_of_a_posted_document_and_keeps_nothing(db, post):
    faulty = named("dora-faulty", months="six", accounts=[{"key": "main", "product": "everyday", "limit": "lots"}])

    answer = post(faulty)

    assert answer.status_code == 400
    assert {fault["path"] for fault in answer.json()["faults"]} == {"months", "accounts[0].limit"}
    assert not Resident.objects.filter(customer__username="dora-faulty").exists()


def test_refuses_a_customer_beside_whom_it_cannot_be(db, post):
    with_strangers = named("dora-alone", standing_orders=[
        {"account": "main", "to": {"account": "x", "of": "nobody"}, "amount": "1", "reference": "R", "day": 1}
    ])  # fmt: skip
    with_strangers["accounts"] = [EXAMPLE["accounts"][0] | {"holders": [{"username": "nobody"}]}]

    faults = post(with_strangers).json()["faults"]

    assert [fault["path"] for fault in faults] == ["accounts[0].holders[0].username", "standing_orders[0].to"]


def test_knows_nobody_of_another_name(db, client, settings):
    assert client.get(f"{PATH}/nobody-of-this-name", SERVER_PORT=settings.MTLS_PORT).status_code == 404


def test_publishes_the_schema_as_it_is(capsys):
    call_command("customer", "schema")

    assert capsys.readouterr().out.strip() == (ROOT / "docs" / "customer.schema.json").read_text().strip()
    assert document.schema() == (ROOT / "docs" / "customer.schema.json").read_text()


def test_tells_every_log_in_and_what_it_is_for():
    rows = [line for line in PAGE.splitlines() if line.startswith("| P")]

    told = [line.split(" | ")[1] for line in rows]
    assert told == [f"`{person.username}` / `{person.password}`" for person in cast.customers()]
    assert {line.split(" | ")[0].removeprefix("| ") for line in rows} == {f"P{number}" for number in range(1, 16)}


def test_gives_everybody_numbers_with_check_digits():
    everybody = seeding.people(now=clock.now())
    spots = [spot for life in everybody for spot in life.spots.values()]
    sorted_out = {scheme: [spot for spot in spots if spot.scheme == f"UK.OBIE.{scheme}"] for scheme in ("IBAN", "PAN")}

    assert all(is_iban(spot.identification) for spot in sorted_out["IBAN"])
    assert all(is_card_number(spot.identification) for spot in sorted_out["PAN"])
    assert all(is_card_number(spot.card) for spot in spots if spot.card)
    made = [s for s in spots if s.scheme == numbering.SORT_CODE_ACCOUNT_NUMBER and s.identification[6:8] != "10"]
    assert all(is_account_number(spot.identification[6:]) for spot in made)
    assert len({spot.identification for spot in spots}) == len(spots)
