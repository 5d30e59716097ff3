"""Anthropic's usage: GET /v1/organizations/usage_report/messages, and the Console's CSV.

https://platform.claude.com/docs/en/api/admin-api/usage-cost

Counting convention: `uncached_input_tokens` (in the CSV `usage_input_tokens_no_cache`) leaves out cache reads
and writes, which stand beside it: input is their sum. Output includes thinking. Requests are not counted.
Days and times are UTC. A null workspace is the default one. The CSV has grown columns over the years; what
stands in one that is not known yet tells lines apart when it is a word.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from billing.models.provider_report import ReportKind
from integrations.sources.values import BadValueError, count, moment, plain
from integrations.vendor_reports.fields import (
    WrongReportError,
    bare,
    grouping_names,
    kept_columns,
    period,
    token_sum,
)
from integrations.vendor_reports.line import ReportLine, VendorReport

_DAY = "usage_date_utc"
_COLUMNS = {
    "model": "model",
    "workspace_id": "vendor_project",
    "api_key_id": "api_key",
    "service_tier": "service_tier",
    "context_window": "context_window",
    "inference_geo": "region",
}
_CSV_COLUMNS = {
    "model_version": "model",
    "workspace": "vendor_project",
    "api_key": "api_key",
    "usage_type": "service_tier",
    "context_window": "context_window",
    "inference_geo": "region",
}
_CSV_FIGURES = {
    "usage_input_tokens_no_cache": "uncached_input_tokens",
    "usage_input_tokens_cache_read": "cache_read_input_tokens",
    "usage_input_tokens_cache_write_5m": "ephemeral_5m_input_tokens",
    "usage_input_tokens_cache_write_1h": "ephemeral_1h_input_tokens",
    "usage_output_tokens": "output_tokens",
    "web_search_count": "web_search_requests",
}
_TIMES = frozenset({"starting_at", "ending_at"})


def of_result(where: str, bucket: Mapping[str, Any], result: Mapping[str, Any]) -> ReportLine:
    if "amount" in result:
        raise WrongReportError("is a cost report: import it as anthropic-cost or openai-costs")
    if "num_model_requests" in result:
        raise WrongReportError("is OpenAI's usage report: import it as openai-usage")
    written, tools = result.get("cache_creation"), result.get("server_tool_use")
    figures = {
        **result,
        **(written if isinstance(written, Mapping) else {}),
        **(tools if isinstance(tools, Mapping) else {}),
    }
    names = grouping_names(result, _COLUMNS, _TIMES)
    times = period(bucket.get("starting_at"), "starting_at", bucket.get("ending_at"), "ending_at")
    raw = {**{name: bucket[name] for name in _TIMES if name in bucket}, **result}
    return _line(where, times, names, _COLUMNS, figures, raw, {})


def of_row(where: str, row: Mapping[str, str], file_name: str) -> ReportLine | None:
    if bare(row, _DAY):
        return None
    day = moment(row.get(_DAY), _DAY)
    if day.hour or day.minute or day.second:
        raise BadValueError(f"{_DAY}: “{row[_DAY][:40]}” is not a day")
    names = grouping_names(row, _CSV_COLUMNS, frozenset({_DAY, *_CSV_FIGURES}))
    figures = {field: row.get(name) for name, field in _CSV_FIGURES.items()}
    labels = {field: name for name, field in _CSV_FIGURES.items()}
    return _line(where, (day, day + timedelta(days=1)), names, _CSV_COLUMNS, figures, row, labels)


def missing(columns: Collection[str]) -> str:
    if "cost_usd" in columns:
        return "is Anthropic's cost CSV: import it as anthropic-cost"
    if _DAY not in columns:
        return f"{_DAY}: no such column; it is no CSV of Anthropic's Console"
    return ""


def _line(
    where: str,
    times: tuple[Any, Any],
    names: dict[str, str],
    columns: Mapping[str, str],
    figures: Mapping[str, Any],
    raw: Mapping[str, Any],
    labels: Mapping[str, str],
) -> ReportLine:
    """`labels`: how a figure is called in the file, where that is not its name in the interface."""
    if names.get("inference_geo") == "not_available":
        # The interface says null: the model runs in one place.
        del names["inference_geo"]
    known = {
        field: count(figures.get(field), labels.get(field, field))
        for field in (*_CSV_FIGURES.values(), "cache_creation_input_tokens")
    }
    uncached, cache_read = known["uncached_input_tokens"], known["cache_read_input_tokens"]
    written = token_sum(known, "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
    if written is None:
        written = known["cache_creation_input_tokens"]
    kept = kept_columns(names, columns)
    tier = kept.get("service_tier", "")
    return ReportLine(
        where=where,
        provider="anthropic",
        kind=ReportKind.USAGE,
        request_type="chat",
        period_start=times[0],
        period_end=times[1],
        names=tuple(sorted(names.items())),
        columns={**kept, "is_batch": tier.startswith("batch") if tier else None},
        raw=plain(dict(raw)),
        input_tokens=None if uncached is None else uncached + (cache_read or 0) + (written or 0),
        cache_read_tokens=cache_read,
        cache_write_tokens=written,
        cache_write_1h_tokens=known["ephemeral_1h_input_tokens"],
        output_tokens=known["output_tokens"],
        web_search_requests=known["web_search_requests"],
    )


REPORT = VendorReport("anthropic-usage", "anthropic", ReportKind.USAGE, of_result, of_row, missing)
