"""One call, many observers: it counts once, whatever the order in which they tell of it."""

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from billing.ledger.apart import count_apart
from billing.ledger.erase import erase_demo_usage
from billing.ledger.events import Result, SpanLink, UsageEvent
from billing.ledger.rebuild import check_rollups
from billing.ledger.record import record_usage
from billing.models import DailyProjectUsage, TokenUsage, TraceShape
from projects.models import Project
from tests.factories import NOON, make_event, make_project

pytestmark = pytest.mark.django_db

SDK = "com.anthropic.sdk.python@2.12"
GENAI = "opentelemetry.instrumentation.genai.openai@1.3b0"
OPENINFERENCE = "openinference.instrumentation.anthropic@0.1"
VERCEL = "ai@6.0"

Item = UsageEvent | SpanLink


def span(project: Project, number: int, **overrides: Any) -> UsageEvent:
    """A report of trace 1; `number` is its span's, `parent` that of the span it lies in."""
    parent = overrides.pop("parent", 0)
    values = {
        "native_id": f"span {number}",
        "dedup_scope": "otlp",
        "observer": VERCEL,
        "service": "shop",
        "trace_id": f"{overrides.pop('trace', 1):032x}",
        "span_id": f"{number:016x}",
        "parent_span_id": f"{parent:016x}" if parent else "",
        "latency_ms": 1000,
    }
    return make_event(project, **{**values, **overrides})


def link(project: Project, number: int, parent: int) -> SpanLink:
    return SpanLink(project.pk, f"{1:032x}", f"{number:016x}", f"{parent:016x}")


def tell(items: Iterable[Item]) -> None:
    """Each item in a delivery of its own."""
    for item in items:
        if isinstance(item, SpanLink):
            record_usage([], links=[item])
        else:
            record_usage([item])


def counted() -> list[tuple[int | None, int | None]]:
    """Input and output of the calls that count; the sums agree with them."""
    assert check_rollups().drifts == ()
    rows = TokenUsage.objects.booked().order_by("input_tokens", "output_tokens")
    return list(rows.values_list("input_tokens", "output_tokens"))


def assert_always(items: Sequence[Item], expected: list[tuple[int | None, int | None]]) -> None:
    """In every order, in one delivery and in many, each twice, the same calls count."""
    orders = list(permutations(items))
    for order in random.Random(4).sample(orders, min(len(orders), 24)):
        for again in ((), order):
            tell((*order, *again))
        assert counted() == expected
        erase()
    record_usage(
        [item for item in items if isinstance(item, UsageEvent)],
        links=[item for item in items if isinstance(item, SpanLink)],
    )
    assert counted() == expected


def erase() -> None:
    Project.objects.update(is_demo=True)
    erase_demo_usage(list(Project.objects.all()))
    TraceShape.objects.all().delete()


def test_a_wrapper_gives_way_to_the_calls_inside_it() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, input_tokens=300, output_tokens=30),
            span(project, 2, parent=1, input_tokens=100, output_tokens=10, response_id="a"),
            span(project, 3, parent=1, input_tokens=200, output_tokens=20, response_id="b"),
        ],
        [(100, 10), (200, 20)],
    )


def test_spans_without_usage_lead_from_a_wrapper_to_the_calls_inside_it() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, input_tokens=100, output_tokens=10),
            link(project, 2, parent=1),
            link(project, 3, parent=2),
            span(project, 4, parent=3, input_tokens=100, output_tokens=10, response_id="a"),
        ],
        [(100, 10)],
    )


def test_wrappers_in_wrappers_give_way_together() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, input_tokens=100, output_tokens=10),
            span(project, 2, parent=1, input_tokens=100, output_tokens=10),
            span(project, 3, parent=2, input_tokens=100, output_tokens=10),
        ],
        [(100, 10)],
    )


def test_calls_beside_one_another_all_count() -> None:
    project = make_project()
    assert_always(
        [
            span(project, number, parent=9, input_tokens=100, output_tokens=10, response_id=f"r{number}")
            for number in (1, 2, 3)
        ],
        [(100, 10)] * 3,
    )


