"""The two roles in the database: the owner, who migrates, and the application, who owns nothing.

What the application may do is declared beside the models (bank/rights.py) and becomes grants here, at every setup.
"""

from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connections, models, transaction
from psycopg import sql

from bank import rights

Statement = sql.SQL | sql.Composed


class OwnerMigrates:
    """Django's router: tables are made by the owner's connection only."""

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:  # noqa: ARG002 - Django passes it by name
        """Tell whether migrations may run over this connection."""
        return db == "owner"


class RoleNotMade(Exception):
    """The owner may not make the application's role; the message says what to do instead."""


def ensure_application() -> None:
    """Make the application's role, or give it its password anew, where the database is not the embedded one.

    Raises RoleNotMade.
    """
    place = settings.DATABASES["default"]
    if not settings.MAKES_APPLICATION_ROLE:
        return
    name, password = sql.Identifier(place["USER"]), sql.Literal(place["PASSWORD"])
    with connections["owner"].cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [place["USER"]])
        verb = sql.SQL("alter" if cursor.fetchone() else "create")
        try:
            cursor.execute(sql.SQL("{} role {} login password {}").format(verb, name, password))
        except ProgrammingError as refused:
            if not isinstance(refused.__cause__, psycopg.errors.InsufficientPrivilege):
                raise
            raise RoleNotMade(
                f"The role in DATABASE_URL may not make the role {place['USER']!r} that the bank runs as: give it"
                " CREATEROLE, or make a role yourself and name it in LOMBARD_APP_DATABASE_URL."
            ) from refused


def grant() -> None:
    """Give the application's role exactly what the models declare, and nothing more."""
    role = sql.Identifier(settings.DATABASES["default"]["USER"])
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for statement in _schema_statements(role):
            cursor.execute(statement)
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
                cursor.execute(_table_statement(model, role))


def install_broker() -> None:
    """Install pgmq, the message queue in the database, and let the application make its queues in it."""
    from pgmq import install

    role = sql.Identifier(settings.DATABASES["default"]["USER"])
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select 1 from pg_namespace where nspname = 'pgmq'")
        if cursor.fetchone():
            return  # later grants would meet the queues, which are the application's own
        # Without parameters and by the driver's own cursor, so that the script's percent signs stay what they are.
        cursor.connection.execute(install.get_embedded_install_sql())
        for statement in (
            "grant usage, create on schema pgmq to {}",
            "grant select, insert, update, delete on all tables in schema pgmq to {}",
            "grant usage on all sequences in schema pgmq to {}",
        ):
            cursor.execute(sql.SQL(statement).format(role))


def _schema_statements(role: sql.Identifier) -> list[Statement]:
    return [
        sql.SQL("revoke all on schema public from public"),
        sql.SQL("revoke all on all tables in schema public from public, {}").format(role),
        sql.SQL("grant usage on schema public to {}").format(role),
        sql.SQL("grant usage on all sequences in schema public to {}").format(role),
    ]


def _table_statement(model: type[models.Model], role: sql.Identifier) -> Statement:
    label, table = model._meta.label, sql.Identifier(model._meta.db_table)
    if label in rights.APPEND_ONLY:
        return sql.SQL("grant select, insert on {} to {}").format(table, role)
    guarded = rights.GUARDED_COLUMNS.get(label)
    if guarded is None:
        return sql.SQL("grant select, insert, update, delete on {} to {}").format(table, role)
    columns = {str(field.column) for field in model._meta.concrete_fields}
    assert columns >= set(guarded), f"{label} guards unknown columns"
    return sql.SQL("grant select, insert, delete, update ({}) on {} to {}").format(
        sql.SQL(", ").join(sql.Identifier(column) for column in sorted(columns - set(guarded))), table, role
    )
