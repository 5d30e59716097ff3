"""Phoenix's spans, as `get_spans_dataframe` gives them, saved as JSON, JSON Lines or CSV.

Counting convention: OpenInference's (integrations.otlp.vocabularies.openinference), into which Phoenix
translates others; counts are floats. Native id: "trace:span", in the scope "otlp" as on the live door.
Phoenix keeps what several instrumentations told of one call; the ledger counts it once.
"""

import ast
from collections.abc import Collection, Generator, Sequence
from dataclasses import replace
from typing import Any

from integrations.otlp.telemetry import Attributes, Scope, Span
from integrations.otlp.usage import read_spans
from integrations.sources.exports import read_exports
from integrations.sources.files import InputFile
from integrations.sources.json_records import Record
from integrations.sources.nested import first
from integrations.sources.parsed import Ignored, Link, OnBytes, Parsed, ParsedUsage, SourceFormat
from integrations.sources.values import BadValueError, optional_moment, parse_json, plain, text

_REQUIRED = ("context.trace_id", "context.span_id", "start_time")
_PREFIX = "attributes."
_LONGEST_CELL = 1_000_000
_DEPTH = 20
_STATUS = {"OK": 1, "ERROR": 2}


def read(files: Sequence[InputFile], on_bytes: OnBytes) -> Generator[Parsed, None, None]:
    """The calls of `files`, and how their spans lie in one another; as they are read."""
    yield from read_exports(files, on_bytes, refusal=_refusal, parse=_parse, shown=_without_words)


def _refusal(names: Collection[str]) -> str:
    missing = [name for name in _REQUIRED if name not in names]
    if not missing:
        return ""
    return (
        f"is no export of Phoenix's spans: {', '.join(missing)} missing"
        " (of a data frame, save to_json(orient='records', lines=True) or to_csv())"
    )


def _without_words(row: dict[str, Any]) -> dict[str, Any]:
    """Other attributes may hold what people wrote."""
    return {
        column: cell
        for column, cell in row.items()
        if not column.startswith(_PREFIX) or ".token_count." in column or column.endswith("model_name")
    }


def _parse(record: Record) -> Parsed:
    """Raises BadValueError, naming the column."""
    span = _span(record)
    reading = read_spans([span])
    for item in reading.items:
        if isinstance(item, ParsedUsage):
            return replace(item, project_name=text(first(record.value, "project_name", "project"), 200))
        return item
    return next((Link(*link) for link in reading.links), Ignored("spans of Phoenix that are no model calls"))


def _span(record: Record) -> Span:
    row = record.value
    attributes = _attributes(row)
    kind = text(row.get("span_kind"), 40)
    if kind and kind != "UNKNOWN":
        attributes["openinference.span.kind"] = kind
    # The export does not say who observed. Spans that were translated kept their own words beside.
    is_translated = any(name.startswith("gen_ai.") for name in attributes)
    return Span(
        where=record.where,
        # One export is one project of Phoenix: its observers watched the same program.
        scope=Scope(
            name="phoenix.gen_ai" if is_translated else "openinference.phoenix",
            resource={"service.name": "phoenix"},
        ),
        trace_id=_identity(row, "context.trace_id", 32),
        span_id=_identity(row, "context.span_id", 16),
        parent_span_id=_identity(row, "parent_id", 16) if row.get("parent_id") else "",
        name=text(row.get("name"), 300),
        started_at=optional_moment(row.get("start_time"), "start_time"),
        ended_at=optional_moment(row.get("end_time"), "end_time"),
        status=_STATUS.get(text(row.get("status_code"), 20).upper(), 0),
        status_message="",
        attributes=attributes,
    )


def _identity(row: dict[str, Any], column: str, size: int) -> str:
    found = text(row.get(column), 100).lower()
    if len(found) != size or set(found) - set("0123456789abcdef"):
        raise BadValueError(f"{column}: “{found[:40]}” is not {size} hexadecimal digits")
    return found


def _attributes(row: dict[str, Any]) -> Attributes:
    """The columns' attributes; objects in cells, and objects in those, as dotted names."""
    found: Attributes = {}
    for column, cell in row.items():
        if column.startswith(_PREFIX) and cell not in (None, ""):
            _flatten(column.removeprefix(_PREFIX), plain(_value(cell)), found, _DEPTH)
    return found


def _flatten(name: str, value: Any, found: Attributes, depth: int) -> None:
    if not isinstance(value, dict):
        found.setdefault(name, value)
    elif depth:
        for key, inner in value.items():
            if inner is not None:
                _flatten(f"{name}.{key}", inner, found, depth - 1)


def _value(cell: Any) -> Any:
    """An object that a CSV cell holds, as JSON or as Python prints it; else the cell."""
    if not isinstance(cell, str) or not cell.startswith("{") or len(cell) > _LONGEST_CELL:
        return cell
    try:
        return parse_json(cell)
    except BadValueError:
        pass
    try:
        return ast.literal_eval(cell)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return cell


FORMAT = SourceFormat(
    kind="phoenix",
    suffixes=(".json", ".jsonl", ".ndjson", ".csv", ".parquet"),
    read=read,
    default_paths=list,
)
