"""Tests of the sandbox: its database, its processes, its TLS."""
