"""The people of the tests are themselves tested: much leans on them."""

import pytest

from tests import people


@pytest.mark.usefixtures("work")
def test_opens_an_account_with_money_on_it(now):
    alice = people.customer("alice", now=now)

    account = people.account(alice, now=now, balance_minor=250_00)

    assert account.booked_minor == 250_00
    assert account.holders.get().customer == alice
