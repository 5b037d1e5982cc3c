"""The tests mirror the packages; tests/people.py makes everybody who appears in them."""
