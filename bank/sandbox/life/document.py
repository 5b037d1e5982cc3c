"""A customer as a document: who it is, what accounts there are, and how life goes on them.

The types are closed, as those of the wire are, and read by the same adapter: every fault is told with its path. What no
type can say (an account that is named and not there) is judged by checking.py. The published
schema: docs/customer.schema.json.
Amounts are text in the account's currency, days of the month 1 to 28, so that every month has them.
"""

import json
from typing import Annotated, Any, Literal

import typing_extensions as te
from pydantic import Field

from accounts.schemas.scheduled_payments import OBBranchAndFinancialInstitutionIdentification5Creditor
from accounts.schemas.standing_orders import OBRemittanceInformation2
from bank.api import wire

Key = Annotated[str, wire.pattern(r"^[a-z0-9][a-z0-9-]{0,39}$")]
Username = Annotated[str, wire.pattern(r"^[a-z0-9][a-z0-9._-]{0,59}$")]
Amount = Annotated[str, wire.pattern(r"^\d{1,10}(\.\d{1,2})?$")]
Signed = Annotated[str, wire.pattern(r"^-?\d{1,10}(\.\d{1,2})?$")]
Day = Annotated[int, Field(ge=1, le=28)]
Percent = Annotated[int, Field(ge=0, le=90)]
Months = Annotated[int, Field(ge=0, le=120)]
DaysAgo = Annotated[int, Field(ge=0, le=3650)]
Phone = Annotated[str, wire.pattern(r"^\+[0-9]{1,3}-[0-9()+\-]{1,30}$")]
MandateStatus = Literal["ACTV", "CANC", "EXPI", "SUSP"]


class Party(te.TypedDict, closed=True):
    """What the bank knows of the customer beyond a log-in."""

    legal_name: te.NotRequired[wire.Max350Text]
    legal_structure: te.NotRequired[wire.Max40Text]
    is_beneficial_owner: te.NotRequired[bool]
    lei: te.NotRequired[wire.LEI]
    email: te.NotRequired[wire.Max256Text]
    phone: te.NotRequired[Phone]
    mobile: te.NotRequired[Phone]
    addresses: te.NotRequired[list[wire.OBPostalAddress7]]


class Customer(te.TypedDict, closed=True):
    """Who it is. shows: what the customer is there for, for those who read docs/personas.md."""

    username: Username
    password: Annotated[str, Field(min_length=8, max_length=128)]
    name: wire.Max140Text
    shows: te.NotRequired[wire.Max500Text]
    party: te.NotRequired[Party]


class FurtherHolder(te.TypedDict, closed=True):
    """Somebody else who holds the account: a customer who is there already, or comes together with this one."""

    username: Username
    role: te.NotRequired[wire.Max40Text]
    may_pay: te.NotRequired[bool]


class Account(te.TypedDict, closed=True):
    """An account. Its kind and terms are its product's.

    opens_with: what it starts with; ends_with: what it has on the day of its making, by a last transfer. A number is
    made up where none is given. limit: how much may be owed, by overdraft, card or loan.
    """

    key: Key
    product: Key
    id: te.NotRequired[Annotated[str, wire.pattern(r"^acc_[0-9a-z]{26}$")]]
    scheme: te.NotRequired[
        Literal["UK.OBIE.SortCodeAccountNumber", "UK.OBIE.IBAN", "UK.OBIE.PAN", "UK.OBIE.Wallet", "UK.OBIE.BBAN"]
    ]
    identification: te.NotRequired[wire.Max34Text]
    roll_number: te.NotRequired[wire.Max34Text]
    name: te.NotRequired[wire.Max350Text]
    nickname: te.NotRequired[wire.Max70Text]
    opens_with: te.NotRequired[Signed]
    ends_with: te.NotRequired[Signed]
    limit: te.NotRequired[Amount]
    card: te.NotRequired[Annotated[str, wire.pattern(r"^[0-9]{16}$")]]
    is_paid_in_full: te.NotRequired[bool]
    statement_day: te.NotRequired[Day]
    matures_in_months: te.NotRequired[Annotated[int, Field(ge=1, le=480)]]
    status: te.NotRequired[Literal["Enabled", "Disabled", "Deleted"]]
    switch_status: te.NotRequired[Literal["UK.CASS.NotSwitched", "UK.CASS.SwitchCompleted"]]
    ended_days_ago: te.NotRequired[DaysAgo]
    role: te.NotRequired[wire.Max40Text]
    may_pay: te.NotRequired[bool]
    holders: te.NotRequired[list[FurtherHolder]]


