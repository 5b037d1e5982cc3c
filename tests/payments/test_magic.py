"""The sort codes and account numbers that make the simulated scheme behave."""

from pathlib import Path

from bank.api import wire
from payments.schemes import magic

PAGE = Path(__file__).parents[2] / "docs" / "magic.md"


def test_publishes_the_table_that_it_follows():
    published = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]

    assert published == list(magic.lines())


def test_names_reasons_of_the_standard_alone():
    assert {row.reason_code for row in magic.TABLE if row.reason_code} <= set(wire.codes("OBExternalStatusReason1Code"))


def test_names_courses_that_there_are():
    assert {row.course for row in magic.TABLE} <= set(magic.COURSES)


def test_lets_the_sort_code_speak_before_the_account_number_and_that_before_the_reference():
    def found(**given: str) -> str:
        return magic.find(**given).reason_code

    assert found(sort_code="200013", account_number="00000103", reference="FRAUD") == "AM13"
    assert found(sort_code="200000", account_number="00000103", reference="FRAUD") == "AC03"
    assert found(sort_code="200000", account_number="12345678", reference="FRAUD") == "FRAD"
    assert magic.find(sort_code="200000", account_number="12345678", reference="Rent").course == "accepted"
