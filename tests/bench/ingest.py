"""`python -m tests.bench.ingest`: events a second through the ledger's door, beside plain INSERTs.

Everything happens in one run on one database, SQLite and then a PostgreSQL of its own, so that the ratios
tell something whatever the machine. Plain INSERTs put the same rows into a table of the same columns with a
primary key and nothing else: no other index, no rollup, no de-duplication, no price.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.engines.postgres import temporary_server, version

_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bench") as home:
        status = _measure("SQLite", home, "")
    with tempfile.TemporaryDirectory(prefix="bench") as home, temporary_server() as url:
        # The suite's database is made by pytest; here its server's own one will do.
        return _measure(version(), home, url.replace("/countinghouse?", "/postgres?")) or status


def _measure(engine: str, home: str, database_url: str) -> int:
    sys.stdout.write(f"\n{engine}\n")
    sys.stdout.flush()
    environment = {**os.environ, "COUNTINGHOUSE_HOME": home, "DATABASE_URL": database_url}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=_ROOT, env=environment, check=True)
    script = "from tests.bench.ingest_rates import measure; measure()"
    command = [*manage, "shell", "--no-imports", "-c", script]
    return subprocess.run(command, cwd=_ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