class Payee(te.TypedDict, closed=True):
    """Somebody outside this bank; number is sort code and account number, or an IBAN.

    bank: where that account is kept; proxy: what the customer knows it by, such as a telephone number.
    """

    name: wire.Max70Text
    number: Annotated[str, wire.pattern(r"^([0-9]{14}|[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30})$")]
    roll_number: te.NotRequired[wire.Max34Text]
    proxy: te.NotRequired[wire.OBProxy1]
    bank: te.NotRequired[OBBranchAndFinancialInstitutionIdentification5Creditor]


class Own(te.TypedDict, closed=True):
    """An account of this bank: the customer's own, or another customer's."""

    account: Key
    of: te.NotRequired[Username]


class Income(te.TypedDict, closed=True):
    """What comes in, on one day of the month (every so many months) or one day of the week (0: Monday)."""

    account: Key
    kind: Literal["salary", "pension", "benefit", "invoice", "donation", "takings", "rent", "dividend"]
    payer: Payee
    amount: Amount
    text: wire.Max140Text
    day: te.NotRequired[Day]
    weekday: te.NotRequired[Annotated[int, Field(ge=0, le=6)]]
    every_months: te.NotRequired[Annotated[int, Field(ge=1, le=12)]]
    varies_percent: te.NotRequired[Percent]
    is_instant: te.NotRequired[bool]


class DirectDebit(te.TypedDict, closed=True):
    """A mandate: of a collector of the town, or of one of the customer's own accounts that is to be paid off.

    amount is text, or what an own card asks for: `full`, `minimum`.
    """

    account: Key
    collector: Key | Own
    reference: Annotated[str, Field(min_length=1, max_length=18)]
    amount: Amount | Literal["full", "minimum"]
    day: Day
    every_months: te.NotRequired[Annotated[int, Field(ge=1, le=12)]]
    varies_percent: te.NotRequired[Percent]
    status: te.NotRequired[MandateStatus]
    ended_days_ago: te.NotRequired[DaysAgo]
    purpose: te.NotRequired[wire.ExternalCategoryPurpose1Code]
    reason: te.NotRequired[wire.Max256Text]


class StandingOrder(te.TypedDict, closed=True):
    """A payment that is repeated on a day of the month (every so many months), or on a day of the week.

    remittance: what the creditor is told, if it is more than the reference.
    """

    account: Key
    to: Payee | Own
    amount: Amount
    reference: wire.Max35Text
    day: te.NotRequired[Day]
    weekday: te.NotRequired[Annotated[int, Field(ge=0, le=6)]]
    status: te.NotRequired[MandateStatus]
    ended_days_ago: te.NotRequired[DaysAgo]
    every_months: te.NotRequired[Annotated[int, Field(ge=1, le=12)]]
    final_in_months: te.NotRequired[Annotated[int, Field(ge=1, le=120)]]
    purpose: te.NotRequired[wire.ExternalCategoryPurpose1Code]
    reason: te.NotRequired[wire.Max256Text]
    remittance: te.NotRequired[OBRemittanceInformation2]


