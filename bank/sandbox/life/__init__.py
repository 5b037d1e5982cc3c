"""The lives of the sandbox's customers: documents that describe them, and the days that come of it.

A document (document.py, checking.py) is made ready by lives.py; days.py lives one day of it, and history is nothing but
days. histories.py writes many days of many customers at once, nights.py each new day through the ledger; the town's own
people come in by seeding.py.
"""
