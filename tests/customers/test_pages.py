"""The front door, and how pages show what others wrote."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client as Browser

from bank.customers.templatetags import lombard
from tests.consents.visitor import words

TEMPLATES = Path(settings.BASE_DIR) / "bank" / "customers" / "templates"
OWN_SCRIPT = re.compile(r"""<script src="{% static 'lombard/(once|passkey)\.js' %}" defer></script>""")
STYLE = Path(settings.BASE_DIR) / "bank" / "customers" / "static" / "lombard" / "lombard.css"


def test_tells_visitors_that_this_is_a_sandbox(db: None) -> None:
    page = Browser().get("/", secure=True)

    assert page.status_code == 200
    assert "This is a sandbox" in words(page)
    assert settings.ISSUER + "/.well-known/openid-configuration" in words(page)
    assert settings.MTLS_URL in words(page)


def test_says_no_such_page(db: None) -> None:
    page = Browser().get("/nothing-here", secure=True)

    assert page.status_code == 404
    assert "There is no such page" in words(page)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Bob's Budget", "Bob's Budget"),
        ("Evil\u202egnp.exe", "Evilgnp.exe"),
        ("two\nlines\tand  gaps", "two lines and gaps"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\x1b[31mred", "[31mred"),
        ("Żółw 東京", "Żółw 東京"),
        ("x" * 400, "x" * 350),
        ("\uff22\uff4f\uff42 \U0001d401\U0001d428\U0001d41b", "Bob Bob"),
        ("Z\u0300\u0301\u0302\u0303\u0304algo", "Z\u0300\u0301algo"),
    ],
)
def test_shows_what_others_wrote_plainly(written: str, shown: str) -> None:
    assert lombard.plain(written) == shown


def test_shows_no_letter_that_grows_beyond_bounds() -> None:
    assert len(lombard.plain("\ufdfa" * 350)) <= 350


def test_escapes_what_others_wrote() -> None:
    assert lombard.foreign("<script>") == '<bdi class="foreign">&lt;script&gt;</bdi>'
    assert "(no name)" in lombard.foreign("\u202e")


@pytest.mark.parametrize(
    ("name", "alphabet"),
    [
        ("P\u0430yPal", "Cyrillic"),
        ("\u0412\u0430nk", "Cyrillic"),
        ("\u0392ob", "Greek"),
        ("\u13a0lice", "Cherokee"),
        ("Zo\u00eb \u017b\u00f3\u0142w", ""),
        ("\u6771\u4eac", ""),
        ("O'Neill & Sons 24", ""),
    ],
)
def test_warns_of_letters_that_look_like_others(name: str, alphabet: str) -> None:
    assert lombard.foreign_alphabets(name) == ([alphabet] if alphabet else [])
    assert (f"holds {alphabet} letters" in lombard.caution(name)) == bool(alphabet)


def test_writes_days_as_people_do() -> None:
    assert lombard.day(datetime(2027, 3, 7, tzinfo=UTC)) == "7 March 2027"


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        ("2027-03-07T00:00:00+00:00", "the end of 6 March 2027"),
        ("2027-03-07T23:59:59.999999+00:00", "the end of 7 March 2027"),
        ("2027-03-07T14:30:00+00:00", "7 March 2027, 14:30 UTC"),
    ],
)
def test_tells_when_something_is_over(instant: str, written: str) -> None:
    assert lombard.ends(datetime.fromisoformat(instant)) == written


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_loads_nothing_from_elsewhere_and_runs_no_script_but_its_own(template: Path) -> None:
    text = OWN_SCRIPT.sub("", template.read_text())

    assert not re.search(r"<script|javascript:|\son\w+=|style=", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)


def test_styles_load_nothing_from_elsewhere() -> None:
    assert not re.search(r"@import|url\(", STYLE.read_text())
