"""The environment of a test run, set before Django reads its settings: a data folder of its own, nothing inherited.

tests/conftest.py imports this first; pyproject.toml names no settings, or pytest-django would read them before.
"""

import os
import socket
import tempfile
from pathlib import Path

import django
from django.conf import settings

for name in list(os.environ):
    if name.startswith("LOMBARD_") or name in {"DATABASE_URL", "BROKER_URL"}:
        del os.environ[name]


def new_folder() -> Path:
    """A data folder for a bank that lives for a test; whoever asks removes it."""
    folder = Path(tempfile.mkdtemp(prefix="lombard-test-"))
    folder.chmod(0o711)  # PostgreSQL does not run as root; its account must get through
    return folder


VAR = new_folder()
os.environ["LOMBARD_VAR"] = str(VAR)
os.environ["DJANGO_SETTINGS_MODULE"] = "bank.settings"
django.setup()
# Passwords of people who live for one test need not be slow to guess.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Every test client builds the middleware anew; WhiteNoise need not look at all static files each time.
settings.WHITENOISE_AUTOREFRESH = True
# Where this process's bank listens (tests/https.py): ports that nobody else has, under the addresses of every bank.
PAGES, MACHINES = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
settings.PORT, settings.MTLS_PORT = (door.getsockname()[1] for door in (PAGES, MACHINES))
