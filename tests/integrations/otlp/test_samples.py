"""Captures of real clients: every report of a call is read, with all that it says."""

import random
from collections import Counter

import pytest

from integrations.sources.parsed import ParsedUsage
from tests.integrations.otlp.captures import COLUMNS, FOLDERS, add, check, read, requests_of

EXTRA = {
    # logfire's spans have the parts in `gen_ai.usage.raw`, which a plain sum of attributes does not see.
    ("double_instrumented_pydantic", "spans"): {"cache_read_tokens": 8_960, "reasoning_tokens": 2_432},
}
"""What we read beyond the naive sum."""


def items_of(folder, path):
    return [item for request in requests_of(folder) if request.path == path for item in read(request).items]


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize(("signal", "path"), [("spans", "/v1/traces"), ("logs", "/v1/logs")])
def test_the_sum_of_all_reports_is_the_naive_sum(samples, name, signal, path) -> None:
    folder = samples / name
    expected = check(folder).get(signal, {}).get("naive_sum", dict.fromkeys(("calls", *COLUMNS), 0))
    sums = dict.fromkeys(("calls", *COLUMNS), 0)
    for item in items_of(folder, path):
        assert isinstance(item, ParsedUsage), item
        if item.event.input_tokens is not None or item.event.output_tokens is not None:
            add(sums, {column: getattr(item.event, column) for column in COLUMNS})
    extra = EXTRA.get((name, signal), {})
    assert sums == {column: value + extra.get(column, 0) for column, value in expected.items()}


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("otel_genai_openai", "/v1/traces", {"ok": 32, "error": 7, "unmeasured": 2}),
        ("openllmetry_openai", "/v1/traces", {"ok": 32, "error": 6, "unmeasured": 3}),
        ("openinference_anthropic", "/v1/traces", {"ok": 47, "error": 10, "partial": 3}),
        ("double_instrumented_pydantic", "/v1/traces", {"ok": 46, "error": 4, "unmeasured": 3}),
        ("vercel_ai_json_gzip", "/v1/traces", {"ok": 44, "error": 2}),
        ("claude_code_full", "/v1/traces", {"ok": 13, "error": 1}),
        ("claude_code_full", "/v1/logs", {"ok": 13, "error": 1}),
        ("gemini_full", "/v1/logs", {"ok": 6}),
        ("gemini_full", "/v1/traces", {}),
        ("otel_genai_openai", "/v1/logs", {}),
    ],
)
def test_what_became_of_the_calls(samples, name, path, expected) -> None:
    items = items_of(samples / name, path)
    assert Counter(item.event.status for item in items) == expected


@pytest.mark.parametrize("name", FOLDERS)
def test_a_call_has_one_key_however_often_it_is_sent(samples, name) -> None:
    requests = requests_of(samples / name)

    def keys(order):
        return {
            (item.event.dedup_scope, item.event.native_id, item.event.dedup_time)
            for request in order
            for item in read(request).items
        }

    items = [item for request in requests for item in read(request).items]
    shuffled = random.Random(7).sample(requests, len(requests))
    assert keys(shuffled) == keys(requests)
    assert len(keys(requests)) == len(items)


@pytest.mark.parametrize("name", FOLDERS)
def test_no_words_leave_their_place(samples, name) -> None:
    for request in requests_of(samples / name):
        for item in read(request).items:
            assert item.captured == ()
            assert all(type(value) in (int, float) for value in (item.event.raw_usage or {}).values())
            said = str((item.event.tags, item.event.session_id, item.event.agent_label, item.event.raw_usage))
            assert "scn=" not in said
