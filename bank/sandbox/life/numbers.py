"""Numbers of accounts and cards that are nobody's, and still have the check digits that programs look for.

Account numbers pass the modulus 11 check of this bank's sort code: weights 8 7 6 5 4 3 2 1, the common ones of British
banks. Cards end with Luhn's digit (ISO/IEC 7812-1), IBANs begin with ISO 13616's.
"""

import zlib

SORT_CODE = "040004"
BIC = "LMBD"
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1)
TEN = 10


def account_number(key: str) -> str:
    """Eight digits for whoever the key names: always the same ones. They pass is_account_number."""
    start = 20_000_000 + zlib.crc32(key.encode()) % 70_000_000
    return next(text for number in range(start, start + 200) if is_account_number(text := str(number)))


def is_account_number(number: str) -> bool:
    """Tell whether eight digits pass the check."""
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=True)) % 11 == 0


def iban(account: str) -> str:
    """The IBAN of an account that is known by sort code and number in fourteen digits."""
    body = f"{BIC}{account}"
    digits = "".join(str(int(letter, 36)) for letter in f"{body}GB00")
    return f"GB{98 - int(digits) % 97:02}{body}"


def is_iban(text: str) -> bool:
    """Tell whether the two check digits are right."""
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def is_card_number(number: str) -> bool:
    """Tell whether the last digit is Luhn's."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // TEN + value % TEN for value in doubled) % TEN == 0
