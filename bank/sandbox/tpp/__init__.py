"""A third-party provider as anyone would write it: an example to read, and what the tests call the bank with.

It knows the bank by its discovery document and its own folder alone: requests, joserfc and the standard library;
nothing of the server is imported here. Read client.py first, then pay.py and accounts.py for the two journeys in order.
"""
