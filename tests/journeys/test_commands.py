"""The commands that the README shows do what it says."""

import json
import re

import pytest

from bank.sandbox.tpp import granted
from tests.journeys import world

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
COUNTS = """
with held as (
    select account_id from accounts_holder join customers_user on customers_user.id = customer_id where username = %s
)
select (select count(*) from accounts_statement join held using (account_id)),
    (select count(*) from accounts_standingorder join held using (account_id))"""
README = (world.ROOT / "README.md").read_text()


def test_pays_from_the_command_line(bank):
    done = bank.manage("tpp", "pay", "12.34", "--approve", "alice")

    assert "ACCC: the creditor's account is credited" in done.stdout
    assert "→ POST" in done.stdout
    assert "✓ issuer, state, nonce and every signature are right" in done.stdout


def test_reads_accounts_from_the_command_line_and_says_why_the_last_call_was_refused(bank):
    done = bank.manage("tpp", "accounts", "--approve", "alice")

    steps = dict(re.findall(r"^ ?\d+\. Read (.+)\n(?: {4}→ .+\n)+ {4}✓ (.+) in all$", done.stdout, re.MULTILINE))
    ((statements, orders),) = bank.rows(COUNTS, ["alice"])
    assert steps["the statements"] == str(statements)
    assert steps["what the bank repeats (standing orders)"] == str(orders)
    assert len(steps) == len(granted.RESOURCES)
    assert "Alice Whitfield" in done.stdout
    assert "refused at once" in done.stdout
    (interaction_id,) = re.findall(r"manage.py tpp why ([0-9a-f-]{36})", done.stdout)
    assert "was refused by the check" in bank.manage("tpp", "why", interaction_id).stdout


def test_tells_a_tpp_what_the_bank_sees_of_it(bank):
    told = json.loads(bank.manage("tpp", "whoami").stdout)

    assert told["certificate"]["verdict"] == "The bank believes this certificate."
    assert told["software"]["software_id"] in told["certificate"]["subject"]
    assert told["token"]["grant"] == "client_credentials"
    assert told["token"]["bound_to"] == {"x5t#S256": told["certificate"]["x5t#S256"]}


def test_says_in_one_sentence_that_an_interaction_is_unknown(bank):
    done = bank.manage("tpp", "why", "00000000-0000-4000-8000-000000000000", check=False)

    assert done.returncode == 1
    assert done.stderr.strip() == "CommandError: No refusal is known under this interaction id."


def test_ends_with_a_failure_when_the_payment_is_rejected(bank):
    done = bank.manage("tpp", "pay", "5000.00", "--approve", "carol", "--quiet", check=False)

    assert done.returncode == 1
    assert "RJCT" in done.stdout
