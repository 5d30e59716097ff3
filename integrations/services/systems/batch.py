"""One batch of a table's rows: converted, compared with what is known, written; in one transaction."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import DataError, IntegrityError, transaction

from billing.ledger.events import Outcome, Result
from core.ids import new_id
from integrations.models import ImportRun, RejectedRecord, Source
from integrations.services.systems.calls import Call, book_calls, call_hash, prepared
from integrations.services.systems.links import BatchLinks, SharedRows
from integrations.services.systems.memory import remembered, stored_key
from integrations.services.systems.refusals import refusal
from integrations.services.systems.results import TableResult
from integrations.services.systems.writing import Entry, Writer
from integrations.sources.redaction import redacted
from integrations.systems.declarations import AnyDraft, Draft, Found, RefusedError, Table, UsageDraft
from integrations.systems.row import Row
from integrations.systems.secrets import secrets_in, without_secrets

SUSPECT_VALUES = (IntegrityError, DataError, OverflowError, ValueError)
"""What a database or its driver raises over a single row's values."""

_FAULTS = ("negative", "not an amount", "too large")


@dataclass(frozen=True, slots=True)
class Task:
    """What stays the same over all batches of a table.

    `label` is the table's name in the source; `withheld` are its columns that are not read, being secret.
    """

    source: Source
    table: Table
    label: str
    naive_zone: ZoneInfo
    with_secrets: bool
    project_values: Mapping[str, Any]
    run: ImportRun
    withheld: frozenset[str] = frozenset()


@dataclass(slots=True)
class BatchResult:
    """`met`: rows that several source rows share, for the next batches. `missing`, `extra`: columns."""

    counts: TableResult = field(default_factory=TableResult)
    awkward: Counter[str] = field(default_factory=Counter)
    ledger_rejected: Counter[str] = field(default_factory=Counter)
    met: dict[tuple[str, str], Found] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    extra: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Item:
    """A source row on its way: its drafts, then the reason if it was refused."""

    row: Row
    key: str
    entries: list[Entry] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    refused: str = ""
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def is_only_usage(self) -> bool:
        return not self.entries


def process(task: Task, values: Sequence[Mapping[str, Any]], shared: SharedRows) -> BatchResult:
    """Import one batch inside the caller's transaction."""
    result = BatchResult()
    source = Source.objects.select_for_update().get(pk=task.source.pk)
    writer = Writer(source, task.project_values, result.awkward)
    rows = [Row(task.label, each, naive_zone=task.naive_zone, awkward=result.awkward) for each in values]
    key = task.table.key_of(task.label)
    keys = {id(row): _key(row, key) for row in rows}
    links = BatchLinks(
        source,
        task.table,
        {name: stored_key(key) for name, key in keys.items()},
        rows,
        with_secrets=task.with_secrets,
        withheld=task.withheld,
        shared=shared,
        writer=writer,
        awkward=result.awkward,
    )
    items = _converted(task, rows, links, writer)
    good = [item for item in items if not item.refused]
    _write(good, writer)
    _book([item for item in good if not item.refused], source)
    _settle(items, task, links, result)
    result.met = links.met_here
    for row in rows:
        result.missing |= row.missing
        result.extra |= row.extra
    return result


def _key(row: Row, key: Sequence[str]) -> str:
    """The row's key as text; "" when a part of it is null. A column that the source lacks is left out."""
    parts = [row.raw(column) for column in key if column in row]
    if not parts or any(part is None or part == "" for part in parts):
        return ""
    return str(parts[0]) if len(parts) == 1 else json.dumps([str(part) for part in parts])


def _converted(task: Task, rows: Sequence[Row], links: BatchLinks, writer: Writer) -> list[_Item]:
    items, met = [], set()
    drafts: dict[int, list[AnyDraft]] = {}
    for index, row in enumerate(rows):
        key = links.key(row)
        item = _Item(row, key)
        items.append(item)
        if not key or key in met:
            names = ", ".join(task.table.key_of(task.label))
            item.refused = "its key is there twice" if key else f"{names}: missing"
            continue
        met.add(key)
        try:
            drafts[index] = list(task.table.convert(row, links))
        except RefusedError as error:
            item.refused = str(error)
    _compare(task, items, drafts, links, writer)
    return items


