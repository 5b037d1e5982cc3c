"""Commands of the signing keys, one module each."""
