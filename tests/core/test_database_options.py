"""How the engine is opened, and what is tried again."""

import pytest
from django.db import OperationalError, connection

from core.database import in_transaction

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")


@sqlite_only
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("foreign_keys", 1), ("busy_timeout", 30_000), ("synchronous", 1), ("secure_delete", 1)],
)
def test_sqlite_is_opened_safely(pragma: str, value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone() == (value,)


@pytest.mark.django_db(transaction=True)
def test_a_lost_lock_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.database.time.sleep", lambda seconds: None)
    failures = [OperationalError("database is locked"), OperationalError("database is locked")]

    def work() -> str:
        if failures:
            raise failures.pop()
        return "done"

    assert in_transaction(work) == "done"
    assert failures == []


@pytest.mark.django_db(transaction=True)
def test_another_failure_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def work() -> None:
        calls.append(1)
        raise OperationalError("disk I/O error")

    with pytest.raises(OperationalError, match="disk"):
        in_transaction(work)
    assert len(calls) == 1