def test_one_response_seen_by_several_observers_counts_once() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, trace=1, observer=SDK, response_id="msg_1", output_tokens=50),
            span(
                project, 2, trace=2, observer=GENAI, response_id="msg_1", input_tokens=100, output_tokens=52
            ),
            span(project, 3, trace=3, observer=OPENINFERENCE, response_id="msg_1"),
        ],
        [(1000, 50)],
    )


def test_a_request_id_joins_a_transcript_and_a_log() -> None:
    project = make_project()
    transcript = make_event(
        project,
        native_id="m:r",
        dedup_scope="claude-code",
        observer="claude-code",
        response_id="msg_1",
        request_id="req_1",
        cache_write_tokens=100,
        cache_write_1h_tokens=40,
    )
    log = make_event(
        project,
        native_id="req_1",
        dedup_scope="otlp",
        observer="claude-code.otlp@2.1",
        request_id="req_1",
        cache_write_tokens=100,
        person_label="ada@example.com",
    )
    assert_always([transcript, log], [(1000, 100)])
    row = TokenUsage.objects.booked().get()
    assert (row.cache_write_1h_tokens, row.person_label, row.is_merged) == (40, "ada@example.com", True)


def test_the_best_report_counts_and_the_others_fill_its_gaps() -> None:
    project = make_project()
    sdk = span(project, 1, observer=SDK, response_id="m", input_tokens=116, output_tokens=None)
    framework = span(
        project,
        2,
        trace=2,
        observer=OPENINFERENCE,
        response_id="m",
        input_tokens=116,
        output_tokens=2,
        session_id="k3",
        person_label="u-k3",
        tags=("t1",),
    )
    assert_always([sdk, framework], [(116, 2)])
    row = TokenUsage.objects.booked().get()
    assert (row.observer, row.session_id, row.person_label, row.tags) == (SDK, "k3", "u-k3", ["t1"])
    reasons = TokenUsage.objects.reports().values_list("superseded_as", "superseded_by_id")
    assert list(reasons) == [("same_call", row.pk)] * 2


def test_parts_that_would_exceed_their_whole_are_not_taken_over() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, observer=SDK, response_id="m", input_tokens=100, output_tokens=10),
            span(
                project,
                2,
                trace=2,
                response_id="m",
                input_tokens=900,
                cache_read_tokens=800,
                output_tokens=10,
            ),
        ],
        [(100, 10)],
    )


def test_the_same_id_at_another_time_is_another_call() -> None:
    """Local servers count their ids up, or draw few."""
    project = make_project()
    assert_always(
        [
            span(project, 1, observer=SDK, response_id="chatcmpl-7", input_tokens=1),
            span(
                project,
                2,
                trace=2,
                response_id="chatcmpl-7",
                input_tokens=2,
                occurred_at=NOON + timedelta(hours=2),
            ),
        ],
        [(1, 100), (2, 100)],
    )


def test_one_observer_that_tells_of_an_id_twice_tells_of_two_calls() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, response_id="chatcmpl-7", input_tokens=1),
            span(project, 2, trace=2, response_id="chatcmpl-7", input_tokens=2),
        ],
        [(1, 100), (2, 100)],
    )


def test_different_requests_are_different_calls_whatever_else_they_share() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, observer=SDK, response_id="m", request_id="r1"),
            span(project, 2, trace=2, response_id="m", request_id="r2"),
        ],
        [(1000, 100)] * 2,
    )


def test_a_report_without_ids_joins_the_call_that_it_resembles() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, observer=SDK, response_id="m"),
            span(project, 2, trace=2, observer=OPENINFERENCE, session_id="s"),
        ],
        [(1000, 100)],
    )
    assert set(TokenUsage.objects.reports().values_list("superseded_as", flat=True)) == {"alike"}


@pytest.mark.parametrize(
    "difference",
    [
        {"service": "billing"},
        {"output_tokens": 101},
        {"occurred_at": NOON + timedelta(minutes=1)},
        {"observer": SDK},
    ],
)
def test_what_resembles_less_is_another_call(difference: dict[str, Any]) -> None:
    project = make_project()
    record_usage([span(project, 1, observer=SDK, response_id="m")])
    record_usage([span(project, 2, **{"trace": 2, "observer": OPENINFERENCE, **difference})])
    assert len(counted()) == 2


