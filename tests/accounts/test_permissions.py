"""Permissions: the 21 codes, and what they open."""

from typing import get_args

import pytest

from accounts import permissions, resources
from accounts.schemas.accounts import OBAccount6
from accounts.schemas.transactions import OBTransaction6
from bank.api.permissions import PermissionMissing
from consents.schemas import account_access


def test_knows_the_codes_that_a_consent_may_hold():
    assert set(permissions.CODES) == set(get_args(account_access.Permission))
    assert len(permissions.CODES) == 21


def test_names_only_codes_and_fields_that_there_are():
    named = {code for row in resources.RESOURCES for code in row.permissions} | permissions.DETAIL_FIELDS.keys()

    assert named <= set(permissions.CODES)
    assert permissions.DETAIL_FIELDS["ReadAccountsDetail"] <= OBAccount6.__optional_keys__
    assert permissions.DETAIL_FIELDS["ReadTransactionsDetail"] <= OBTransaction6.__optional_keys__


@pytest.mark.parametrize(
    ("held", "shows"),
    [
        ({"ReadTransactionsCredits"}, (True, False)),
        ({"ReadTransactionsDebits"}, (False, True)),
        ({"ReadTransactionsCredits", "ReadTransactionsDebits"}, (True, True)),
    ],
)
def test_shows_the_directions_that_are_held(held, shows):
    assert permissions.directions(held) == shows


def test_refuses_to_show_no_direction():
    with pytest.raises(PermissionMissing):
        permissions.directions({"ReadTransactionsDetail"})
