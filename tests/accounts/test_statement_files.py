"""The file of a statement: what a person reads in it, page by page, and that it is drawn once."""

import io
import itertools
import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from django.db.models import Q

from accounts import documents, statements
from accounts.models import Account, Party, StatementFile
from bank import ids
from tests import calls
from tests.accounts import given

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
ADDRESS = {"BuildingNumber": "7", "StreetName": "Juniper Row", "TownName": "Leeds", "PostCode": "LS1 4AP"}


def make(account, **more):
    values = {"starts_at": MARCH, "ends_at": APRIL, "kind": "RegularPeriodic", "now": APRIL + timedelta(hours=1)}
    return statements.make(account.pk, **values | more)


def pages(pdf):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def draw(statement):
    return documents.of(Q(pk=statement.pk), now=APRIL)


@pytest.fixture
def account(alice):
    """Alice's: 100.00 from February; in March 1,250.00 came in, 12.50 and 3.00 went out."""
    made = given.account(now=MARCH - timedelta(days=3), balance="100.00", opened_at=MARCH - timedelta(days=30))
    made.holders.create(customer=alice)
    Party.objects.create(
        id=ids.new("pty"), customer=alice, number=ids.new("n"), full_legal_name="x", addresses=[ADDRESS]
    )
    given.move(made, 1250_00, now=MARCH + timedelta(days=1), details={"TransactionInformation": "SALARY ACME"})
    coffee = {"TransactionInformation": "COPPER KETTLE", "TransactionReference": "CARD 3906"}
    given.move(made, -12_50, now=MARCH + timedelta(days=2), details=coffee)
    fee = {
        "BankTransactionCode": {"Code": "MDOP", "SubCode": "CHRG"},
        "ProprietaryBankTransactionCode": {"Code": "Monthly"},
    }
    given.move(made, -3_00, now=MARCH + timedelta(days=30), details=fee | {"TransactionInformation": "ACCOUNT FEE"})
    return made


class TestNegotiation:
    @pytest.mark.parametrize("accept", ["application/pdf", "application/*", "*/*", "text/html, application/pdf;q=0.5"])
    def test_sends_the_document(self, consented, account, accept):
        answer = consented([account]).call(f"accounts/{account.pk}/statements/{make(account).pk}/file", accept=accept)

        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-")
        assert answer["x-fapi-interaction-id"]

    @pytest.mark.parametrize("accept", ["application/json", "text/plain", "application/pdf;q=0", "image/*"])
    def test_refuses_other_types_in_json(self, consented, account, accept):
        answer = consented([account]).call(f"accounts/{account.pk}/statements/{make(account).pk}/file", accept=accept)

        assert (answer.status_code, answer["Content-Type"]) == (406, "application/json")
        assert calls.error(answer)["ErrorCode"] == "U006"

    def test_answers_json_alone_everywhere_else(self, consented, account):
        answer = consented([account]).call(f"accounts/{account.pk}/statements", accept="application/pdf")

        assert answer.status_code == 406

    def test_keeps_to_two_statements_after_the_token(self, consented, account, django_assert_num_queries):
        path, reader = f"accounts/{account.pk}/statements/{make(account).pk}/file", consented([account])
        drawn = reader.call(path, accept="application/pdf").content

        with django_assert_num_queries(4):  # the token, the count of use, and these two
            assert reader.call(path, accept="application/pdf").content == drawn


