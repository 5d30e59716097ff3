"""Importing a system's database: every table in order, in batches, resumable."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from core.database import in_transaction
from integrations.databases.opening import open_source
from integrations.databases.source import SourceDatabase
from integrations.models import ImportRun, Source
from integrations.services.runs import finish_run, source_named, start_run
from integrations.services.systems.batch import BatchResult, Task, process
from integrations.services.systems.late import late_columns, set_late_links
from integrations.services.systems.links import SharedRows
from integrations.services.systems.results import OUTCOMES, SystemResult, TableResult
from integrations.systems.declarations import System, Table
from integrations.systems.registry import SYSTEMS
from integrations.systems.secrets import is_secret_name

BATCH_SIZE = 1_000

OnProgress = Callable[[str, int, int], None]
"""Told of the table, its rows read so far, and all its rows."""

_OWN_COSTS = {"prefers_reported_cost": True, "only_reported_cost": True}


@dataclass(frozen=True, slots=True)
class _Found:
    """A table that the source has, and the columns that may be read."""

    table: Table
    label: str
    columns: tuple[str, ...]
    rows: int
    withheld: frozenset[str]


class _DryRun(Exception):
    """Takes everything back."""


def import_system(
    *,
    kind: str,
    location: str,
    source_name: str | None = None,
    time_zone: ZoneInfo | None = None,
    dry_run: bool = False,
    with_secrets: bool = False,
    progress: OnProgress | None = None,
) -> SystemResult:
    """Import the database of system `kind` (s1 to s5) at `location`: a file, or a PostgreSQL URL.

    Idempotent: a second import of the same database changes nothing, and one that was killed goes on where
    it was. Each batch is one transaction, together with what is remembered of its rows. `time_zone` is that
    of clocks without one (default: UTC). A dry run is one transaction that is taken back.

    Raises SourceDatabaseError when the database cannot be read, SourceKindError when the source's name is
    taken by another kind.
    """
    system = SYSTEMS[kind]
    name = source_name or kind
    result = SystemResult(source=name, is_dry_run=dry_run)
    with open_source(location) as database:
        tables = _found_tables(system, database, result, with_secrets=with_secrets)
        importer = _Importer(system, database, result, time_zone or ZoneInfo("UTC"), with_secrets, progress)
        if not dry_run:
            importer.run(name, tables)
            return result
        with suppress(_DryRun), transaction.atomic():
            importer.run(name, tables)
            raise _DryRun
        result.run_id = None
    return result


def _found_tables(
    system: System, database: SourceDatabase, result: SystemResult, *, with_secrets: bool
) -> list[_Found]:
    """The tables that are there, in the order of import; what is unknown or missing goes into the result."""
    there = database.tables()
    found, claimed = [], set()
    for table in system.tables:
        label = next((name for name in table.names if name in there), None)
        if label is None:
            if not table.is_pass:
                result.missing_tables.append(table.names[0])
            continue
        claimed.add(label)
        wanted = table.with_secrets if with_secrets else frozenset()
        columns = tuple(
            column
            for column in there[label]
            if column in wanted or not (column in table.secret or is_secret_name(column))
        )
        unread = frozenset(there[label]) - frozenset(columns)
        found.append(_Found(table, label, columns, database.count(label), unread))
    for name in sorted(there.keys() - claimed):
        rows = database.count(name)
        if reason := system.never.get(name):
            withheld = TableResult(is_withheld=True)
            if rows:
                withheld.reject(reason, rows)
            result.tables[name] = withheld
        else:
            result.unknown_tables[name] = rows
    return found


class _Importer:
    """One import on its way."""

    def __init__(
        self,
        system: System,
        database: SourceDatabase,
        result: SystemResult,
        naive_zone: ZoneInfo,
        with_secrets: bool,
        progress: OnProgress | None,
    ) -> None:
        self._system = system
        self._database = database
        self._result = result
        self._zone = naive_zone
        self._with_secrets = with_secrets
        self._progress = progress
        self._shared = SharedRows()

    def run(self, source_name: str, tables: Sequence[_Found]) -> None:
        """Import `tables`; the run is finished as completed, failed or interrupted."""
        run, source = in_transaction(partial(self._start, source_name))
        self._result.run_id = run.pk
        values = self._project_values(tables)
        try:
            for found in tables:
                task = Task(
                    source,
                    found.table,
                    found.label,
                    self._zone,
                    self._with_secrets,
                    values,
                    run,
                    found.withheld,
                )
                self._import_table(task, found)
        except BaseException as error:
            was_stopped = isinstance(error, (KeyboardInterrupt, SystemExit))
            status = ImportRun.Status.INTERRUPTED if was_stopped else ImportRun.Status.FAILED
            # The database may be what failed: the first error is the one to tell of. Errors may quote rows.
            with suppress(DatabaseError):
                finish_run(run, status, error=type(error).__name__)
            raise
        in_transaction(partial(self._finish, run))

    def _start(self, name: str) -> tuple[ImportRun, Source]:
        source = source_named(name, self._system.kind)
        return start_run(source, label=self._database.label, project=None), source

    def _project_values(self, tables: Sequence[_Found]) -> Mapping[str, Any]:
        """What new projects are made with: a source that books its own costs is believed, also in silence."""
        if self._system.costs_in is None:
            return {}
        table, column = self._system.costs_in
        books = any(found.table.name == table and column in found.columns for found in tables)
        return _OWN_COSTS if books else {}

    def _import_table(self, task: Task, found: _Found) -> None:
        counts = (
            TableResult()
            if task.table.is_pass
            else self._result.tables.setdefault(found.label, TableResult())
        )
        if task.table.before is not None:
            in_transaction(partial(task.table.before, task.source))
        done = 0
        order = [each for each in task.table.order if each.column in found.columns]
        rows = self._database.rows(found.label, found.columns, order_by=order)
        for batch in _batches(rows):
            outcome = in_transaction(partial(self._process, task, batch))
            counts.add(outcome.counts)
            self._add(found.label, outcome)
            done += len(batch)
            if self._progress is not None:
                self._progress(found.label, done, found.rows)
        key = task.table.key_of(found.label)
        columns = late_columns(task.table, key, found.columns)
        for batch in _batches(self._database.rows(found.label, columns)) if columns else ():
            in_transaction(
                partial(set_late_links, task.source, task.table, key[0], batch, self._result.awkward)
            )

    def _process(self, task: Task, batch: Sequence[Mapping[str, Any]]) -> BatchResult:
        outcome = process(task, batch, self._shared)
        counts = outcome.counts
        ImportRun.objects.filter(pk=task.run.pk).update(
            **{name: F(name) + getattr(counts, name) for name in ("read", *OUTCOMES)},
            updated_at=timezone.now(),
        )
        return outcome

    def _add(self, label: str, outcome: BatchResult) -> None:
        """Take over what a committed batch says."""
        result = self._result
        self._shared.keep(outcome.met)
        result.awkward.update(outcome.awkward)
        result.ledger_rejected.update(outcome.ledger_rejected)
        for columns, met in (
            (result.missing_columns, outcome.missing),
            (result.extra_columns, outcome.extra),
        ):
            if met:
                columns[label] = sorted({*columns.get(label, ()), *met})

    def _finish(self, run: ImportRun) -> None:
        withheld = sum(table.rejected for table in self._result.tables.values() if table.is_withheld)
        details = self._result.as_json()
        ImportRun.objects.filter(pk=run.pk).update(
            read=F("read") + withheld,
            rejected=F("rejected") + withheld,
            details={name: details[name] for name in _DETAILS},
        )
        finish_run(run, ImportRun.Status.COMPLETED)


_DETAILS = (
    "tables",
    "unknown_tables",
    "missing_tables",
    "missing_columns",
    "extra_columns",
    "awkward",
    "ledger_rejected",
)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH_SIZE)):
        yield batch
