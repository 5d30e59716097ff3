"""More than the database takes: 503 with Retry-After, and nothing kept."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from billing.models import TokenUsage
from integrations.doors.pressure import admitted, door
from integrations.doors.refusals import Refused
from integrations.models import IngestActivity, RejectedRecord
from integrations.otlp.decoding import JSON, PROTOBUF
from tests.factories import make_project
from tests.integrations.doors.sending import Sender
from tests.integrations.doors.telemetry import as_json, call, logged_call, logs, traces

FULL = "The server takes no more deliveries just now: send it again."
TROUBLE = "The database takes nothing just now: send it again."


@pytest.fixture
def _all_places_taken() -> Iterator[None]:
    with ExitStack() as places:
        for _ in range(settings.INGEST_CONCURRENCY):
            places.enter_context(admitted())
        yield


def answered(error: Exception) -> HttpResponse:
    """What a door answers whose handler raises `error`."""

    @door(
        lambda request, refused: HttpResponse(refused.message, status=refused.status, headers=refused.headers)
    )
    def handler(request: HttpRequest) -> HttpResponse:
        raise error

    return handler(RequestFactory().post("/"))


@pytest.mark.usefixtures("_all_places_taken")
def test_no_place_is_left() -> None:
    with pytest.raises(Refused) as told, admitted():
        pass
    assert told.value == Refused(503, FULL, 2)


def test_a_place_is_given_back_however_it_was_left() -> None:
    for _ in range(settings.INGEST_CONCURRENCY + 1):
        with pytest.raises(ZeroDivisionError), admitted():
            raise ZeroDivisionError


def test_a_place_that_becomes_free_is_taken() -> None:
    with ExitStack() as places:
        for _ in range(settings.INGEST_CONCURRENCY):
            places.enter_context(admitted())
        threading.Timer(0.05, places.pop_all().close).start()
        with admitted():
            pass


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("database is locked"),
        OperationalError("database or disk is full"),
        OperationalError("couldn't get a connection after 10.00 sec"),
        OperationalError("server closed the connection unexpectedly"),
        InterfaceError("connection already closed"),
    ],
    ids=str,
)
def test_a_database_that_cannot_take_it_now(error: Exception) -> None:
    answer = answered(error)
    assert (answer.status_code, answer["Retry-After"], answer.content.decode()) == (503, "5", TROUBLE)


def test_a_refusal_is_answered_by_the_door() -> None:
    answer = answered(Refused(429, "Slower.", 7))
    assert (answer.status_code, answer["Retry-After"], answer.content) == (429, "7", b"Slower.")


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(DataError):
        answered(DataError("numeric field overflow"))


@pytest.mark.django_db
@pytest.mark.usefixtures("_all_places_taken")
@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
@pytest.mark.parametrize(
    ("path", "message"), [("/v1/traces", traces(call(1))), ("/v1/logs", logs(logged_call(1)))]
)
def test_a_burst_comes_again(path: str, message: Any, content_type: str) -> None:
    sender = Sender(make_project())
    body = message.SerializeToString() if content_type == PROTOBUF else as_json(message)
    answer = sender.post(path, body, type_=content_type)
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "2", content_type)
    assert FULL.encode() in answer.content
    assert TokenUsage.objects.count() == IngestActivity.objects.count() == 0


@pytest.mark.django_db
def test_a_transaction_that_fails_at_its_end_leaves_nothing() -> None:
    """The last statement of a delivery notes when its client was heard; all before it is taken back."""
    sender = Sender(make_project())

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if "integrations_ingestactivity" in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *rest)

    message = traces(call(1), call(2, span_id=b"short"))
    with connection.execute_wrapper(fail):
        answer = sender.post("/v1/traces", message.SerializeToString(), type_=PROTOBUF)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert TokenUsage.objects.count() == RejectedRecord.objects.count() == 0
    again = sender.post("/v1/traces", message.SerializeToString(), type_=PROTOBUF)
    assert (again.status_code, TokenUsage.objects.count(), RejectedRecord.objects.count()) == (200, 1, 1)
