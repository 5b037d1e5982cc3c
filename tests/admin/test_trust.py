"""What staff do at the desk about those who vouch for TPPs, and about what was vouched for."""

from datetime import datetime
from typing import Any

import orjson
import pytest
from django.test import Client

from bank.audit.models import Entry
from bank.keys import store
from bank.tpps import certificates, statements
from bank.tpps.models import Certificate, TrustAnchor
from tests.admin.conftest import World
from tests.admin.test_decisions import ask, decide, waiting
from tests.oauth import given
from tests.tpps import forging

ADD = "/admin/tpps/trustanchor/do/add/"


def fields(now: datetime, **more: Any) -> dict[str, Any]:
    theirs = forging.another_authority("Theirs", now=now)
    return {"name": "Theirs", "kind": "open-banking", "uses": ["transport"], "pem": theirs.pem} | more


def test_two_people_trust_an_anchor_that_one_has_added(sam: Client, tess: Client, world: World, now: datetime) -> None:
    certificates.forget()
    der = forging.Forged(by=forging.another_authority("Theirs", now=now), now=now).der
    added = sam.post(ADD, fields(now), secure=True, follow=True)
    assert "believed in nothing until" in added.content.decode()
    anchor = TrustAnchor.objects.get(name="Theirs")
    with pytest.raises(certificates.CertificateRefused):
        certificates.verify(der, use="transport", now=now)

    ask(sam, "tpps.trust", anchor.pk)
    decide(tess, waiting())

    anchor.refresh_from_db()
    assert certificates.verify(der, use="transport", now=anchor.trusted_since).organisation_id == "ORG"

    ask(tess, "tpps.distrust", anchor.pk)
    decide(sam, waiting())
    anchor.refresh_from_db()
    with pytest.raises(certificates.CertificateRefused, match="trusts no more"):
        certificates.verify(der, use="transport", now=anchor.withdrawn_at)
    told = Entry.objects.filter(subject=str(anchor.pk), action__startswith="trust_anchor.").order_by("id")
    assert [entry.action.partition(".")[2] for entry in told] == ["added", "trusted", "distrusted"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"pem": ""}, "judged by those of their authority"),
    ({"pem": "rubbish"}, "no certificates in PEM"),
    ({"uses": ["statements"]}, "judged by their issuer and its key set"),
    ({"uses": ["statements"], "issuer": "OBL", "jwks": "{}"}, "judged by their issuer and its key set"),
    ({"jwks": "rubbish"}, "no key set"),
    ({"jwks": "[]"}, "no key set"),
    ({"jwks": '{"keys": [{"kty": "oct", "kid": "1"}]}'}, "no key set"),
    ({"name": "Lombard sandbox directory"}, "one of this name already"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_adds_no_anchor_that_could_not_be_asked(
    sam: Client, world: World, now: datetime, wrong: dict[str, Any], words: str
) -> None:
    answer = sam.post(ADD, fields(now, **wrong), secure=True)

    assert words in answer.content.decode()
    assert not TrustAnchor.objects.filter(name="Theirs").exists()


def test_adds_a_directory_by_its_keys(sam: Client, world: World, now: datetime) -> None:
    keys = orjson.dumps(statements.jwks()).decode()
    sam.post(ADD, fields(now, uses=["statements"], pem="", issuer="OBL", jwks=keys), secure=True)

    made = TrustAnchor.objects.get(name="Theirs")
    assert (made.issuer, made.uses, made.trusts(now)) == ("OBL", ["statements"], False)


def test_two_people_revoke_renew_and_withdraw(sam: Client, tess: Client, world: World, now: datetime) -> None:
    store.ensure(now)
    software = world.tpp.software_statements.get()
    transport = software.certificates.get(use="transport")

    ask(sam, "tpps.renew", transport.pk)
    decide(tess, waiting())
    renewed = software.certificates.filter(use="transport").exclude(pk=transport.pk).get()
    assert renewed.read().public_key() == transport.read().public_key()

    ask(sam, "tpps.revoke", transport.pk)
    decide(tess, waiting())
    with pytest.raises(certificates.CertificateRefused, match="revoked"):
        certificates.verify(given.der(transport), use="transport", now=now)
    assert certificates.verify(given.der(renewed), use="transport", now=now)
    assert "revoked already" in ask(sam, "tpps.renew", transport.pk)

    ask(sam, "tpps.withdraw", software.pk)
    decide(tess, waiting())
    software.refresh_from_db()
    assert software.withdrawn_at is not None


def test_offers_nobody_the_banks_own_certificate(sam: Client, world: World, now: datetime) -> None:
    from bank.tpps import directory

    directory.issue_server_certificate(["localhost", "desk.test"], now)
    own = Certificate.objects.filter(use="server").latest("not_before")

    assert "bank&#x27;s own" in ask(sam, "tpps.revoke", own.pk)
