"""Tools that tell of the same call in their log and in their spans: it counts once, as the log has it."""

from datetime import timedelta

import pytest

from billing.models import TokenUsage
from integrations.otlp.usage import read_logs, read_spans
from integrations.services.ingest import Delivery, take_in
from integrations.sources.parsed import ParsedUsage
from tests.factories import make_project
from tests.integrations.otlp.telemetry import ENDED, STARTED, make_record, make_scope, make_span

pytestmark = pytest.mark.django_db

CODEX = make_scope("codex_cli_rs", "0.169.0")


def codex_calls(count: int) -> tuple[list[ParsedUsage], list[ParsedUsage]]:
    """The same calls in the log and among spans; each pair of them is of one size."""
    records, spans = [], []
    for number in range(count):
        ended = ENDED + timedelta(seconds=10 * number)
        read, written = 3000 + number // 2, 700
        records.append(
            make_record(
                "codex.sse_event",
                {
                    "event.kind": "response.completed",
                    "event.timestamp": ended.isoformat(),
                    "conversation.id": "t1",
                    "model": "gpt-5",
                    "input_token_count": str(read),
                    "output_token_count": str(written),
                },
                scope=CODEX,
            )
        )
        spans.append(
            make_span(
                {"gen_ai.usage.input_tokens": read, "gen_ai.usage.output_tokens": written},
                CODEX,
                span_id=f"{number + 1:016x}",
                name="handle_responses",
                started_at=ended - timedelta(milliseconds=3),
                ended_at=ended + timedelta(milliseconds=2),
            )
        )
    return list(read_logs(records)), read_spans(spans).items


def claude_code_calls() -> tuple[list[ParsedUsage], list[ParsedUsage]]:
    counts = {"input_tokens": 31, "output_tokens": 51, "cache_read_tokens": 4000, "request_id": "req_1"}
    scope = make_scope("com.anthropic.claude_code.events", "2.1.197")
    record = make_record("api_request", {**counts, "model": "claude-opus-4-5-20251101"}, scope=scope)
    span = make_span(
        {**counts, "model": "claude-opus-4-5", "gen_ai.response.id": "req_1"},
        make_scope("com.anthropic.claude_code.tracing", "1.0.0"),
        name="claude_code.llm_request",
        started_at=STARTED + timedelta(seconds=1),
    )
    return list(read_logs([record])), read_spans([span]).items


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0, 1)])
@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (codex_calls(4), [("gpt-5", 3000), ("gpt-5", 3000), ("gpt-5", 3001), ("gpt-5", 3001)]),
        (claude_code_calls(), [("claude-opus-4-5-20251101", 4031)]),
    ],
    ids=["codex", "claude-code"],
)
def test_one_call_in_two_signals_counts_once(signals, expected, order) -> None:
    project = make_project()
    for signal in order:
        take_in(Delivery(signals[signal], source_kind="otlp", client="codex"), project)
    booked = TokenUsage.objects.booked().order_by("occurred_at").values_list("model", "input_tokens")
    assert list(booked) == expected


@pytest.mark.parametrize("signal", [0, 1])
def test_one_signal_alone_is_enough(signal) -> None:
    take_in(Delivery(codex_calls(4)[signal], source_kind="otlp", client="codex"), make_project())
    assert TokenUsage.objects.booked().count() == 4