class Journey(te.TypedDict, closed=True):
    """Some days of every year that are spent abroad."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Day
    days: Annotated[int, Field(ge=1, le=21)]
    country: Literal["FR", "ES", "US"]


class Spending(te.TypedDict, closed=True):
    """What is bought by card: how often in a week, where, and how much is left alone. Amounts come with the places.

    keeps: negative where so much of an overdraft is spent.
    """

    account: Key
    per_week: Annotated[int, Field(ge=0, le=70)]
    kinds: te.NotRequired[list[Literal["daily", "home", "business", "child"]]]
    keeps: te.NotRequired[Signed]
    cash: te.NotRequired[Amount]
    abroad: te.NotRequired[list[Journey]]


class Habit(te.TypedDict, closed=True):
    """Once a month what exceeds an amount is put aside, to an own account or elsewhere; `at_most` bounds it."""

    account: Key
    to: Payee | Own
    day: Day
    keeps: Amount
    at_most: te.NotRequired[Amount]
    text: wire.Max35Text


class Exchange(te.TypedDict, closed=True):
    """Money changed once every so many months into an own account of another currency."""

    account: Key
    to: Key
    day: Day
    every_months: Annotated[int, Field(ge=1, le=12)]
    amount: Amount


class Friend(te.TypedDict, closed=True):
    """An instant payment to another person, about so many times a year; amounts vary by half.

    comes_in: it comes from there, a stranger.
    """

    account: Key
    friend: Payee | Own
    per_year: Annotated[int, Field(ge=1, le=100)]
    amount: Amount
    text: wire.Max140Text
    comes_in: te.NotRequired[bool]


class Odd(te.TypedDict, closed=True):
    """Something that happened once. amount: negative if it took something away."""

    account: Key
    days_ago: DaysAgo
    kind: Key
    amount: Signed
    text: wire.Max500Text
    party: te.NotRequired[Payee]
    is_mutable: te.NotRequired[bool]
    details: te.NotRequired[dict[str, Any]]


class Waiting(te.TypedDict, closed=True):
    """Money that is set aside and not yet taken: a hotel's deposit, say."""

    account: Key
    days_ago: Annotated[int, Field(ge=1, le=30)]
    amount: Amount
    text: wire.Max500Text


class Unbooked(te.TypedDict, closed=True):
    """A line without money: announced for a day to come (in_days), or refused on a day past (days_ago)."""

    account: Key
    amount: Signed
    text: wire.Max500Text
    in_days: te.NotRequired[Annotated[int, Field(ge=1, le=365)]]
    days_ago: te.NotRequired[DaysAgo]


class Beneficiary(te.TypedDict, closed=True):
    """Somebody whom the customer pays; without an account: from any."""

    account: te.NotRequired[Key]
    to: Payee
    kind: te.NotRequired[Literal["Trusted", "Ordinary"]]
    reference: te.NotRequired[wire.Max35Text]


class Scheduled(te.TypedDict, closed=True):
    """One payment on a day to come."""

    account: Key
    to: Payee
    kind: Literal["Arrival", "Execution"]
    in_days: Annotated[int, Field(ge=1, le=365)]
    amount: Amount
    reference: te.NotRequired[wire.Max35Text]
    debtor_reference: te.NotRequired[wire.Max35Text]


class Offer(te.TypedDict, closed=True):
    """What the bank proposes."""

    account: Key
    kind: Literal["BalanceTransfer", "LimitIncrease", "MoneyTransfer", "Other", "PromotionalRate"]
    description: wire.Max500Text
    for_days: Annotated[int, Field(ge=1, le=3650)]
    rate: te.NotRequired[Annotated[str, wire.pattern(r"^\d{1,3}(\.\d{1,4})?$")]]
    value: te.NotRequired[wire.Int32]
    term: te.NotRequired[wire.Max500Text]
    url: te.NotRequired[wire.Max256Text]
    amount: te.NotRequired[Amount]
    fee: te.NotRequired[Amount]


class Document(te.TypedDict, closed=True):
    """One customer. months: how long life is told back; seed: another gives another life of the same kind."""

    customer: Customer
    months: Annotated[int, Field(ge=0, le=120)]
    seed: te.NotRequired[wire.Int32]
    accounts: te.NotRequired[list[Account]]
    income: te.NotRequired[list[Income]]
    direct_debits: te.NotRequired[list[DirectDebit]]
    standing_orders: te.NotRequired[list[StandingOrder]]
    spending: te.NotRequired[list[Spending]]
    habits: te.NotRequired[list[Habit]]
    exchanges: te.NotRequired[list[Exchange]]
    friends: te.NotRequired[list[Friend]]
    odd_events: te.NotRequired[list[Odd]]
    waiting: te.NotRequired[list[Waiting]]
    unbooked: te.NotRequired[list[Unbooked]]
    beneficiaries: te.NotRequired[list[Beneficiary]]
    scheduled_payments: te.NotRequired[list[Scheduled]]
    offers: te.NotRequired[list[Offer]]


WIRE = wire.Wire(Document)


def schema() -> str:
    """The JSON Schema of a document, as it is published."""
    made = WIRE.adapter.json_schema()
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A customer of the sandbox"} | {
        name: part for name, part in made.items() if name != "title"
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
