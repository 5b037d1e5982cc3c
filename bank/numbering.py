"""Account numbers as people write and read them; on the wire and in the database they have no gaps.

What a number of a TPP's must look like: accounts/identification.py. Which numbers the sandbox makes up:
bank/sandbox/life/numbers.py.
"""

import re

SORT_CODE_ACCOUNT_NUMBER = "UK.OBIE.SortCodeAccountNumber"
IBAN = "UK.OBIE.IBAN"
PAN = "UK.OBIE.PAN"
FOURTEEN_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{8})")
IBAN_LETTERS = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
GAPS = re.compile(r"[\s-]")
CARD_DIGITS_SHOWN = 4
GROUP_LETTERS = 4


def written(identification: str, *, scheme: str) -> str:
    """An account's number for people: 04-00-04 12345678, an IBAN in groups of four, of a card the last four digits.

    Of any other scheme, and where it is not what its scheme says, as it stands. No page shows a whole card number.
    Source: OBInternalAccountIdentification4Code; ISO 13616, "print format"; PCI DSS 4.0, section 3.4.
    """
    if scheme == SORT_CODE_ACCOUNT_NUMBER:
        return FOURTEEN_DIGITS.sub(r"\1-\2-\3 \4", identification)
    if scheme == IBAN:
        return " ".join(
            identification[start : start + GROUP_LETTERS] for start in range(0, len(identification), GROUP_LETTERS)
        )
    return masked(identification) if scheme == PAN else identification


def read(text: str) -> str:
    """A number that somebody wrote, as the bank keeps it: without gaps. What is no number stays as it is."""
    bare = GAPS.sub("", text).upper()
    return bare if FOURTEEN_DIGITS.fullmatch(bare) or IBAN_LETTERS.fullmatch(bare) else text


def masked(card_number: str) -> str:
    """A card number of which the last four digits are shown."""
    return card_number[-CARD_DIGITS_SHOWN:].rjust(len(card_number), "*")
