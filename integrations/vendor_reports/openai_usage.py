"""OpenAI's usage: GET /v1/organization/usage/{completions,embeddings,…}, and the dashboard's CSV.

https://platform.openai.com/docs/api-reference/usage

Counting convention: `input_tokens` includes cached and written tokens; `input_text_tokens`,
`input_audio_tokens` and `input_image_tokens` are their uncached parts; `output_tokens` holds all that was
generated, reasoning included (which is not told apart). Times are seconds since 1970, periods UTC. The CSV
has the same names, its whole numbers as "59200.0", its batch as FALSE; a period without usage has its times
alone.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from billing.models.provider_report import ReportKind
from integrations.sources.values import BadValueError, count, moment, plain
from integrations.vendor_reports.fields import (
    WrongReportError,
    bare,
    flag,
    grouping_names,
    kept_columns,
    part_of,
    period,
    quantity_of,
    token_sum,
)
from integrations.vendor_reports.line import ReportLine, VendorReport

_TIMES = ("start_time", "end_time", "start_time_iso", "end_time_iso")
_COLUMNS = {
    "model": "model",
    "project_id": "vendor_project",
    "user_id": "vendor_user",
    "api_key_id": "api_key",
    "service_tier": "service_tier",
    "batch": "",
}
_LEFT_OUT = frozenset(
    {*_TIMES, "object", "organization_id", "organization_name", "project_name", "user_email"}
)

_OBJECT = re.compile(r"organization\.(?:usage\.)?(\w+)\.result")
_REQUEST_TYPES = {
    "completions": "chat",
    "embeddings": "embedding",
    "moderations": "moderation",
    "images": "image",
    "audio_speeches": "audio_speech",
    "audio_transcriptions": "transcription",
    "vector_stores": "vector_store",
    "code_interpreter_sessions": "code_interpreter",
    "file_search_calls": "file_search",
    "web_search_calls": "web_search",
}
_UNITS = {
    "images": "images",
    "num_images": "images",
    "characters": "characters",
    "num_characters": "characters",
    "seconds": "seconds",
    "num_seconds": "seconds",
    "usage_bytes": "bytes",
    "num_sessions": "sessions",
    "num_requests": "calls",
}
"""Fields of what is not counted in tokens → its unit."""
_TYPES_BY_UNIT = {
    "images": "image",
    "characters": "audio_speech",
    "seconds": "transcription",
    "bytes": "vector_store",
    "sessions": "code_interpreter",
    "calls": "file_search",
}


def of_result(where: str, bucket: Mapping[str, Any], result: Mapping[str, Any]) -> ReportLine:
    if "amount" in result:
        raise WrongReportError("is OpenAI's cost report: import it as openai-costs")
    if "uncached_input_tokens" in result:
        raise WrongReportError("is Anthropic's usage report: import it as anthropic-usage")
    return _line(where, bucket, result, _request_type(result, ""))


def of_row(where: str, row: Mapping[str, str], file_name: str) -> ReportLine | None:
    if bare(row, *_TIMES):
        return None
    result = {name: value for name, value in row.items() if name not in _TIMES}
    return _line(where, row, result, _request_type(row, file_name))


def missing(columns: Collection[str]) -> str:
    if "amount_value" in columns:
        return "is OpenAI's cost CSV: import it as openai-costs"
    if "usage_date_utc" in columns:
        return "is Anthropic's CSV: import it as anthropic-usage"
    if not {"start_time", "start_time_iso"} & set(columns):
        return "start_time: no such column; it is no usage CSV of OpenAI's dashboard"
    return ""


def _line(where: str, bucket: Mapping[str, Any], result: Mapping[str, Any], request_type: str) -> ReportLine:
    start, end = _period(bucket)
    names = grouping_names(result, _COLUMNS, _LEFT_OUT)
    unit_field = next((name for name in _UNITS if result.get(name) not in (None, "")), "")
    is_search = request_type == "web_search"
    searches = count(result.get("num_requests"), "num_requests")
    line = ReportLine(
        where=where,
        provider="openai",
        kind=ReportKind.USAGE,
        request_type=request_type,
        period_start=start,
        period_end=end,
        names=tuple(sorted(names.items())),
        columns={**kept_columns(names, _COLUMNS), "is_batch": flag(result.get("batch"), "batch")},
        raw=plain({**{name: bucket[name] for name in _TIMES if name in bucket}, **result}),
        requests=None if is_search else count(result.get("num_model_requests"), "num_model_requests"),
        input_tokens=count(result.get("input_tokens"), "input_tokens"),
        cache_read_tokens=count(result.get("input_cached_tokens"), "input_cached_tokens"),
        cache_write_tokens=count(result.get("input_cache_write_tokens"), "input_cache_write_tokens"),
        output_tokens=count(result.get("output_tokens"), "output_tokens"),
        input_audio_tokens=token_sum(result, "input_audio_tokens", "input_cached_audio_tokens"),
        output_audio_tokens=count(result.get("output_audio_tokens"), "output_audio_tokens"),
        web_search_requests=searches if is_search else None,
        quantity=quantity_of(result[unit_field], unit_field) if unit_field else None,
        quantity_unit=_UNITS.get(unit_field, ""),
    )
    _check(line)
    return line


def _check(line: ReportLine) -> None:
    cached = (line.cache_read_tokens or 0) + (line.cache_write_tokens or 0)
    part_of(line.cache_read_tokens, "input_cached_tokens", line.input_tokens, "input_tokens")
    part_of(cached, "input_cache_write_tokens with input_cached_tokens", line.input_tokens, "input_tokens")
    part_of(line.input_audio_tokens, "input_audio_tokens", line.input_tokens, "input_tokens")
    part_of(line.output_audio_tokens, "output_audio_tokens", line.output_tokens, "output_tokens")


def _period(bucket: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """By the epoch or by the ISO columns; a file whose two say different things is not to be trusted."""
    fields = []
    for name in ("start_time", "end_time"):
        iso = f"{name}_iso"
        is_epoch = bucket.get(name) not in (None, "")
        if is_epoch and bucket.get(iso) and moment(bucket[name], name) != moment(bucket[iso], iso):
            raise BadValueError(f"{iso}: “{str(bucket[iso])[:40]}” is not the time of {name}")
        fields += [name if is_epoch or iso not in bucket else iso]
    start, end = fields
    return period(bucket.get(start), start, bucket.get(end), end)


def _request_type(result: Mapping[str, Any], file_name: str) -> str:
    """By the result's own name, else by the columns and models that only one interface has."""
    named = _OBJECT.fullmatch(str(result.get("object", "")))
    if named and named[1] == "costs":
        raise WrongReportError("is OpenAI's cost report: import it as openai-costs")
    if named:
        return _REQUEST_TYPES.get(named[1], "other")
    for interface, request_type in _REQUEST_TYPES.items():
        if interface in file_name.rpartition("/")[2].lower() and interface != "images":
            return request_type
    if "output_tokens" in result:
        return "chat"
    for name, unit in _UNITS.items():
        if name in result:
            return _TYPES_BY_UNIT[unit]
    return "moderation" if "moderation" in str(result.get("model", "")) else "embedding"


REPORT = VendorReport("openai-usage", "openai", ReportKind.USAGE, of_result, of_row, missing)
