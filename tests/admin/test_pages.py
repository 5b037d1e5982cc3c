"""The desk shows everything and edits nothing, whoever asks."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Transfer
from bank.audit.models import Entry
from bank.customers.models import User
from bank.desk import pages
from bank.oauth.models import AccessToken
from bank.oauth.models import Client as OAuthClient
from bank.outbox import unit
from consents.models import Consent
from fraud import payees
from fraud.models import Case, PayeeMark
from payments import desk
from payments.models import PaymentOrder
from tests import people
from tests.admin.conftest import LogIn, World, held_payment

pytestmark = pytest.mark.exhaustive

MAY_BE_EMPTY = {
    "keys.RemoteKeySet",
    "api.IdempotencyKey",
    "approvals.Approval",
    "fraud.PayeeMark",
    "oauth.Authorization",
    "outbox.Message",
    "payments.SchemePayment",
    "sandbox.Resident",
    "tpps.CertificateRequest",
}
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def path(model: type[models.Model], last: str = "", *, pk: Any = None) -> str:
    place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    return place + last if pk is None else f"{place}{admin.utils.quote(pk)}/{last}"


def text(browser: Client, where: str) -> str:
    answer = browser.get(where, secure=True)
    assert answer.status_code == 200, where
    return answer.content.decode()


def test_has_read_only_pages_of_this_bank_alone() -> None:
    assert all(isinstance(page, pages.ReadOnly) for page in admin.site._registry.values())
    assert not admin.site.is_registered(Group)
    assert not admin.site.is_registered(AccessToken)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_lets_nobody_in_unknown(db: None, model: type[models.Model]) -> None:
    for last in ("", "add/"):
        answer = Client().get(path(model, last), secure=True)

        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")


def test_refuses_a_customer(world: World, log_in: LogIn) -> None:
    alice = log_in(world.alice)

    answer = alice.get("/admin/", secure=True)

    assert answer.status_code == 302
    assert "lombard_staff" not in alice.cookies or not alice.cookies["lombard_staff"].value


def test_keeps_the_staff_cookie_apart(sam: Client) -> None:
    cookie = sam.cookies["lombard_staff"]

    assert (cookie["path"], cookie["secure"], cookie["httponly"]) == ("/admin", True, True)
    assert "lombard_session" not in sam.cookies


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_shows_every_page_and_refuses_every_edit(sam: Client, world: World, model: type[models.Model]) -> None:
    rows_before = model._default_manager.count()
    thing = model._default_manager.order_by("pk").last()

    assert sam.get(path(model), secure=True).status_code == 200
    assert sam.get(path(model), {"q": "nothing like this"}, secure=True).status_code == 200
    assert sam.post(path(model, "add/"), {}, secure=True).status_code == 403
    assert sam.post(path(model), {"action": "delete_selected", "_selected_action": ["1"]}, secure=True).status_code in {
        200,
        302,
        403,
    }
    if thing is not None:
        assert sam.get(path(model, "change/", pk=thing.pk), secure=True).status_code == 200
        for last in ("change/", "delete/"):
            assert sam.post(path(model, last, pk=thing.pk), {"post": "yes"}, secure=True).status_code == 403
        assert model._default_manager.filter(pk=thing.pk).exists()
    assert model._default_manager.count() >= rows_before


def test_shows_a_rows_page_for_nearly_every_model(world: World) -> None:
    empty = {model._meta.label for model in MODELS if not model._default_manager.exists()}

    assert empty <= MAY_BE_EMPTY


@pytest.mark.parametrize(
    "statement",
    [
        "update accounts_posting set amount_minor = 1",
        "delete from accounts_posting",
        "update accounts_transfer set booked_at = now()",
        "delete from accounts_hold",
        "delete from accounts_holdend",
        "update accounts_account set booked_minor = booked_minor + 1",
        "update accounts_account set held_minor = 0",
        "update consents_consent set status = 'AUTH'",
        "update consents_transition set to_status = 'AUTH'",
        "delete from consents_transition",
        "update payments_paymentorder set status = 'ACCC'",
        "update payments_ordertransition set to_status = 'ACCC'",
        "delete from payments_ordertransition",
        "update audit_entry set actor = 'nobody'",
        "delete from audit_entry",
        "delete from audit_seal",
        "delete from fraud_decision",
        "update approvals_approval set requested_by_id = 1",
        "truncate accounts_posting cascade",
        "alter table accounts_posting disable trigger all",
        "drop table audit_entry cascade",
    ],
)
def test_the_applications_role_changes_nothing_that_is_history(world: World, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_finds_a_tpp_by_any_of_its_ids_and_shows_all_that_is_its(sam: Client, world: World) -> None:
    client = OAuthClient.objects.get(software_statement__tpp=world.tpp)

    for key in (world.tpp.name, world.tpp.pk, client.software_statement_id, client.client_id):
        assert path(type(world.tpp), "change/", pk=world.tpp.pk) in text(sam, f"{path(type(world.tpp))}?q={key}")
    page = text(sam, path(type(world.tpp), "change/", pk=world.tpp.pk))
    certificate = client.software_statement.certificates.first()
    for part in (
        client.software_statement_id,
        client.client_id,
        certificate.pk,
        world.order.consent_id,
        world.order.pk,
    ):
        assert part in page


def test_finds_an_account_and_its_orders_by_the_number_as_it_is_written(sam: Client, world: World) -> None:
    number = world.account.number

    for model, pk in ((Account, world.account.pk), (PaymentOrder, world.order.pk)):
        for written in (number, world.account.identification):
            assert path(model, "change/", pk=pk) in text(sam, f"{path(model)}?{urlencode({'q': written})}")
        assert path(model, "change/", pk=pk) not in text(sam, f"{path(model)}?{urlencode({'q': number[:-1]})}")


def test_tells_the_whole_story_of_an_order(sam: Client, world: World) -> None:
    page = text(sam, path(PaymentOrder, "change/", pk=world.order.pk))

    for part in (
        world.alice.full_name,  # who
        "2400.00 GBP",  # what
        "RCVD received",  # when it was taken, and where it went from there
        "PDNG checks pending",
        "the first payment to this payee",  # why: every rule's finding
        "takes 96 % of the available money",
        "not marked",
        "number 1 within an hour",
        "Ledger: holds",
        "order.submitted",  # the audit trail
        "payment.screened",
        "Release this payment",
        "Reject this payment",
        "Mark this payee",
    ):
        assert part in page, part


def test_says_so_where_a_table_is_cut(sam: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    page = path(Consent, "change/", pk=world.order.consent_id)
    whole = text(sam, page)
    monkeypatch.setattr(pages, "ROWS_MAX", 1)

    cut = text(sam, page)

    assert "there are more" not in whole
    assert "1 are shown; there are more." in cut
    assert cut.count("<td>") < whole.count("<td>")


def test_tells_a_consent_with_its_content_transitions_and_orders(sam: Client, world: World) -> None:
    page = text(sam, path(Consent, "change/", pk=world.order.consent_id))

    for part in ("InstructedAmount", "2400.00", "awaiting authorisation", "consumed", world.order.pk, "consent."):
        assert part in page, part


def test_tells_a_customer_with_accounts_and_an_account_with_its_money(sam: Client, world: World) -> None:
    customer = text(sam, path(User, "change/", pk=world.alice.pk))
    account = text(sam, path(Account, "change/", pk=world.account.pk))

    assert str(world.account) in customer
    assert world.alice.password not in customer
    assert world.order.pk in account
    assert "2500.00 GBP" in account


def test_searches_the_trail_by_the_id_of_anything(sam: Client, world: World) -> None:
    found = text(sam, f"{path(Entry)}?q={world.order.pk}")

    assert "order.submitted" in found
    assert "payment.screened" in found
    assert "log-in" not in found


def test_queues_held_payments_with_what_speaks_against_them(sam: Client, world: World) -> None:
    queue = text(sam, f"{path(Case)}?state__exact=open")

    for part in (world.order.pk, "2400.00 GBP", "Bob Example", "the first payment to this payee"):
        assert part in queue, part
    assert "held payments" in text(sam, "/admin/")


@pytest.mark.parametrize("model", [PaymentOrder, Consent, Case, Account, Transfer, Entry, OAuthClient])
def test_lists_cost_the_same_however_long(sam: Client, world: World, now: datetime, model: type[models.Model]) -> None:
    with CaptureQueriesContext(connection) as short:
        text(sam, path(model))
    held_payment(now=now)
    held_payment(now=now)

    with CaptureQueriesContext(connection) as long:
        text(sam, path(model))

    assert len(long) == len(short)


def test_an_orders_page_costs_a_fixed_number_of_statements(
    sam: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        text(sam, path(PaymentOrder, "change/", pk=world.order.pk))


def test_marks_a_payee_from_the_page_of_an_order(sam: Client, world: World) -> None:
    where = "/admin/fraud/payeemark/do/mark/"
    form = {"scheme": "UK.OBIE.SortCodeAccountNumber", "identification": "20-00-00 87654321", "reason": "Deceived Bob"}

    answer = sam.post(where, form, secure=True)

    assert answer.status_code == 302
    mark = PayeeMark.objects.get(counterparty="UK.OBIE.SortCodeAccountNumber:20000087654321")
    assert (mark.reason, mark.marked_by) == ("Deceived Bob", f"staff:{world.sam.username}")
    assert Entry.objects.filter(actor=f"staff:{world.sam.username}", action="payee.marked").exists()


@pytest.mark.parametrize("identification", ["", "1234", "2000008765432x"])
def test_marks_no_payee_that_is_no_account(sam: Client, world: World, identification: str) -> None:
    form = {"scheme": "UK.OBIE.SortCodeAccountNumber", "identification": identification, "reason": "Deceived Bob"}

    answer = sam.post("/admin/fraud/payeemark/do/mark/", form, secure=True)

    assert answer.status_code == 200
    assert not PayeeMark.objects.filter(reason="Deceived Bob").exists()


def test_staff_without_permissions_see_and_do_nothing(world: World, log_in: LogIn, now: datetime) -> None:
    newcomer = log_in(
        User.objects.make(username="newcomer", password=people.PASSWORD, full_name="New", kind="staff", now=now)
    )
    with unit.work():
        mark = payees.mark(counterparty="UK.OBIE.IBAN:XX", reason="why", marked_by="bank:fraud", now=now)

    assert newcomer.get(path(PaymentOrder), secure=True).status_code == 403
    assert newcomer.get("/admin/fraud/payeemark/do/mark/", secure=True).status_code == 403
    for action, subject in ((desk.Release.name, world.order.pk), ("fraud.unmark", mark.pk)):
        ask = f"/admin/approvals/approval/ask/{action}/{subject}/"
        assert newcomer.post(ask, {"reason": "Because"}, secure=True).status_code == 403
