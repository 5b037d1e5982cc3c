"""Account numbers, as people write them."""

import pytest

from bank import numbering


@pytest.mark.parametrize(
    ("scheme", "identification", "written"),
    [
        (numbering.SORT_CODE_ACCOUNT_NUMBER, "04000412345678", "04-00-04 12345678"),
        (numbering.SORT_CODE_ACCOUNT_NUMBER, "0400041234567", "0400041234567"),
        (numbering.SORT_CODE_ACCOUNT_NUMBER, "", ""),
        (numbering.IBAN, "GB33BUKB20201555555555", "GB33 BUKB 2020 1555 5555 55"),
        (numbering.IBAN, "", ""),
        (numbering.PAN, "4539571147283906", "************3906"),
        (numbering.PAN, "123", "123"),
        ("UK.OBIE.Paym", "+44 7700 900123", "+44 7700 900123"),
        ("", "", ""),
    ],
)
def test_writes_a_number_as_people_do(scheme: str, identification: str, written: str) -> None:
    assert numbering.written(identification, scheme=scheme) == written


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("04-00-04 12345678", "04000412345678"),
        (" 040004\t12345678 ", "04000412345678"),
        ("gb33 bukb 2020 1555 5555 55", "GB33BUKB20201555555555"),
        ("Bob Ashdown", "Bob Ashdown"),
        ("04-00-04", "04-00-04"),
        ("\N{FULLWIDTH DIGIT ONE}" * 14, "\N{FULLWIDTH DIGIT ONE}" * 14),
        ("", ""),
    ],
)
def test_reads_a_number_that_people_wrote_and_nothing_else(written: str, kept: str) -> None:
    assert numbering.read(written) == kept


@pytest.mark.parametrize(("number", "shown"), [("4539571147283906", "************3906"), ("12345", "*2345"), ("", "")])
def test_shows_the_last_four_digits_of_a_card(number: str, shown: str) -> None:
    assert numbering.masked(number) == shown
