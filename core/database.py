"""How each engine is opened, and which of its failures may be tried again."""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

T = TypeVar("T")

_RETRIED_SQLSTATES = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialization failure, deadlock, lock not available."""

_ATTEMPTS = 8


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
            # What was purged or erased shall not stay readable in free pages of the file.
            "PRAGMA secure_delete=ON;"
        ),
    }


def is_transient(error: OperationalError) -> bool:
    """Whether the same transaction may succeed when tried again: a lock that another process held."""
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return sqlstate in _RETRIED_SQLSTATES or "database is locked" in str(error)


def in_transaction(work: Callable[[], T]) -> T:
    """`work()` in one transaction, tried again (8 times, with a growing, random pause) when a lock was lost.

    Inside another transaction it runs once: only the outermost one can be tried again.
    """
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        with transaction.atomic():
            return work()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if attempt == _ATTEMPTS or not is_transient(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)
    raise AssertionError("unreachable")
