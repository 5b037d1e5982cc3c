"""What the suite's browser does on the bank's pages: whoever changes those pages' paths or ids changes them here.

A rule's tasks run in order; a task that does not fit the address before it is passed over where it is optional. So one
rule does for a first log-in, for a second one in the same session, and for an error page, of which the suite keeps a
copy where a module asks for one.
"""

from typing import Any

from django.conf import settings

from bank.sandbox import cast

Task = dict[str, Any]
Rule = dict[str, Any]
WAIT_SECONDS = 10
ERROR_PAGE = "Request refused"
REFUSES = "user-rejects-authentication"
LOOKS_TWICE = "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds"


def rules() -> list[Rule]:
    """What is done unless a module is another's case: log in, prove it, approve; or show the error page."""
    return [_rule(_tasks("consent-approve"))]


def overrides(plan: str) -> dict[str, dict[str, list[Rule]]]:
    """The modules of a plan in which the customer does something else."""
    families = ("fapi1-advanced-final", "fapi2-security-profile-final")  # message signing has the modules of security
    own = families[0] if plan.startswith("fapi1") else families[1]
    only_looks = _rule([]) | {"match-limit": 1}
    return {
        f"{own}-{REFUSES}": {"browser": [_rule(_tasks("consent-cancel"))]},
        f"{own}-{LOOKS_TWICE}": {"browser": [only_looks, *rules()]},
    }


def _rule(tasks: list[Task]) -> Rule:
    return {"match": f"{settings.ISSUER}/oauth/authorize*", "tasks": tasks}


def _tasks(decision: str) -> list[Task]:
    customer = cast.named("alice")
    refused = ["wait", "xpath", "//body", WAIT_SECONDS, ERROR_PAGE, "update-image-placeholder-optional"]
    return [
        _task(
            "log in",
            f"{settings.ISSUER}/login*",
            ["text", "id", "username", customer.username],
            ["text", "id", "password", customer.password],
            ["click", "id", "login-submit"],
        ),
        _task(
            "prove it",
            f"{settings.ISSUER}/sca*",
            ["text", "id", "otp", settings.SCA_FIXED_CODE],
            ["click", "id", "otp-submit"],
        ),
        _task("decide", f"{settings.ISSUER}/consent*", ["click", "id", decision]),
        _task("see why not", f"{settings.ISSUER}/oauth/error*", refused),
        _task("be back", "*/test/*/callback*", ["wait", "id", "submission_complete", WAIT_SECONDS]),
    ]


def _task(words: str, match: str, *commands: list[Any]) -> Task:
    return {"task": words, "match": match, "optional": True, "commands": list(commands)}
