"""The people of the sandbox: three customers with their accounts, two members of staff.

Everybody and every number is made up. The sort code is this bank's own; passwords are printed at every start. What
happened on the accounts stands in histories.py.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Account
from bank.customers.models import User

SORT_CODE = "040004"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """An account that a customer holds, and about how much is on it when the sandbox opens."""

    account_id: str
    number: str
    type_code: str
    description: str
    nickname: str
    balance_minor: int
    limit_minor: int = 0

    @property
    def identification(self) -> str:
        """Sort code and account number, as UK.OBIE.SortCodeAccountNumber wants them."""
        return SORT_CODE + self.number


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who can log in."""

    username: str
    full_name: str
    password: str
    holdings: tuple[Holding, ...] = ()


ALICE_CURRENT = Holding(
    account_id="acc_01kc0w8r5t6v3q9m2n7x4b1e8d",
    number="10000001",
    type_code="CACC",
    description="Current account",
    nickname="Everyday",
    balance_minor=2_534_18,
    limit_minor=500_00,
)
ALICE_SAVINGS = Holding(
    account_id="acc_01kc0w8r5t2h7k4f9s6p3j8z5a",
    number="10000002",
    type_code="SVGS",
    description="Instant access saver",
    nickname="Rainy day",
    balance_minor=8_412_50,
)
BOB_CURRENT = Holding(
    account_id="acc_01kc0w8r5t9c4y1g8w5r2m7q3v",
    number="10000003",
    type_code="CACC",
    description="Current account",
    nickname="Bills",
    balance_minor=1_187_62,
    limit_minor=250_00,
)
CAROL_CURRENT = Holding(
    account_id="acc_01kc0w8r5t4n8d3z6k1h9t5x2b",
    number="10000004",
    type_code="CACC",
    description="Current account",
    nickname="Pocket money",
    balance_minor=1_00,
)

CUSTOMERS = (
    Person(
        username="alice",
        full_name="Alice Whitfield",
        password="alice-pays",  # noqa: S106 - the sandbox prints it
        holdings=(ALICE_CURRENT, ALICE_SAVINGS),
    ),
    Person(
        username="bob",
        full_name="Bob Ashdown",
        password="bob-pays",  # noqa: S106 - the sandbox prints it
        holdings=(BOB_CURRENT,),
    ),
    Person(
        username="carol",
        full_name="Carol Merridew",
        password="carol-pays",  # noqa: S106 - the sandbox prints it
        holdings=(CAROL_CURRENT,),
    ),
)
STAFF = (
    Person(username="sam", full_name="Sam Tolliver", password="sam-decides"),  # noqa: S106 - the sandbox prints it
    Person(username="tess", full_name="Tess Kinnaird", password="tess-decides"),  # noqa: S106 - the sandbox prints it
)


def has_arrived() -> bool:
    """Tell whether the cast is there; it comes all at once or not at all."""
    return User.objects.filter(username=CUSTOMERS[0].username).exists()


def arrive(*, opened_at: datetime) -> None:
    """Make everybody, with their accounts, empty."""
    for person in STAFF:
        User.objects.make(
            username=person.username,
            password=person.password,
            full_name=person.full_name,
            kind=User.Kind.STAFF,
            now=opened_at,
            is_superuser=True,
        )
    for person in CUSTOMERS:
        user = User.objects.make(
            username=person.username,
            password=person.password,
            full_name=person.full_name,
            kind=User.Kind.CUSTOMER,
            now=opened_at,
        )
        for holding in person.holdings:
            Account.open(
                account_id=holding.account_id,
                holder=user,
                name=person.full_name,
                identification=holding.identification,
                limit_minor=holding.limit_minor,
                now=opened_at,
                type_code=holding.type_code,
                description=holding.description,
                nickname=holding.nickname,
            )
