"""What providers' reports have that misleads: conventions, units, spellings, empty days, growing columns."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billing.models import ProviderReportedUsage
from tests.integrations.vendor_reports.reports import (
    START,
    anthropic_bucket,
    anthropic_result,
    counts,
    load,
    openai_bucket,
    openai_result,
    page,
    stored,
)

pytestmark = pytest.mark.django_db

TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens")
CONSOLE = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
    "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    "usage_output_tokens,web_search_count"
)
OPENAI_CSV = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,batch,"
    "input_tokens,output_tokens,input_cached_tokens"
)
TIMES = f"{START},{START + 86400},2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00"

OTHER_TIMES = TIMES.replace("-11-01T", "-11-05T")


def test_openai_input_contains_its_cache_and_anthropics_does_not(tmp_path: Path) -> None:
    load("openai-usage", tmp_path, page(openai_bucket(openai_result(input_cache_write_tokens=30))))
    load("anthropic-usage", tmp_path, page(anthropic_bucket(anthropic_result())))
    assert set(stored("provider", *TOKENS)) == {
        ("openai", 100, 20, 30, None, 10),
        ("anthropic", 22, 5, 7, 3, 6),
    }


def test_audio_is_the_sum_of_its_cached_and_uncached_parts(tmp_path: Path) -> None:
    result = openai_result(input_audio_tokens=30, input_cached_audio_tokens=5, output_audio_tokens=4)
    load("openai-usage", tmp_path, page(openai_bucket(result)))
    assert stored("input_audio_tokens", "output_audio_tokens") == [(35, 4)]


def test_csv_writes_whole_numbers_as_fractions_and_a_day_of_nothing_as_its_times(tmp_path: Path) -> None:
    rows = [OPENAI_CSV, f"{TIMES},p,1.0,gpt-5,FALSE,59200.0,10.0,0.0", f"{TIMES},,,,,,,"]
    result = load("openai-usage", tmp_path, "\n".join(rows))
    assert counts(result) == {"read": 1, "created": 1}
    assert result.ignored == {"periods without usage": 1}
    assert stored("requests", "input_tokens", "is_batch") == [(1, 59_200, False)]


def test_cents_are_hundredths_and_dollars_are_not(tmp_path: Path) -> None:
    cost = {"amount": "123.45", "currency": "USD", "cost_type": "tokens", "model": "m", "workspace_id": None}
    load("anthropic-cost", tmp_path, page(anthropic_bucket(cost)))
    load("anthropic-cost", tmp_path, "usage_date_utc,model,cost_type,cost_usd\n2026-11-02,m,tokens,123.45\n")
    assert stored("amount", "currency") == [(Decimal("1.2345"), "USD"), (Decimal("123.45"), "USD")]


def test_openais_amounts_are_exact_and_may_be_credits(tmp_path: Path) -> None:
    def billed(item: str, value: Any) -> dict[str, Any]:
        amount = {"value": value, "currency": "usd"}
        return {
            "object": "organization.costs.result",
            "amount": amount,
            "line_item": item,
            "project_id": None,
        }

    results = [
        billed("gpt-4o-2024-08-06, cached input", 4.575e-05),
        billed("gpt-4o-audio-preview audio, output", "0.8958740000000000"),
        billed("web search tool calls | gpt-4o", -1),
    ]
    load("openai-costs", tmp_path, page(openai_bucket(*results)))
    assert stored("model", "amount") == [
        ("", Decimal(-1)),
        ("gpt-4o-2024-08-06", Decimal("0.00004575")),
        ("gpt-4o-audio-preview", Decimal("0.895874")),
    ]


def test_an_empty_bucket_is_no_line(tmp_path: Path) -> None:
    result = load("anthropic-usage", tmp_path, page(anthropic_bucket(), anthropic_bucket(day=2)))
    assert (counts(result), result.ignored) == ({}, {"periods without usage": 2})


def test_a_null_workspace_is_a_line_of_its_own(tmp_path: Path) -> None:
    results = [anthropic_result(), anthropic_result(workspace_id="wrkspc_1")]
    assert counts(load("anthropic-usage", tmp_path, page(anthropic_bucket(*results)))) == {
        "read": 2,
        "created": 2,
    }
    assert stored("vendor_project") == [("",), ("wrkspc_1",)]


def test_letters_beyond_ascii_and_columns_of_later_years(tmp_path: Path) -> None:
    row = "2026-11-01,claude,key,Default,batch,≤ 200k,1,2,3,4,5,0"
    load("anthropic-usage", tmp_path, f"{CONSOLE}\n{row}\n")
    newer = f"{CONSOLE},inference_geo,speed,usage_new_tokens\n{row},not_available,,0\n"
    assert counts(load("anthropic-usage", tmp_path, newer)) == {"read": 1, "unchanged": 1}
    speeds = f"{CONSOLE},speed\n{row},fast\n{row},standard\n"
    assert counts(load("anthropic-usage", tmp_path, speeds)) == {"read": 2, "created": 2}
    found = stored("context_window", "is_batch", *TOKENS)
    assert found == [("≤ 200k", True, 10, 4, 5, 3, 5)] * 3


def test_a_column_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    head = "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens"
    load("anthropic-usage", tmp_path, f"{head}\n2026-11-01,claude,7,1\n")
    assert stored(*TOKENS) == [(7, None, None, None, 1)]


@pytest.mark.parametrize(
    ("interface", "fields", "kept"),
    [
        ("embeddings", {"input_tokens": 5, "num_model_requests": 1}, ("embedding", 1, 5, None, "")),
        ("images", {"images": 3, "num_model_requests": 2}, ("image", 2, None, Decimal(3), "images")),
        ("audio_speeches", {"characters": 9}, ("audio_speech", None, None, Decimal(9), "characters")),
        ("audio_transcriptions", {"seconds": 9}, ("transcription", None, None, Decimal(9), "seconds")),
        ("vector_stores", {"usage_bytes": 10**11}, ("vector_store", None, None, Decimal(10**11), "bytes")),
        (
            "code_interpreter_sessions",
            {"num_sessions": 4},
            ("code_interpreter", None, None, Decimal(4), "sessions"),
        ),
    ],
)
def test_other_interfaces_have_other_units(
    tmp_path: Path, interface: str, fields: dict[str, Any], kept: tuple[Any, ...]
) -> None:
    result = {"object": f"organization.usage.{interface}.result", "model": "m", **fields}
    load("openai-usage", tmp_path, page(openai_bucket(result)))
    assert stored("request_type", "requests", "input_tokens", "quantity", "quantity_unit") == [kept]


@pytest.mark.parametrize(
    "document",
    [
        openai_bucket(openai_result()),
        [openai_bucket(openai_result())],
        {"data": [openai_bucket(openai_result())]},
        [page(openai_bucket(openai_result()))],
    ],
    ids=["bucket", "buckets", "data", "pages"],
)
def test_shapes_that_pages_are_saved_in(tmp_path: Path, document: Any) -> None:
    assert counts(load("openai-usage", tmp_path, document)) == {"read": 1, "created": 1}
    assert stored("period_start", "period_end") == [
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    ]


def test_more_pages_than_files(tmp_path: Path) -> None:
    first, second = page(openai_bucket(openai_result()), has_more=True), page(openai_bucket(day=1))
    path = tmp_path / "report-0.json"
    assert load("openai-usage", tmp_path, first).notices == [
        f"{path}: the provider has more pages than are here; what they say is missing."
    ]
    assert load("openai-usage", tmp_path, first, second).notices == []


@pytest.mark.parametrize(
    ("kind", "document", "reason"),
    [
        ("openai-usage", page(openai_bucket(openai_result(input_tokens=-1))), "input_tokens: -1 is negative"),
        ("openai-usage", page(openai_bucket(openai_result(output_tokens=True))), "output_tokens: True"),
        ("openai-usage", page(openai_bucket(openai_result(input_cached_tokens=101))), "input_cached"),
        ("openai-usage", page(openai_bucket(openai_result(), seconds=0)), "end_time: 2026-11-01"),
        ("openai-usage", page(openai_bucket(openai_result(batch="perhaps"))), "batch: “perhaps”"),
        ("openai-usage", f"{OPENAI_CSV}\n{OTHER_TIMES},p,1,m,FALSE,1,1,0", "start_time_iso"),
        ("anthropic-usage", page(anthropic_bucket(anthropic_result(output_tokens=2**60))), "output_tokens:"),
        ("anthropic-usage", f"{CONSOLE}\nsoon,m,k,w,s,c,1,2,3,4,5,0", "usage_date_utc: “soon”"),
        ("anthropic-cost", page(anthropic_bucket({"amount": "much", "currency": "USD"})), "amount: “much”"),
        ("anthropic-cost", page(anthropic_bucket({"amount": "1", "currency": "EUR"})), "currency: “EUR”"),
        ("openai-costs", page(openai_bucket({"line_item": "x"})), "amount: missing"),
    ],
)  # fmt: skip
def test_lines_that_break_a_rule_are_kept_with_place_and_field(
    tmp_path: Path, kind: str, document: Any, reason: str
) -> None:
    result = load(kind, tmp_path, document)
    assert counts(result) == {"read": 1, "rejected": 1}
    [entry] = result.rejections
    assert entry.reason.startswith(reason)
    assert entry.record.startswith(str(tmp_path / "report-0."))
    assert entry.record.endswith((": bucket 1, line 1", ":2"))


@pytest.mark.parametrize(
    ("kind", "document", "reason"),
    [
        ("openai-costs", page(openai_bucket(openai_result())), "import it as openai-usage"),
        ("openai-usage", page(anthropic_bucket(anthropic_result())), "import it as anthropic-usage"),
        ("anthropic-cost", page(anthropic_bucket(anthropic_result())), "import it as anthropic-usage"),
        ("openai-usage", f"{CONSOLE}\n", "import it as anthropic-usage"),
        ("openai-usage", {"error": {"message": "Invalid key"}}, "no report: Invalid key"),
        ("openai-usage", "{not json", "is not JSON"),
        ("anthropic-usage", '{"data": NaN}', "NaN is no JSON number"),
    ],
)
def test_another_file_is_named_for_what_it_is(tmp_path: Path, kind: str, document: Any, reason: str) -> None:
    [entry] = load(kind, tmp_path, document).rejections
    assert reason in entry.reason
    assert not ProviderReportedUsage.objects.exists()
