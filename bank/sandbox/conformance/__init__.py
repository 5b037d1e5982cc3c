"""The OpenID Foundation's conformance suite, set up against this bank: docs/conformance.md says how to run it.

plans.py is the table of plans, pages.py what the suite's browser does on the bank's pages, writing.py registers two
clients for a plan and writes its configuration.
"""
