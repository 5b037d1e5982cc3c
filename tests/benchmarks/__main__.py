"""`make bench`: how fast the bank is, beside what its own database could do at all. Prints a table.

--posts     payments in each of the rounds
--seconds   how long pgbench runs in each
--rounds    how often the two are alternated
--history   how many rows the long history has
--crowd     how many rows 10,000 customers have between them
--reads     how many pages of transactions are read at 8 connections
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django

PORT, MTLS_PORT = 7463, 7464


def main() -> None:
    """Measure in a bank of its own, made for this and removed afterwards; or prepare payments in a running one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepare", nargs="?", choices=["prepare"], help=argparse.SUPPRESS)
    parser.add_argument("count", nargs="?", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--posts", type=int, default=4000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--history", type=int, default=1_000_000)
    parser.add_argument("--crowd", type=int, default=10_000_000)
    parser.add_argument("--reads", type=int, default=10_000)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bank.settings"
    if options.prepare:
        django.setup()
        from tests.benchmarks import preparing

        preparing.tell(options.count)
        return
    for name in [name for name in os.environ if name.startswith("LOMBARD_") or name in {"DATABASE_URL", "BROKER_URL"}]:
        del os.environ[name]
    var = Path(tempfile.mkdtemp(prefix="lombard-bench-"))
    os.environ |= {"LOMBARD_VAR": str(var), "LOMBARD_PORT": str(PORT), "LOMBARD_MTLS_PORT": str(MTLS_PORT)}
    django.setup()
    from bank.sandbox import postgres
    from tests.benchmarks import measuring

    try:
        measuring.run(options, say=lambda words: print(words, flush=True))  # noqa: T201 - a command may print
    finally:
        postgres.remove(var)
        shutil.rmtree(var, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
