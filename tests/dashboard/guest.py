"""A customer at the bank's own pages, and what they read there."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client as Browser

from bank.customers.models import User
from tests import people
from tests.consents.visitor import words

ROW = re.compile(r'<tr id="([^"]+)"[^>]*>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)


@dataclass
class Guest:
    """A customer at the bank's own pages."""

    person: User
    browser: Browser = field(default_factory=Browser)

    def get(self, path: str = "", **query: str) -> HttpResponse:
        return self.browser.get(f"/dashboard{path}", query, secure=True)

    def post(self, path: str, **form: Any) -> HttpResponse:
        return self.browser.post(f"/dashboard{path}", form, secure=True)

    def follow(self, page: HttpResponse, link_id: str) -> HttpResponse | None:
        """The page behind a link of a page, if the link is there."""
        found = re.search(rf'<a href="([^"]+)"[^>]* id="{link_id}"', page.content.decode())
        return self.browser.get(found[1].replace("&amp;", "&"), secure=True) if found else None

    def log_in(self) -> HttpResponse:
        form = {"username": self.person.username, "password": people.PASSWORD, "step": "login"}
        return self.browser.post("/security/login?to=/dashboard", form, secure=True)

    def come_in(self) -> "Guest":
        self.log_in()
        self.post("/prove", otp=settings.SCA_FIXED_CODE, step="sca")
        return self

    def says(self, path: str = "") -> str:
        page = self.get(path)
        assert page.status_code == 200, page
        return words(page)


def rows(page: HttpResponse) -> list[tuple[str, str, str]]:
    """The lines of an account's page: id, amount and balance, as they are written."""
    found = []
    for transaction_id, cells in ROW.findall(page.content.decode()):
        _what, amount, balance = CELL.findall(cells)
        found.append((transaction_id, amount, balance))
    return found
