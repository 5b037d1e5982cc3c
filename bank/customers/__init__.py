"""The bank's people: customers and staff, how they log in and prove who they are."""
