"""The bank's signing keys, and every signature it makes or checks."""
