"""Who has what: accounts, the double-entry ledger, and the account-information endpoints."""
