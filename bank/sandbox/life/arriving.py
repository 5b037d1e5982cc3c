"""Customers come to the bank: the rows of who they are, what they hold and what they have agreed with it.

Nothing is booked here. All rows of all who come together are written at once, over whichever connection is given.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password
from django.db import models

from accounts.models import Account, Holder, Offer, Party, Product
from bank.customers.models import User
from bank.sandbox.life import agreements, lives, places
from bank.sandbox.life.lives import Life
from bank.sandbox.models import Resident

# The passwords are public, and there may be very many: they are hashed as well as they deserve until their first use.
ROUNDS = 100
DAYS_AHEAD = 30
BATCH = 1_000  # rows in a statement


def arrive(people: Sequence[Life], *, until: date, now: datetime, using: str) -> None:
    """Write everybody's rows; further holders may be here already. until: the last day that has been lived."""
    offer_products(using=using)
    users = {life.username: _user(life, now=now) for life in people}
    _write(users.values(), using=using)
    known = users | _here_already(people, users=users, using=using)
    _write((_party(life, users[life.username]) for life in people), using=using)
    _write((account for life in people for account in _accounts(life, until=until)), using=using)
    _write((holder for life in people for holder in _holders(life, known)), using=using)
    _write((row for life in people for row in _agreed(life, users[life.username], until=until, now=now)), using=using)
    _write((_resident(life, users[life.username], until=until) for life in people), using=using)


def _write(rows: Iterable[models.Model], *, using: str) -> None:
    """Write rows of whichever kinds, a thousand at a time."""
    kinds: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        kinds.setdefault(type(row), []).append(row)
    for kind, found in kinds.items():
        kind._default_manager.using(using).bulk_create(found, batch_size=BATCH)


def offer_products(*, using: str) -> None:
    """See to it that the bank has its products, with the terms of the town's data."""
    columns = {field.name for field in Product._meta.concrete_fields}
    rows = []
    for product in places.products().values():
        row = product.row | {"id": product.key}
        rows.append(Product(**{name: value for name, value in row.items() if name in columns - {"description"}}))
        rows[-1].description = row.get("words", "")
    Product.objects.using(using).bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=sorted(columns - {"id"})
    )


def _user(life: Life, *, now: datetime) -> User:
    customer = life.document["customer"]
    return User(
        username=life.username,
        full_name=customer["name"],
        kind=User.Kind.CUSTOMER,
        created_at=now,
        password=_hashed(customer["password"]),
    )


def _resident(life: Life, user: User, *, until: date) -> Resident:
    return Resident(customer=user, document=life.document, arrived_on=life.arrived_on, lived_until=until)


def _hashed(password: str) -> str:
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=ROUNDS)
    return make_password(password)


def _party(life: Life, user: User) -> Party:
    customer = life.document["customer"]
    known: dict[str, Any] = {**customer.get("party", {})}
    return Party(
        id=lives.steady_id("pty", life.username),
        customer=user,
        number=f"P{int(hashlib.sha256(life.username.encode()).hexdigest()[:13], 16)}"[:16],
        full_legal_name=known.pop("legal_name", customer["name"]),
        has_beneficial_ownership=known.pop("is_beneficial_owner", True),
        **known,
    )


def _accounts(life: Life, *, until: date) -> Iterator[Account]:
    opened_at = lives.at(life.begins_on, 0, 0)
    for row in life.document.get("accounts", []):
        spot = life.spots[row["key"]]
        ended_on = min(spot.ends_on, life.arrived_on)
        is_over = spot.ends_on <= until
        yield Account(
            id=spot.account_id,
            status=row.get("status", "Enabled") if is_over else "Enabled",
            status_updated_at=lives.at(ended_on, 23, 55) if is_over else opened_at,
            currency=spot.currency,
            category=spot.product.row.get("category", "Personal"),
            type_code=spot.product.type_code,
            description=spot.product.row.get("description", ""),
            nickname=row.get("nickname", ""),
            name=spot.name,
            scheme=spot.scheme,
            identification=spot.identification,
            secondary_identification=row.get("roll_number", ""),
            product_id=spot.product.key,
            switch_status=row.get("switch_status", ""),
            statement_day=row.get("statement_day"),
            opened_at=opened_at,
            matures_at=_matures_at(row, life),
            limit_minor=spot.limit_minor,
        )


def _matures_at(row: Any, life: Life) -> datetime | None:
    if "matures_in_months" not in row:
        return None
    return datetime.combine(lives.months_before(life.arrived_on, -row["matures_in_months"]), time(), tzinfo=UTC)


def _here_already(people: Sequence[Life], *, users: dict[str, User], using: str) -> dict[str, User]:
    """Further holders who did not come with these. Raises User.DoesNotExist."""
    names = {
        holder["username"]
        for life in people
        for row in life.document.get("accounts", [])
        for holder in row.get("holders", [])
    }
    return {name: User.objects.using(using).get(username=name) for name in names - set(users)}


def _holders(life: Life, known: dict[str, User]) -> Iterator[Holder]:
    for row in life.document.get("accounts", []):
        account_id = life.spots[row["key"]].account_id
        role = row.get("role", "UK.OBIE.Principal")
        yield Holder(account_id=account_id, customer=known[life.username], role=role, may_pay=row.get("may_pay", True))
        for other in row.get("holders", []):
            yield Holder(
                account_id=account_id,
                customer=known[other["username"]],
                role=other.get("role", "UK.OBIE.Principal"),
                may_pay=other.get("may_pay", True),
            )


def _agreed(life: Life, user: User, *, until: date, now: datetime) -> Iterator[models.Model]:
    yield from agreements.direct_debits(life, until=until)
    yield from agreements.standing_orders(life, until=until)
    yield from agreements.scheduled_payments(life)
    yield from agreements.beneficiaries(life, user)
    yield from _offers(life, now=now)


def _offers(life: Life, *, now: datetime) -> Iterator[Offer]:
    for number, row in enumerate(life.document.get("offers", [])):
        starts_at = lives.at(now.date() - timedelta(days=DAYS_AHEAD), 9, 0)
        money = {f"{name}_minor": life.minor(row, name) for name in ("amount", "fee") if name in row}
        yield Offer(
            id=lives.steady_id("off", life.username, number),
            account_id=life.spots[row["account"]].account_id,
            kind=row["kind"],
            description=row["description"],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(days=DAYS_AHEAD + row["for_days"]),
            rate=row.get("rate", ""),
            value=row.get("value"),
            term=row.get("term", ""),
            url=row.get("url", ""),
            **money,
        )