def test_each_call_takes_one_report_of_an_observer() -> None:
    """Three equal calls at once, two of them seen by a second observer: three calls."""
    project = make_project()
    assert_always(
        [
            *(span(project, n, trace=n, observer=SDK, response_id=f"m{n}") for n in (1, 2, 3)),
            *(span(project, n, trace=n, observer=OPENINFERENCE) for n in (4, 5)),
        ],
        [(1000, 100)] * 3,
    )


def test_more_reports_without_ids_than_calls_leave_the_rest_standing() -> None:
    project = make_project()
    assert_always(
        [
            span(project, 1, trace=1, observer=SDK, response_id="m1"),
            *(span(project, n, trace=n, observer=OPENINFERENCE) for n in (4, 5)),
        ],
        [(1000, 100)] * 2,
    )


def test_a_fuller_report_of_a_merged_call_is_merged_anew() -> None:
    project = make_project()
    short = span(project, 1, observer=SDK, response_id="m", output_tokens=5, status="partial")
    full = span(project, 1, observer=SDK, response_id="m", output_tokens=50)
    other = span(
        project, 2, trace=2, observer=OPENINFERENCE, response_id="m", session_id="s", output_tokens=50
    )
    for order in permutations([short, full, other]):
        tell(order)
        assert counted() == [(1000, 50)]
        assert TokenUsage.objects.booked().get().session_id == "s"
        erase()


def test_a_failed_call_seen_by_several_observers_is_one_error() -> None:
    project = make_project()
    failed = {"status": "error", "input_tokens": None, "output_tokens": None}
    tell([span(project, 2, parent=1, observer=SDK, request_id="r", **failed), span(project, 1, **failed)])
    assert list(DailyProjectUsage.objects.values_list("requests", "errors")) == [(0, 1)]
    assert check_rollups().drifts == ()


def test_projects_do_not_share_calls() -> None:
    for project in (make_project(), make_project()):
        record_usage([span(project, 1, native_id=str(project.pk), response_id="m", observer=SDK)])
        record_usage([span(project, 2, native_id=f"{project.pk} 2", response_id="m")])
    assert counted() == [(1000, 100)] * 2


def test_outcomes_tell_what_was_merged() -> None:
    project = make_project()
    sdk = span(project, 1, observer=SDK, response_id="m")
    other = span(project, 2, trace=2, response_id="m")
    outcomes = record_usage([other, sdk])
    assert [outcome.result for outcome in outcomes] == [Result.MERGED, Result.CREATED]
    assert outcomes[0].reason == "Another observer told of the same call, by its id"
    assert [outcome.result for outcome in record_usage([other, sdk])] == [Result.UNCHANGED] * 2


def test_redelivery_writes_nothing() -> None:
    project = make_project()
    items = [
        span(project, 1, observer=SDK, response_id="m", output_tokens=None),
        span(project, 2, trace=2, observer=OPENINFERENCE, response_id="m"),
    ]
    tell(items)
    before = set(TokenUsage.objects.values_list("pk", "superseded_by_id"))
    tell(reversed(items))
    assert set(TokenUsage.objects.values_list("pk", "superseded_by_id")) == before


def test_a_person_takes_a_merge_back_and_lets_the_rules_decide_again() -> None:
    project = make_project()
    record_usage([span(project, 1, observer=SDK, response_id="m", output_tokens=100)])
    record_usage([span(project, 2, trace=2, observer=OPENINFERENCE, session_id="s")])
    assert counted() == [(1000, 100)]
    lone = TokenUsage.objects.reports().get(observer=OPENINFERENCE)
    count_apart(lone)
    assert counted() == [(1000, 100)] * 2
    lone.refresh_from_db()
    assert (lone.counts_apart, lone.superseded_by_id) == (True, None)
    tell([span(project, 3, trace=3, observer=GENAI, response_id="m")])
    assert counted() == [(1000, 100)] * 2
    count_apart(lone, is_apart=False)
    assert counted() == [(1000, 100)]
