"""The embedded PostgreSQL: where it lives and how it is started and stopped. Needs no Django."""

import hashlib
import os
import tempfile
from pathlib import Path

DATABASE = "lombard"
OWNER = "lombard_owner"
APPLICATION = "lombard"
SOCKET_PATH_BYTES_MAX = 80  # the system allows about 100, and PostgreSQL adds its own file's name


def socket_directory(var: Path) -> Path:
    """The folder of the Unix socket: in the data folder, or a short one of the same name everywhere if that is too long."""
    inside = var / "run"
    if len(str(inside)) <= SOCKET_PATH_BYTES_MAX:
        return inside
    return Path(tempfile.gettempdir()) / f"lombard-{hashlib.sha256(os.fsencode(var)).hexdigest()[:16]}"
