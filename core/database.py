"""How each engine is opened, and which of its failures may be tried again."""

from typing import Any


def sqlite_options(*, busy_timeout_s: float) -> dict[str, Any]:
    """Options for Django's SQLite backend: WAL, foreign keys, busy timeout, immediate transactions.

    `BEGIN IMMEDIATE` takes the write lock at once, so that a writer waits for `busy_timeout_s` instead of
    failing half way when it upgrades a read lock (https://www.sqlite.org/lang_transaction.html).
    """
    return {
        "timeout": busy_timeout_s,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL;"
            "PRAGMA foreign_keys=ON;"
            "PRAGMA synchronous=NORMAL;"
            "PRAGMA temp_store=MEMORY;"
            "PRAGMA cache_size=-65536;"
        ),
    }
