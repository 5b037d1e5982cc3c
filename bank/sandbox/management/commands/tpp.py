"""Be a TPP: make one, pay, read accounts, ask for funds, and learn why a call was refused."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from requests import RequestException

from bank import clock
from bank.sandbox import cast, enrolment, refusals, tending
from bank.sandbox.conformance import plans, writing
from bank.sandbox.tpp import accounts, browser, client, funds, pay, redirect, telling

METHODS = ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"]
PROFILES = ["fapi1-advanced", "fapi2-security", "fapi2-message-signing"]


class Command(BaseCommand):
    """The sub-commands; the journeys themselves stand in bank/sandbox/tpp."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-commands."""
        commands = parser.add_subparsers(dest="what", required=True)
        new = commands.add_parser("new", help="make a TPP: certificates, software statement, registered client")
        new.add_argument("name")
        new.add_argument("--auth", choices=METHODS, default=METHODS[0], help="how it proves who it is")
        new.add_argument("--profile", choices=PROFILES, default=PROFILES[0], help="which rules it keeps")
        new.add_argument("--dpop", action="store_true", help="bind its tokens to a key, not to its certificate")
        new.add_argument("--redirect-uri", default=enrolment.REDIRECT_URI, help="where customers are sent back to")
        new.set_defaults(do=self.make_one)
        paying = commands.add_parser("pay", help="walk a whole payment as a TPP")
        paying.add_argument("amount", help="in pounds, e.g. 12.34")
        paying.add_argument("--to", help="sort code and account number, e.g. 04-00-04 12345678 (default: Bob's)")
        paying.add_argument("--payee", default="", help="the name on that account")
        paying.add_argument("--reference", default="Thank you")
        paying.set_defaults(do=self.walk_payment)
        reading = commands.add_parser("accounts", help="walk a whole account read as a TPP")
        reading.set_defaults(do=self.walk_read)
        asking = commands.add_parser("funds", help="ask as a TPP whether amounts are there")
        asking.add_argument("amounts", nargs="*", default=["1.00", "1000000.00"], help="in pounds, e.g. 12.34")
        asking.add_argument("--account", help="sort code and account number (default: Alice's first)")
        asking.set_defaults(do=self.walk_funds)
        for journey in (paying, reading, asking):
            journey.add_argument(
                "--tpp", default=enrolment.READY_MADE, help="which TPP to be (a folder below var/tpps)"
            )
            journey.add_argument("--approve", metavar="CUSTOMER", help="fill in the customer's pages as a browser does")
            journey.add_argument("--quiet", action="store_true", help="print the outcome only")
        who = commands.add_parser("whoami", help="ask the bank what it sees of a TPP: certificate, client, token")
        who.add_argument("--tpp", default=enrolment.READY_MADE, help="which TPP to be (a folder below var/tpps)")
        who.set_defaults(do=self.ask_who)
        tending.add_arguments(commands, self)
        why = commands.add_parser("why", help="tell which check refused a call")
        why.add_argument("interaction_id", help="the x-fapi-interaction-id of the answer")
        why.set_defaults(do=self.explain)
        suite = commands.add_parser("conformance", help="register two clients for the OpenID Foundation's suite")
        suite.add_argument("plans", nargs="+", choices=plans.PLANS, metavar="PLAN", help=", ".join(plans.PLANS))
        suite.add_argument("--suite", default=plans.SUITE, help="the suite's address (%(default)s)")
        suite.add_argument("--alias", default="lombard", help="how the plan's addresses there begin (%(default)s)")
        suite.set_defaults(do=self.prepare_conformance)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Run one of them; what a TPP would see going wrong becomes one sentence."""
        try:
            options["do"](options)
        except (client.Refused, client.NotProven, browser.Unexpected, enrolment.NameRefused) as failure:
            hint = f"\nWhy? manage.py tpp why {failure.interaction_id}" if isinstance(failure, client.Refused) else ""
            raise CommandError(f"{failure}{hint}") from failure
        except RequestException as failure:
            raise CommandError(f"The bank cannot be reached; is it running (make run)? {failure}") from failure

    def make_one(self, options: dict[str, Any]) -> None:
        """Make a TPP."""
        wish = enrolment.Wish(
            auth_method=options["auth"],
            profile=options["profile"],
            is_dpop=options["dpop"],
            redirect_uri=options["redirect_uri"],
        )
        folder = enrolment.make(options["name"], wish, register=enrolment.by_request, now=clock.now())
        self.stdout.write(f"{folder}\nNow try: manage.py tpp pay 12.34 --tpp {options['name']} --approve alice")

    def walk_payment(self, options: dict[str, Any]) -> None:
        """Pay."""
        to, payee = self._creditor(options)
        payment = pay.Payment(amount=options["amount"], to=to, name=payee, reference=options["reference"])
        tell = telling.Telling(quiet=options["quiet"])
        tpp = self._tpp(options, tell)
        order = pay.walk(tpp, payment, approve=self._approval(tpp, options), tell=tell)
        self.stdout.write(f"\n{order['DomesticPaymentId']} {order['Status']}")
        if order["Status"] != "ACCC":
            sys.exit(1)

    def walk_read(self, options: dict[str, Any]) -> None:
        """Read accounts."""
        tell = telling.Telling(quiet=options["quiet"])
        tpp = self._tpp(options, tell)
        accounts.walk(tpp, approve=self._approval(tpp, options), tell=tell)

    def walk_funds(self, options: dict[str, Any]) -> None:
        """Ask whether amounts are there."""
        account = _digits(options["account"]) if options["account"] else cast.named("alice").number
        tell = telling.Telling(quiet=options["quiet"])
        tpp = self._tpp(options, tell)
        funds.walk(tpp, account=account, amounts=options["amounts"], approve=self._approval(tpp, options), tell=tell)

    def ask_who(self, options: dict[str, Any]) -> None:
        """Get a token of the TPP's own, and ask with it."""
        tpp = self._tpp(options, telling.Telling(quiet=True))
        answer = client.expect(tpp.whoami(token=tpp.client_credentials("")), status=200)
        self.stdout.write(json.dumps(answer.json(), indent=2, ensure_ascii=False))

    def explain(self, options: dict[str, Any]) -> None:
        """Explain a refusal."""
        told = refusals.explain(options["interaction_id"], logs=settings.VAR_DIR / "log")
        if not told:
            raise CommandError("No refusal is known under this interaction id.")
        for sentence in told:
            self.stdout.write(sentence)

    def prepare_conformance(self, options: dict[str, Any]) -> None:
        """Write the configuration of plans, and say how each is started with the suite's own script."""
        for name in options["plans"]:
            plan, alias = plans.PLANS[name], f"{options['alias']}-{name}"
            path = writing.write(name, plan, suite=options["suite"], alias=alias, now=clock.now())
            self.stdout.write(f"scripts/run-test-plan.py '{plan}' {path}")

    def _creditor(self, options: dict[str, Any]) -> tuple[str, str]:
        if not options["to"]:
            bob = cast.named("bob")
            return bob.number, bob.full_name
        return _digits(options["to"]), options["payee"] or "Payee"

    def _tpp(self, options: dict[str, Any], tell: telling.Telling) -> client.Client:
        folder = enrolment.folder_of(options["tpp"])
        if not (folder / "tpp.json").exists():
            raise CommandError(f"There is no TPP named {options['tpp']}: manage.py tpp new {options['tpp']}")
        return client.Client(folder, watch=tell.heard)

    def _approval(self, tpp: client.Client, options: dict[str, Any]) -> pay.Approve:
        """The customer's part: a link to open, or the real pages filled in."""
        if not options["approve"]:
            return lambda authorization: self._wait(tpp, authorization)
        name = options["approve"]
        passwords = {person.username: person.password for person in cast.customers()}
        if name not in passwords:
            raise CommandError(f"No customer is named {name}; there are {', '.join(passwords)}.")
        customer = browser.Customer(name, passwords[name], settings.SCA_FIXED_CODE)
        return lambda authorization: browser.approve(
            authorization.url,
            customer=customer,
            ca=tpp.folder.file("ca.pem"),
            stop_at=tpp.identity["redirect_uri"],
        )

    def _wait(self, tpp: client.Client, authorization: client.Authorization) -> str:
        listener = redirect.Listener(tpp.folder)
        self.stdout.write(f"\n    Open this link, log in as a customer and decide:\n\n    {authorization.url}\n")
        return listener.wait()


def _digits(account: str) -> str:
    """Sort code and account number, without what people write between them."""
    return "".join(letter for letter in account if letter.isdigit())
