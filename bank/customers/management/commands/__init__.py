"""Commands about customers, one module each."""
