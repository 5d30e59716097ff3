"""The audit log, newest first: who did what, and what stood there before."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.pages.audit_filters import NAMES, AuditFilters, Choice, choices, kind_name, read_filters
from core.admin.visible import visible_rows
from core.zones import reader_zone

SIZE = 50
_NONE = "–"


@dataclass(frozen=True, slots=True)
class Change:
    """A field before and after, as texts."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """`url`: the object's page, where it still exists and the reader may see it; `same_url`: all about it."""

    entry: AuditEntry
    kind: str
    url: str
    same_url: str
    changes: tuple[Change, ...]
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AuditPage:
    lines: tuple[Line, ...]
    filters: AuditFilters
    choices: dict[str, tuple[Choice, ...]]
    kept: tuple[tuple[str, str], ...]
    query: str
    newer_url: str
    older_url: str


def audit_page(request: HttpRequest) -> AuditPage:
    params = request.GET
    filters = read_filters(params, reader_zone(request))
    entries = filters.narrow(AuditEntry.objects.visible_to(request.user))
    rows, newer, older = _slice(entries, _position(params.get("before")), _position(params.get("after")))
    kept = tuple((name, str(params[name])) for name in NAMES if params.get(name))
    return AuditPage(
        lines=_lines(request, rows),
        filters=filters,
        choices=choices(filters),
        kept=kept,
        query=urlencode(kept),
        newer_url=f"?{urlencode([*kept, ('after', newer)])}" if newer else "",
        older_url=f"?{urlencode([*kept, ('before', older)])}" if older else "",
    )


def _position(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and text.isascii() and len(text) < 19 else 0


def _slice(
    entries: "QuerySet[AuditEntry]", before: int, after: int
) -> tuple[Sequence[AuditEntry], int | None, int | None]:
    """A page by position, and the positions that lead to its neighbours."""
    if after:
        found = list(entries.filter(position__gt=after).order_by("position")[: SIZE + 1])
        page = found[:SIZE][::-1]
        if page:
            return page, page[0].position if len(found) > SIZE else None, page[-1].position
        before = 0
    older = entries.filter(position__lt=before) if before else entries
    found = list(older.order_by("-position")[: SIZE + 1])
    page = found[:SIZE]
    newer = page[0].position if page and before else None
    return page, newer, page[-1].position if len(found) > SIZE else None


def _lines(request: HttpRequest, entries: Sequence[AuditEntry]) -> tuple[Line, ...]:
    urls = _urls(request, entries)
    return tuple(
        Line(
            entry=entry,
            kind=kind_name(entry.target_model) if entry.target_model else "",
            url=urls.get((entry.target_model, entry.target_id), ""),
            same_url=f"?{urlencode({'kind': entry.target_model, 'id': entry.target_id})}"
            if entry.target_id
            else "",
            changes=_changes(entry),
            details=tuple((name, _text(value)) for name, value in entry.detail.items()),
        )
        for entry in entries
    )


def _changes(entry: AuditEntry) -> tuple[Change, ...]:
    before, after = entry.before or {}, entry.after or {}
    # JSON of PostgreSQL does not keep the order of its keys.
    return tuple(
        Change(name.replace("_", " "), _text(before.get(name)), _text(after.get(name)))
        for name in sorted({*before, *after})
    )


def _text(value: Any) -> str:
    if value is None or value == "":
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _urls(request: HttpRequest, entries: Sequence[AuditEntry]) -> dict[tuple[str, str], str]:
    """Pages of the entries' objects, a query a kind of object."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.target_id:
            wanted[entry.target_model].add(entry.target_id)
    urls = {}
    for label, ids in wanted.items():
        for pk in _standing(request, label, ids):
            app_label, _, name = label.partition(".")
            urls[label, str(pk)] = reverse(f"admin:{app_label}_{name}_change", args=[pk])
    return urls


def _standing(request: HttpRequest, label: str, ids: set[str]) -> Sequence[Any]:
    try:
        model: type[Model] = apps.get_model(label)
        if not admin.site.is_registered(model) or not hasattr(model._default_manager.all(), "visible_to"):
            return ()
        return list(visible_rows(model, request).filter(pk__in=ids).values_list("pk", flat=True))
    except (LookupError, ValueError, ValidationError):
        return ()
