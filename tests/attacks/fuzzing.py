"""How schemathesis is used here: what every answer is held against, and how many requests are made up."""

from typing import Any

import hypothesis
import schemathesis
import schemathesis.specs.openapi.schemas  # else at the first use, when the bank's thread may compile as well
from schemathesis.specs.openapi import checks

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def settings(examples: int) -> Any:
    """So many requests of each operation, the same in every run."""
    return hypothesis.settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
