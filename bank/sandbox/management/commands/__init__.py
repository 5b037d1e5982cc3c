"""Commands of the sandbox, one module each."""
