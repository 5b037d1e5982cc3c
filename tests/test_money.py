"""Money: whole minor units of one currency, read and written as the standard does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank import money
from bank.money import Money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("165.88", "GBP", 16588),
        ("165", "GBP", 16500),
        ("165.8", "GBP", 16580),
        ("10.00000", "GBP", 1000),
        ("0.01", "GBP", 1),
        ("0", "GBP", 0),
        ("007.10", "GBP", 710),
        ("1234", "JPY", 1234),
        ("1234.000", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("9999999999999.99", "GBP", 999999999999999),
    ],
)
def test_reads_amounts(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+1",
        "1e3",
        "10,00",
        "1.",
        ".5",
        " 1",
        "1 ",
        "\uff11\uff12",
        "12345678901234",
        "1.234",
        "1.000000",
        "NaN",
        "1_0",
    ],
)
def test_refuses_what_is_no_amount(text):
    with pytest.raises(money.AmountInvalid) as refused:
        Money.parse(text, "GBP", path="Data.Initiation.InstructedAmount")

    assert (refused.value.faults[0].code, refused.value.faults[0].path) == (
        "U002",
        "Data.Initiation.InstructedAmount.Amount",
    )


def test_refuses_digits_that_the_currency_does_not_have():
    with pytest.raises(money.AmountInvalid, match="JPY has 0 decimal places"):
        Money.parse("1.5", "JPY")


@pytest.mark.parametrize("currency", ["XXX", "gbp", "", "GB"])
def test_refuses_a_currency_that_it_does_not_know(currency):
    with pytest.raises(money.CurrencyUnsupported) as refused:
        Money.parse("1", currency, path="Data.InstructedAmount")

    assert (refused.value.faults[0].code, refused.value.faults[0].path) == ("U023", "Data.InstructedAmount.Currency")


@given(st.integers(0, 10**13 - 1), st.sampled_from(sorted(money.EXPONENTS)))
def test_reads_what_it_writes(minor, currency):
    written = Money(minor, currency).text

    assert Money.parse(written, currency) == Money(minor, currency)
    assert len(written.partition(".")[2]) == money.EXPONENTS[currency]


def test_writes_no_sign():
    assert Money(-5, "GBP").text == "0.05"
    assert Money(-5, "GBP").wire == {"Amount": "0.05", "Currency": "GBP"}
    assert str(Money(-5, "GBP")) == "-0.05 GBP"


def test_adds_and_takes_away():
    assert Money(5, "GBP") + Money(7, "GBP") == Money(12, "GBP")
    assert Money(5, "GBP") - Money(7, "GBP") == -Money(2, "GBP")


def test_does_not_add_pounds_to_euros():
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "GBP") + Money(1, "EUR")


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded", "remainder"),
    [
        (5, 2, 2, 1),
        (15, 10, 2, -5),
        (25, 10, 2, 5),
        (35, 10, 4, -5),
        (-5, 2, -2, -1),
        (-15, 10, -2, 5),
        (7, 3, 2, 1),
        (8, 3, 3, -1),
        (0, 3, 0, 0),
    ],
)
def test_rounds_half_to_even_and_tells_what_is_left(numerator, denominator, rounded, remainder):
    assert money.half_even(numerator, denominator) == (rounded, remainder)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_loses_nothing_by_rounding(numerator, denominator):
    rounded, remainder = money.half_even(numerator, denominator)

    assert rounded * denominator + remainder == numerator
    assert abs(remainder) * 2 <= denominator
