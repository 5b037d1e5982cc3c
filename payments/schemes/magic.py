"""The published table of this sandbox: which sort codes, account numbers and references lead to which outcome.

docs/magic.md shows the same rows; a test compares them. The first row that fits a payment decides, read from the top.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from payments.schemes.base import Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One answer of the scheme, so many milliseconds after the payment came in or after the answer before."""

    answer: Answer
    after_ms: int


# How a payment to another bank may go on. Long enough to be seen by a TPP that looks several times a second.
COURSES: dict[str, tuple[Step, ...]] = {
    "accepted": (Step(answer=Answer.ACCEPTED, after_ms=150), Step(answer=Answer.CREDITED, after_ms=350)),
    "rejected": (Step(answer=Answer.REJECTED, after_ms=150),),
    "returned": (Step(answer=Answer.ACCEPTED, after_ms=150), Step(answer=Answer.RETURNED, after_ms=1000)),
    "slow": (Step(answer=Answer.ACCEPTED, after_ms=10_000), Step(answer=Answer.CREDITED, after_ms=10_000)),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: where a payment has this, it takes this course; reason_code is of OBExternalStatusReason1Code."""

    by: Literal["sort code", "account number", "reference"]
    value: str
    course: str
    reason_code: str = ""
    words: str


TABLE: tuple[Row, ...] = (
    Row(by="sort code", value="200008", course="rejected", reason_code="RC04", words="no bank answers there any more"),
    Row(by="sort code", value="200013", course="rejected", reason_code="AM13", words="above the scheme's limit"),
    Row(by="sort code", value="200077", course="rejected", reason_code="1177", words="the agency's account is closed"),
    Row(by="sort code", value="200078", course="rejected", reason_code="1178", words="the agency's account is stopped"),
    Row(by="sort code", value="200099", course="slow", words="answers take ten seconds each"),
    Row(by="account number", value="00000103", course="rejected", reason_code="AC03", words="no such account"),
    Row(by="account number", value="00000106", course="rejected", reason_code="AC06", words="the account is blocked"),
    Row(by="account number", value="00000107", course="rejected", reason_code="AC07", words="the account is closed"),
    Row(by="account number", value="00000114", course="rejected", reason_code="AC14", words="not a payment account"),
    Row(by="account number", value="00000150", course="rejected", reason_code="MS03", words="no reason is given"),
    Row(by="account number", value="00000161", course="rejected", reason_code="1161", words="the account is stopped"),
    Row(by="account number", value="00000162", course="rejected", reason_code="1162", words="the name does not match"),
    Row(by="account number", value="00000163", course="rejected", reason_code="1163", words="a reference is needed"),
    Row(by="account number", value="00000165", course="rejected", reason_code="1165", words="of another currency"),
    Row(by="account number", value="00000180", course="rejected", reason_code="1180", words="the account has moved"),
    Row(by="account number", value="00000203", course="returned", reason_code="AC03", words="no such account"),
    Row(by="account number", value="00000206", course="returned", reason_code="AC06", words="the account is blocked"),
    Row(by="account number", value="00000207", course="returned", reason_code="AC07", words="the account is closed"),
    Row(by="account number", value="00000250", course="returned", reason_code="MS03", words="no reason is given"),
    Row(by="reference", value="DUPLICATE", course="rejected", reason_code="1181", words="the scheme had it before"),
    Row(
        by="reference", value="FRAUD", course="rejected", reason_code="FRAD", words="the creditor's bank suspects fraud"
    ),
    Row(by="reference", value="RETURN", course="returned", reason_code="CUST", words="the creditor sends it back"),
    Row(by="reference", value="SLOW", course="slow", words="answers take ten seconds each"),
)
ORDINARY = Row(by="sort code", value="", course="accepted", words="credited")


def find(*, sort_code: str, account_number: str, reference: str) -> Row:
    """Find what the table says of a payment; what it does not name is accepted and credited."""
    given = {"sort code": sort_code, "account number": account_number, "reference": reference}
    return next((row for row in TABLE if given[row.by] == row.value), ORDINARY)


def lines() -> Iterator[str]:
    """The table as it stands in docs/magic.md."""
    yield "| Where the payment has | it is | with reason | because |"
    yield "|---|---|---|---|"
    for row in TABLE:
        value = "-".join((row.value[:2], row.value[2:4], row.value[4:])) if row.by == "sort code" else row.value
        yield f"| {row.by} `{value}` | {row.course} | {row.reason_code or 'none'} | {row.words} |"