class TestWords:
    def test_tells_whose_account_it_is_and_what_moved(self, account):
        (text,) = pages(draw(make(account)))

        for words in (
            "Account statement, 31 March 2026",
            "1 March 2026 to 31 March 2026",
            "Alice Example\n7 Juniper Row\nLeeds\nLS1 4AP",
            f"Sort code 04-00-04\nAccount number {account.identification[6:]}",
            "Balance on 1 March 2026 £100.00\nPaid in £1,250.00\nPaid out -£15.50\nBalance on 31 March 2026 £1,334.50",
            "Monthly account fee -£3.00",
            "2 Mar 26 SALARY ACME 1,250.00 £1,350.00",
            "COPPER KETTLE\nCARD 3906",
            "12.50 £1,337.50",
            "31 Mar 26 ACCOUNT FEE 3.00 £1,334.50",
            "Closing balance on 31 March 2026: £1,334.50",
            "Page 1 of 1",
        ):
            assert words in text, text

    @pytest.mark.usefixtures("db")
    def test_says_so_where_nothing_moved(self):
        empty = given.account(now=MARCH)

        (text,) = pages(draw(make(empty)))

        assert "There were no transactions in this period." in text

    def test_never_shows_a_whole_card_number(self, consented, account):
        Account.objects.filter(pk=account.pk).update(scheme="UK.OBIE.PAN", identification="4539571147283906")

        answer = consented([account]).call(f"accounts/{account.pk}/statements/{make(account).pk}/file", accept="*/*")

        text = "".join(pages(answer.content))
        assert "************3906" in text
        assert "4539571147283906" not in text.replace(" ", "")

    def test_carries_the_balance_from_page_to_page(self, account):
        for number in range(150):
            given.move(
                account, -1, now=MARCH + timedelta(days=3, hours=number), details={"TransactionInformation": "TEA"}
            )

        texts = pages(draw(make(account)))

        assert len(texts) > 3
        for number, (text, following) in enumerate(itertools.pairwise(texts), start=1):
            assert f"Page {number} of {len(texts)}" in text
            carried = re.search(r"Balance carried forward\s*(\S+)", text)[1]
            assert re.search(r"Balance brought forward\s*(\S+)", following)[1] == carried
            assert text.count(carried) == 2, text  # in the footer, and in the last line
        assert "carried forward" not in texts[-1]
        assert all("Date Description Paid out Paid in Balance" in text for text in texts[1:-1])
        assert sum(text.count(" TEA ") for text in texts) == 150

    def test_draws_whatever_text_a_line_has(self, account):
        """A glyph that the font lacks would fail the document: what cannot be drawn is replaced."""
        everything = "".join(chr(code) for code in range(0x20, 0x3000) if unicodedata.category(chr(code)) != "Cs")
        markup = '#panic() *a* _b_ $c$ <d> @e \\f "g" // h'
        for words in (everything[:1500], everything[1500:], "\U0001f600 tea\u202e", markup, "\x07"):
            given.move(account, -1, now=MARCH + timedelta(days=3), details={"TransactionInformation": words})

        text = "".join(pages(draw(make(account))))

        assert '#panic() *a* _b_ $c$ <d> @e \\f "g" // h' in text
        assert "? tea?" in text


class TestDocument:
    def test_is_tagged_for_assistive_technology(self, account):
        root = pypdf.PdfReader(io.BytesIO(draw(make(account)))).trailer["/Root"]

        assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "en-GB")
        assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712 - pypdf's own kind
        kinds = list(tags(root["/StructTreeRoot"]))
        assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= set(kinds)
        assert kinds.count("/TH") == 11  # five over the lines, two over each other table: account, summary, fees

    def test_is_the_same_whenever_it_is_drawn(self, account):
        statement = make(account)
        first = draw(statement)
        StatementFile.objects.filter(statement=statement).delete()

        assert draw(statement) == first

    def test_is_drawn_once_and_again_when_the_address_changes(self, account, alice):
        statement = make(account)
        first, second = draw(statement), draw(statement)
        Party.objects.filter(customer=alice).update(addresses=[ADDRESS | {"TownName": "York"}])

        third = draw(statement)

        assert first == second
        assert "York" in "".join(pages(third))
        assert StatementFile.objects.filter(statement=statement).count() == 2

    def test_is_one_file_for_every_consent(self, consented, account):
        path = f"accounts/{account.pk}/statements/{make(account).pk}/file"

        held = (["ReadStatementsDetail"], ["ReadStatementsDetail", "ReadPAN", "ReadStatementsBasic"])
        seen = {consented([account], permissions).call(path, accept="*/*").content for permissions in held}

        assert len(seen) == 1


def tags(node):
    """The kinds of structure, in reading order."""
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        inner = child.get_object()
        if isinstance(inner, dict) and "/S" in inner:
            yield inner["/S"]
            yield from tags(inner)
