"""What `make bench-ingest` measures on one database."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.test import Client

from billing.ledger.events import UsageEvent
from billing.ledger.record import record_usage
from billing.ledger.rows import COLUMNS
from billing.models import TokenUsage
from core.ids import new_id
from integrations.services.ingest_keys import create_key
from projects.models import Project

EVENTS = 10_000
BATCH = 1_000
SPANS_A_REQUEST = 200
_START = datetime(2026, 1, 1, tzinfo=UTC)
_MODELS = (
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-pro"),
)


def measure() -> None:
    """Print a line for each way in; the first is what the others are compared with."""
    projects = [Project.objects.create(name=f"Bench {number}") for number in range(20)]
    record_usage([_event(projects[0], EVENTS * 9, {})])
    lines = [
        ("ledger, calls of an import", lambda: _book(_events(projects, 0, {}))),
        ("ledger, spans with ids", lambda: _book(_events(projects, 1, _span_identity))),
        ("ledger, each call seen twice", lambda: _book(_doubled(projects))),
        ("ledger, all of it again", lambda: _book(_events(projects, 1, _span_identity))),
    ]
    rates = [("door, OTLP JSON requests", _through_the_door(projects[0]))]
    rates = [(name, EVENTS / _seconds(work)) for name, work in lines] + rates
    plain = EVENTS / _plain_seconds()
    _say("plain INSERT, no index", plain, 1.0)
    for name, rate in rates:
        _say(name, rate, rate / plain)


def _say(name: str, rate: float, ratio: float) -> None:
    sys.stdout.write(f"  {name:<32}{rate:>10,.0f} events/s{ratio:>8.2f}x\n")
    sys.stdout.flush()


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _book(events: Iterator[UsageEvent]) -> None:
    batch: list[UsageEvent] = []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH:
            record_usage(batch)
            batch = []
    if batch:
        record_usage(batch)


Identity = Callable[[int], dict[str, str]]


def _events(
    projects: Sequence[Project], series: int, identity: Identity | dict[str, str]
) -> Iterator[UsageEvent]:
    for number in range(EVENTS):
        serial = series * EVENTS + number
        extra = identity(serial) if callable(identity) else identity
        yield _event(projects[number % len(projects)], serial, extra)


def _span_identity(serial: int) -> dict[str, str]:
    return {
        "observer": "opentelemetry.instrumentation.genai.openai@1.3",
        "service": "shop",
        "response_id": f"chatcmpl-{serial}",
        "trace_id": f"{serial:032x}",
        "span_id": f"{serial:016x}",
    }


def _doubled(projects: Sequence[Project]) -> Iterator[UsageEvent]:
    """Half as many calls, each as an SDK and the framework around it tell of it."""
    for number in range(EVENTS // 2):
        serial = 2 * EVENTS + number
        project = projects[number % len(projects)]
        inner = _span_identity(serial)
        yield _event(project, serial, inner)
        outer = {"span_id": f"{serial + 10**9:016x}", "response_id": "", "observer": "ai@6.0"}
        yield _event(project, serial + 10**6, {**inner, **outer}, at=serial)


def _event(project: Project, serial: int, identity: dict[str, str], at: int | None = None) -> UsageEvent:
    provider, model = _MODELS[serial % len(_MODELS)]
    return UsageEvent(
        project_id=project.pk,
        occurred_at=_START + timedelta(seconds=serial if at is None else at),
        provider=provider,
        model=model,
        source="bench",
        native_id=f"call {serial}",
        dedup_scope="bench",
        input_tokens=1_000 + serial % 7_000,
        cache_read_tokens=serial % 900,
        output_tokens=100 + serial % 300,
        latency_ms=900,
        session_id=f"session {serial // 10}",
        **identity,  # type: ignore[arg-type]
    )


def _through_the_door(project: Project) -> float:
    _, secret = create_key(project, "bench")
    bodies = [_body(number) for number in range(EVENTS // 4 // SPANS_A_REQUEST)]
    client = Client(HTTP_HOST="localhost")

    def send() -> None:
        for body in bodies:
            response = client.post(
                "/v1/traces", body, content_type="application/json", headers={"x-api-key": secret}
            )
            assert response.status_code == 200, response.content

    return len(bodies) * SPANS_A_REQUEST / _seconds(send)


def _body(number: int) -> bytes:
    spans = []
    for position in range(SPANS_A_REQUEST):
        serial = 5 * EVENTS + number * SPANS_A_REQUEST + position
        start = int((_START + timedelta(seconds=serial)).timestamp() * 1e9)
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.response.id": f"chatcmpl-{serial}",
            "gen_ai.usage.input_tokens": 1_000 + serial % 7_000,
            "gen_ai.usage.output_tokens": 100 + serial % 300,
        }
        spans.append(
            {
                "traceId": f"{serial:032x}",
                "spanId": f"{serial:016x}",
                "name": "chat gpt-4o",
                "kind": 3,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + 900_000_000),
                "attributes": [
                    {"key": key, "value": {"intValue" if isinstance(value, int) else "stringValue": value}}
                    for key, value in attributes.items()
                ],
            }
        )
    scope = {"name": "opentelemetry.instrumentation.genai.openai", "version": "1.3"}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return json.dumps(
        {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": spans}]}]}
    ).encode()


def _plain_seconds() -> float:
    """The rows of the first series, read back and inserted by the driver's executemany, a commit a batch."""
    names = ", ".join(f'"{column}"' for column in COLUMNS)
    table = TokenUsage._meta.db_table
    marks = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {table} WHERE source = 'bench' LIMIT {EVENTS}")
        rows = [list(row) for row in cursor.fetchall()]
        cursor.execute(f"CREATE TABLE plain_rows AS SELECT {names} FROM {table} WHERE 1 = 0")
        cursor.execute("CREATE UNIQUE INDEX plain_rows_id ON plain_rows (id)")
        position = COLUMNS.index("id")
        for row in rows:
            identifier = new_id()
            row[position] = identifier if connection.vendor == "postgresql" else identifier.hex
    started = time.perf_counter()
    for start in range(0, EVENTS, BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO plain_rows ({names}) VALUES ({marks})", rows[start : start + BATCH]
            )
    return time.perf_counter() - started