def _compare(
    task: Task,
    items: Sequence[_Item],
    drafts: Mapping[int, list[AnyDraft]],
    links: BatchLinks,
    writer: Writer,
) -> None:
    """Give every draft its key, its hash and what is known of it."""
    names = {
        (index, place): _name(task.table, items[index], draft)
        for index, row_drafts in drafts.items()
        for place, draft in enumerate(row_drafts)
    }
    by_table: dict[str, set[str]] = {}
    for table, key in names.values():
        by_table.setdefault(table, set()).add(key)
    known = {
        (table, key): row
        for table, keys in by_table.items()
        for key, row in remembered(writer.source, table, keys).items()
    }
    for (index, place), (table, key) in names.items():
        item, draft, row = items[index], drafts[index][place], known.get((table, key))
        if isinstance(draft, UsageDraft):
            event = prepared(draft.event, writer.source, table, key, writer.awkward)
            item.calls.append(Call(event, table, key, row, call_hash(event)))
            continue
        own_id = links.id(item.row) if place == 0 else new_id() if row is None else row.target_id
        item.entries.append(Entry(draft, table, key, own_id, row, writer.prepare(draft)))


def _name(table: Table, item: _Item, draft: AnyDraft) -> tuple[str, str]:
    """The table and key under which a draft is remembered."""
    if isinstance(draft, Draft) and draft.remembered_as is not None:
        return draft.remembered_as[0], stored_key(draft.remembered_as[1])
    return table.name, stored_key(f"{item.key}#{draft.part}") if draft.part else item.key


def _write(items: Sequence[_Item], writer: Writer) -> None:
    """Write all rows at once; when the database refuses, one by one, so that only the bad ones stay out."""
    try:
        with transaction.atomic():
            writer.write([entry for item in items for entry in item.entries])
    except (*SUSPECT_VALUES, RefusedError):
        for item in items:
            _write_one(item, writer)


def _write_one(item: _Item, writer: Writer) -> None:
    try:
        with transaction.atomic():
            writer.write(item.entries)
    except RefusedError as error:
        item.refused = str(error)
    except (IntegrityError, DataError) as error:
        item.refused = refusal(error)
    except (OverflowError, ValueError) as error:
        item.refused = f"a value does not fit ({type(error).__name__})"


def _book(items: Sequence[_Item], source: Source) -> None:
    calls = [call for item in items for call in item.calls]
    if not calls:
        return
    outcomes = iter(book_calls(calls, source))
    for item in items:
        item.outcomes = [next(outcomes) for _ in item.calls]
        if item.is_only_usage:
            item.refused = next((each.reason for each in item.outcomes if each.result == Result.REJECTED), "")


def _settle(items: Sequence[_Item], task: Task, links: BatchLinks, result: BatchResult) -> None:
    """Count what became of each row, and keep what was rejected."""
    rejected: list[tuple[_Item, str]] = []
    for item in items:
        if item.refused:
            rejected.append((item, item.refused))
            if task.table.is_pass:
                result.ledger_rejected[_kind(item.refused)] += 1
            else:
                result.counts.reject(_kind(item.refused))
            continue
        for outcome in item.outcomes:
            if outcome.result == Result.REJECTED:
                rejected.append((item, outcome.reason))
                result.ledger_rejected[_kind(outcome.reason)] += 1
        if not task.table.is_pass:
            _count(item, result.counts)
    RejectedRecord.objects.bulk_create(
        RejectedRecord(
            project_id=_project_of(item, links),
            run=task.run,
            record=f"{task.label} {item.key}".strip()[-700:],
            reason=reason[:500],
            raw=_raw(item.row),
        )
        for item, reason in rejected
    )


def _kind(reason: str) -> str:
    """A reason without the value that is in it: "input_tokens: −5 is negative" → "input_tokens: negative"."""
    name, colon, rest = reason.partition(": ")
    fault = next((fault for fault in _FAULTS if rest.endswith(f" is {fault}")), "")
    return f"{name}: {fault}" if colon and fault else reason


def _project_of(item: _Item, links: BatchLinks) -> UUID:
    ids = [call.event.project_id for call in item.calls]
    ids += [entry.draft.project_id for entry in item.entries if not item.refused]
    return next((each for each in ids if each is not None), None) or links.unassigned


def _raw(row: Row) -> str:
    values = {name: value for name, value in row.values.items() if value is not None}
    return redacted(json.dumps(without_secrets(_plain(values), secrets_in(values)), ensure_ascii=False))


def _plain(values: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(values, default=str))


def _count(item: _Item, counts: TableResult) -> None:
    main_known = item.entries[0].known if item.entries else item.calls[0].known if item.calls else None
    changed = any(not entry.is_same for entry in item.entries) or any(
        outcome.result == Result.CREATED for outcome in item.outcomes
    )
    if main_known is None and (changed or not item.outcomes):
        counts.created += 1
    elif changed:
        counts.updated += 1
    else:
        counts.unchanged += 1
