"""What the application's role may do in the database."""

import pytest
from django.db import ProgrammingError, connection, transaction

from bank import rights

pytestmark = pytest.mark.django_db


def forbidden(statement: str) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except ProgrammingError as refused:
            return "permission denied" in str(refused) or "must be owner" in str(refused)
    return False


@pytest.mark.parametrize("verb", ["update {} set id = id", "delete from {}", "truncate {}", "drop table {}"])
def test_may_not_change_the_audit_trail(verb):
    assert forbidden(verb.format("audit_entry"))


def test_may_add_to_the_audit_trail_and_read_it():
    assert not forbidden("select * from audit_entry")
    assert rights.APPEND_ONLY


@pytest.mark.parametrize("column", ["booked_minor", "held_minor", "limit_minor"])
def test_may_not_move_a_guarded_column(column):
    assert forbidden(f"update accounts_account set {column} = {column}")


def test_may_update_other_columns_of_a_guarded_table():
    assert not forbidden("update accounts_account set nickname = nickname where false")


def test_may_make_no_table_of_its_own():
    assert forbidden("create table mine (id int)")
