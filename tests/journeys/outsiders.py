"""Clients that nobody here wrote, as they meet the bank: registered like the conformance suite's own, known by a file.

A customer does on the bank's pages what that file says, so those steps are tried as well.
"""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import requests
from jwcrypto import jws, jwt
from jwcrypto.jwk import JWKSet

from bank.sandbox.tpp.browser import Browser
from tests.journeys import world

ALGORITHMS = ["PS256", "ES256"]
UK_HEADER = ("http://openbanking.org.uk/iat", "http://openbanking.org.uk/iss", "http://openbanking.org.uk/tan")


@dataclass(frozen=True)
class Outsider:
    """What such a client is given: the plan's configuration, and whom to believe."""

    configuration: dict[str, Any]
    ca: str
    folder: Path

    @property
    def client_id(self) -> str:
        return self.configuration["client"]["client_id"]

    @property
    def scope(self) -> str:
        return self.configuration["client"]["scope"]

    @property
    def key(self) -> dict[str, Any]:
        """The private key that it signs with."""
        return self.configuration["client"]["jwks"]["keys"][0]

    @property
    def redirect_uri(self) -> str:
        return f"https://localhost:8443/test/a/{self.configuration['alias']}/callback"

    @property
    def resource(self) -> str:
        return self.configuration["resource"]["resourceUrl"]

    def session(self, session: requests.Session | None = None) -> Any:
        """A session that shows its certificate."""
        session = session or requests.Session()
        session.trust_env, session.verify, session.cert = False, self.ca, self._certificate()
        return session

    def discovery(self) -> dict[str, Any]:
        return self.session().get(self.configuration["server"]["discoveryUrl"]).json()

    def _certificate(self) -> str | None:
        if "mtls" not in self.configuration:
            return None
        path = self.folder / f"{self.configuration['alias']}.pem"
        path.write_text(self.configuration["mtls"]["cert"] + self.configuration["mtls"]["key"])
        return str(path)

    def walk(self, url: str) -> str:
        """Do as a customer what the configuration says; return the address that the bank sent the browser to."""
        browser = Browser(ca=self.ca, stop_at=self.redirect_uri)
        (rule,) = self.configuration["browser"]
        assert fnmatchcase(url, rule["match"])
        browser.open(url)
        for task in rule["tasks"]:
            if browser.page is not None and fnmatchcase(browser.page.url, task["match"]):
                entries = {command[2]: command[3] for command in task["commands"] if command[0] == "text"}
                for button in [command[2] for command in task["commands"] if command[0] == "click"]:
                    browser.send(button, **entries)
        assert browser.left_to, " ".join(browser.page.words) if browser.page else "no page"
        return browser.left_to

    def checked(self, token: str) -> dict[str, Any]:
        """The claims of a JWT of the bank, checked by a library that the bank does not use."""
        read = jwt.JWT(jwt=token, key=self.bank_keys(), algs=ALGORITHMS)
        claims: dict[str, Any] = json.loads(read.claims)
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        assert (claims["iss"], audience) == (self.discovery()["issuer"], [self.client_id])
        return claims

    def check_detached(self, signature: str, body: bytes) -> None:
        """Check the signature over an answer. Raises JWException."""
        known = {name: jws.JWSEHeaderParameter(name, False, True, None) for name in UK_HEADER}
        read = jws.JWS(header_registry=known)
        read.allowed_algs = ALGORITHMS
        read.deserialize(signature)
        read.verify(self.bank_keys(), detached_payload=body)

    def bank_keys(self) -> JWKSet:
        return JWKSet.from_json(self.session().get(self.discovery()["jwks_uri"]).text)


def register(bank: world.World, *plans: str, suite: str = "") -> dict[str, Outsider]:
    """Register the clients of these plans, as `manage.py tpp conformance` does; suite is its address, if one runs."""
    bank.manage("tpp", "conformance", *plans, *(["--suite", suite] if suite else []))
    folder = bank.var / "conformance"
    return {
        name: Outsider(json.loads((folder / f"{name}.json").read_text()), str(bank.var / "ca.pem"), folder)
        for name in plans
    }
