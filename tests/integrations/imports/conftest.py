"""A folder for uploads, and the background worker's turn."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django_tasks_db.management.commands import db_worker

Turn = Callable[[], None]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path: Path) -> Path:
    """The folder under which uploaded files lie."""
    settings.UPLOADS_FOLDER = tmp_path / "uploads"
    return settings.UPLOADS_FOLDER


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Turn:
    """`work()`: a worker does all that waits, and ends."""
    # As Django's test client does: the test's transaction lives on the connection.
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)

    def turn() -> None:
        db_worker.Worker(
            queue_names=["default"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="tests",
            excluded_queue_names=[],
        ).run()

    return turn
