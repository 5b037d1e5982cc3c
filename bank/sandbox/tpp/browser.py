"""A customer's browser, as small as it gets: gets pages, fills in their forms, sends them, follows redirects.

It sees what any browser sees: HTML, cookies, headers. There is no other way in.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

REDIRECTS = {301, 302, 303, 307, 308}
TIMEOUT_SECONDS = 30


class Unexpected(Exception):
    """The page is not the one that should be there."""


@dataclass(frozen=True)
class Customer:
    """What a customer knows: the log-in, and the one-time code that the bank sends."""

    username: str
    password: str
    code: str


@dataclass
class Form:
    """A form of a page: where it goes, what it sends unless told otherwise, its fields and buttons by their id."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    fields: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # id: (name, kind, value)


class Page(HTMLParser):
    """The forms and the words of a page."""

    def __init__(self, html: str, *, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a form or one of its fields."""
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            action = urljoin(self.url, values.get("action") or self.url)
            self.forms.append(Form(action, values.get("method", "get").upper()))
        if tag in ("input", "button") and self.forms:
            self._field(values, kind=values.get("type") or ("submit" if tag == "button" else "text"))

    def _field(self, values: dict[str, str], *, kind: str) -> None:
        form, name, value = self.forms[-1], values.get("name", ""), values.get("value", "")
        if values.get("id"):
            form.fields[values["id"]] = (name, kind, value or "on" if kind in ("checkbox", "radio") else value)
        sent = "checked" in values if kind in ("checkbox", "radio") else kind not in ("submit", "button")
        if name and sent:
            form.values.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        """Note words."""
        if data.strip():
            self.words.append(data.strip())

    def form(self, field_id: str) -> Form:
        """The form that holds this field or button. Raises Unexpected."""
        for form in self.forms:
            if field_id in form.fields:
                return form
        raise Unexpected(f"no {field_id} on {self.url}, which says: {' · '.join(self.words)[:600]}")


class Browser:
    """One customer at one screen."""

    def __init__(self, *, ca: str, stop_at: str) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = ca
        self.stop_at = stop_at
        self.page: Page | None = None
        self.left_to = ""  # where the bank sent us in the end
        self.policy = ""  # of the page before us: what its forms may say of where they come from

    def open(self, url: str) -> None:
        """Follow a link."""
        self._go("GET", url)

    def has(self, field_id: str) -> bool:
        """Tell whether the page before us has this field or button."""
        return self.page is not None and any(field_id in form.fields for form in self.page.forms)

    def accounts(self) -> list[str]:
        """The ids of the accounts to choose: all where many may be chosen, the first where one must be."""
        offered = {
            field_id: kind
            for form in (self.page.forms if self.page else [])
            for field_id, (_, kind, _) in form.fields.items()
            if field_id.startswith("account-") and kind in ("checkbox", "radio")
        }
        return list(offered) if "radio" not in offered.values() else list(offered)[:1]

    def send(self, button_id: str, **entries: str) -> None:
        """Fill in fields by their id (any value ticks a box) and press a button.

        Raises Unexpected.
        """
        if self.page is None:
            raise Unexpected(f"no page is open on which to press {button_id}")
        form = self.page.form(button_id)
        values = {name: list(sent) for name, sent in form.values.items()}
        for field_id, entry in entries.items():
            name, kind, value = form.fields[field_id]
            if kind == "checkbox":
                values[name] = [*(other for other in values.get(name, []) if other != value), value]
            else:
                values[name] = [value if kind == "radio" else entry]
        name, _, value = form.fields[button_id]
        if name:
            values[name] = [value]
        self._go(form.method, form.action, data=values)

    def _go(self, method: str, url: str, data: dict[str, list[str]] | None = None) -> None:
        answer = self.session.request(
            method,
            url,
            data=data,
            headers=self._whence(url) if method == "POST" else {},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        while answer.status_code in REDIRECTS:
            url = urljoin(url, answer.headers["Location"])
            if url.startswith(self.stop_at):
                self.page, self.left_to = None, url
                return
            answer = self.session.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        self.page, self.policy = Page(answer.text, url=url), answer.headers.get("Referrer-Policy", "")

    def _whence(self, url: str) -> dict[str, str]:
        """Say where a form comes from, as browsers do (Fetch, "append a request Origin header")."""
        if self.policy == "no-referrer":
            return {"Origin": "null"}
        parts = urlsplit(url)
        return {"Origin": f"{parts.scheme}://{parts.netloc}", "Referer": self.page.url if self.page else url}


def approve(url: str, *, customer: Customer, ca: str, stop_at: str) -> str:
    """Do the customer's part: log in, enter the one-time code, choose an account (or all, to be read), approve.

    Returns what the bank sends back to the TPP, in the URL's fragment or query. Raises Unexpected.
    """
    browser = Browser(ca=ca, stop_at=stop_at)
    log_in(browser, url, customer=customer)
    browser.send("consent-approve", **dict.fromkeys(browser.accounts(), "chosen"))
    return _brought_back(browser)


def refuse(url: str, *, customer: Customer, ca: str, stop_at: str) -> str:
    """Do the customer's part and press cancel on the page that asks. Raises Unexpected."""
    browser = Browser(ca=ca, stop_at=stop_at)
    log_in(browser, url, customer=customer)
    browser.send("consent-cancel")
    return _brought_back(browser)


def log_in(browser: Browser, url: str, *, customer: Customer) -> None:
    """Open the bank's link, log in and enter the one-time code; the consent's page is then before us."""
    browser.open(url)
    browser.send("login-submit", username=customer.username, password=customer.password)
    browser.send("otp-submit", otp=customer.code)


def _brought_back(browser: Browser) -> str:
    if not browser.left_to:
        raise Unexpected(f"still at the bank: {' · '.join(browser.page.words if browser.page else [])[:600]}")
    parts = urlsplit(browser.left_to)
    return parts.fragment or parts.query
