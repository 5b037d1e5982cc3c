"""Account information and confirmation of funds keep to the documents that the bank publishes of them.

schemathesis makes requests up from openapi/*.yaml, right and wrong, and a TPP sends them with all that it may have: its
certificate, a bound token of the right grant, a customer's consent to everything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.db import transaction
from hypothesis import strategies as st
from schemathesis import GenerationMode

from bank import clock
from bank.wsgi import application
from consents.models import Consent, FundsConfirmation
from tests import calls
from tests.accounts import full, matrix
from tests.attacks import fuzzing
from tests.attacks.keeping import stored
from tests.standard import facts

pytestmark = pytest.mark.fuzz

EXAMPLES = 10  # of each operation, right and wrong
DOCUMENTS = {name: facts.ours(name) for name in ("account-info", "confirmation-funds")}
OPERATIONS = [
    (name, method.upper(), path)
    for name, document in DOCUMENTS.items()
    for path, item in document["paths"].items()
    for method in item
]
PART = re.compile(r"(?!\.{1,2}$)[^/]+", re.DOTALL)  # of a path; with anything else it would be another path
# The documents say less of these, as the published ones do: hardly a request made up from that would come further.
HEADERS = {
    "x-fapi-auth-date": {"enum": ["Sun, 06 Nov 1994 08:49:37 GMT"]},
    "x-fapi-customer-ip-address": {"enum": ["203.0.113.9", "2001:db8::9"]},
    "x-fapi-interaction-id": {"type": "string", "format": "uuid"},
}


@dataclass(frozen=True, kw_only=True)
class Cast:
    """A TPP, its tokens by document and grant, the documents with the names of what exists, a right body by path."""

    bob: calls.Caller
    tokens: dict[tuple[str, str], str]
    schemas: dict[str, Any]
    right: dict[str, Any]

    def send(self, case: schemathesis.Case, *, name: str) -> schemathesis.Response:
        """Send what was made up, as the TPP would."""
        document = DOCUMENTS[name]
        [security] = document["paths"][case.path][case.method.lower()]["security"]
        [scheme] = security
        return case.call(
            base_url=settings.MTLS_URL + document["servers"][0]["url"],
            headers={"Authorization": f"Bearer {self.tokens[name, scheme]}"},
            environ_overrides={"gunicorn.socket": calls.Socket(self.bob.der)},
        )

    def kept(self) -> tuple[Any, ...]:
        """What the bank keeps: of each kind how much, this TPP's consents with their status, what it has asked."""
        consents = Consent.objects.filter(client=self.bob.provider.client)
        asked = FundsConfirmation.objects.filter(consent__in=consents).count()
        return *stored(), sorted(consents.values_list("pk", "status")), asked


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """Made once, in one transaction that every request is made in, and rolled back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        now = clock.now().replace(microsecond=0)
        bob, life = calls.caller(now=now), full.full(now=now)
        everything = sorted(matrix.words(matrix.CODES))
        reading = calls.consent(
            bob,
            "account-access",
            customer=life.customer,
            accounts=[life.account, life.beside],
            data={"Permissions": everything},
            permissions=everything,
        )
        asking = calls.authorised_funds(bob, customer=life.customer, account=life.beside)
        question = {"ConsentId": asking.pk, "Reference": "Till 1", "InstructedAmount": full.POUND}
        names = {"AccountId": life.account.pk, "StatementId": life.statement_id}
        yield Cast(
            bob=bob,
            tokens={
                ("account-info", "TPPOAuth2Security"): bob.token("accounts"),
                ("account-info", "PSUOAuth2Security"): calls.customers_token(bob, reading),
                ("confirmation-funds", "TPPOAuth2Security"): bob.token("fundsconfirmations"),
                ("confirmation-funds", "PSUOAuth2Security"): calls.customers_token(bob, asking),
            },
            schemas={
                "account-info": loaded("account-info", {**names, "ConsentId": reading.pk}),
                "confirmation-funds": loaded("confirmation-funds", {"ConsentId": asking.pk}),
            },
            right={
                "/account-access-consents": {"Data": reading.data, "Risk": {}},
                "/funds-confirmation-consents": {"Data": asking.data},
                "/funds-confirmations": {"Data": question},
            },
        )
        transaction.set_rollback(True)


def loaded(name: str, real: dict[str, str]) -> Any:
    """The document, in which what has an id is something real (nobody's are made up as wrong ones); and no token."""
    document = facts.ours(name)
    values = {**HEADERS, **{part: {"enum": [value]} for part, value in real.items()}}
    for _, operation in facts.operations(document):
        parameters = [known for known in operation["parameters"] if known["name"] != "Authorization"]
        operation["parameters"] = [
            {**known, "schema": values.get(known["name"], known["schema"])} for known in parameters
        ]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = application
    return schema


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_keeps_to_its_document(cast, operation, mode):
    """The answer is one of those published, a right request is taken, and a refusal leaves nothing behind."""
    name, method, path = operation
    statuses = set()

    @fuzzing.settings(EXAMPLES)
    @hypothesis.given(
        case=cast.schemas[name][path][method].as_strategy(generation_mode=mode),
        is_taken=st.sampled_from([True, False]),  # a body that the rules take is hardly ever made up
    )
    def examine(case, is_taken):
        if is_taken and mode == GenerationMode.POSITIVE and path in cast.right:
            case.body = cast.right[path]
        hypothesis.assume(all(PART.fullmatch(str(part)) for part in case.path_parameters.values()))
        with transaction.atomic():
            before = cast.kept()
            answer = cast.send(case, name=name)
            case.validate_response(answer, checks=fuzzing.CHECKS)
            assert answer.status_code < 400 or cast.kept() == before
            statuses.add(answer.status_code)
            transaction.set_rollback(True)

    examine()

    assert mode == GenerationMode.NEGATIVE or statuses & {200, 201, 204}
