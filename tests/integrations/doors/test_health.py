"""/healthz and /readyz, which anybody may ask."""

from collections import namedtuple
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from integrations.doors import health

Usage = namedtuple("Usage", "total used free")


def test_a_living_process_asks_no_database(client: Client) -> None:
    """Without the mark of pytest-django a query would fail."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200,
        b"ok",
        "text/plain; charset=utf-8",
    )
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "checks": {"database": "ok", "migrations": "ok", "disk": "ok"}},
    )


@pytest.mark.django_db
def test_asking_is_cheap(client: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2):
        client.get("/readyz")


@pytest.mark.django_db
def test_a_migration_that_was_not_applied(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("integrations", "0001_initial")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "1 not applied")


@pytest.mark.django_db
def test_a_database_that_is_away(client: Client) -> None:
    def away(*args: Any) -> Any:
        raise OperationalError("connection to 10.0.0.5 refused for user postgres")

    with connection.execute_wrapper(away):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {
            "ready": False,
            "checks": {"database": "does not answer", "migrations": "unknown", "disk": "ok"},
        },
    )


@pytest.mark.django_db
def test_a_disk_that_is_almost_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Usage(10**12, 10**12 - 10**6, 10**6))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, "almost full")


@pytest.mark.django_db
def test_a_folder_that_is_gone(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path / "gone"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, "cannot be read")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
