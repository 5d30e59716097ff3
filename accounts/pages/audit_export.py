"""The audit log as a file, oldest first: all columns, so that the chain can be checked elsewhere too."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.audit.chain import HASHED
from accounts.models import AuditEntry
from core.csv_lines import csv_line

_BATCH = 1_000
_COLUMNS = ("position", "occurred_at", *(name for name in HASHED if name not in {"position", "occurred_at"}))
COLUMNS = (*_COLUMNS, "hash")
_JSON = frozenset({"before", "after", "detail"})


def audit_csv(entries: "QuerySet[AuditEntry]") -> Iterator[str]:
    yield csv_line(COLUMNS)
    for entry in _in_batches(entries):
        yield csv_line(_cell(name, getattr(entry, name)) for name in COLUMNS)


def audit_json(entries: "QuerySet[AuditEntry]") -> Iterator[str]:
    """An array, an entry a line."""
    start = "[\n"
    for entry in _in_batches(entries):
        values = {name: getattr(entry, name) for name in COLUMNS}
        yield start + json.dumps(values, ensure_ascii=False, default=_plain)
        start = ",\n"
    yield "[]\n" if start == "[\n" else "\n]\n"


def _in_batches(entries: "QuerySet[AuditEntry]") -> Iterator[AuditEntry]:
    """By position: one long cursor would hold a snapshot, or be cut off by a connection pooler."""
    after = 0
    while True:
        batch = list(entries.filter(position__gt=after).order_by("position")[:_BATCH])
        yield from batch
        if len(batch) < _BATCH:
            return
        after = batch[-1].position


def _cell(name: str, value: Any) -> Any:
    if name in _JSON:
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    return value


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
