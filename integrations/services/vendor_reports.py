"""Loading providers' own reports: what the ledger is compared with, never added to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from billing.models import ProviderReportedUsage
from billing.reports.provider_lines import other_readings
from core.database import in_transaction
from integrations.models import ImportRun
from integrations.services.attribution import projects_named
from integrations.services.booking import Refused, keep_refused
from integrations.services.results import SHOWN_REJECTIONS, Counts, ImportResult, RejectedEntry
from integrations.services.runs import add_counts, finish_run, source_named, start_run
from integrations.services.usage_import import BATCH_SIZE, OnProgress
from integrations.sources.files import InputFile, NothingToReadError, find_files
from integrations.sources.parsed import Ignored, Notice, Rejection, Repeat
from integrations.sources.tallies import MetKeys
from integrations.vendor_reports.line import ReportItem, ReportLine
from integrations.vendor_reports.reading import SUFFIXES, read_report
from integrations.vendor_reports.registry import REPORTS

_FIGURES = (
    "requests",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "web_search_requests",
    "quantity",
    "quantity_unit",
    "amount",
    "currency",
)
_NAMES = (
    "model",
    "line_item",
    "vendor_project",
    "vendor_user",
    "api_key",
    "service_tier",
    "context_window",
    "region",
)
_REPLACED = (*_FIGURES, "source", "raw", "updated_at")
_CHUNK = 400


@dataclass(slots=True)
class ReportCounts(Counts):
    """`updated`: a newer report has other figures for a line that was here. `unchanged`: it has the same."""

    updated: int = 0

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged + self.duplicates + self.rejected

    def add(self, other: Counts) -> None:
        Counts.add(self, other)
        self.updated += getattr(other, "updated", 0)

    def as_dict(self) -> dict[str, int]:
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
        }


@dataclass(slots=True)
class _Spans:
    """The first and last moment that lines tell of."""

    first: datetime | None = None
    last: datetime | None = None

    def add(self, line: ReportLine) -> None:
        self.first = line.period_start if self.first is None else min(self.first, line.period_start)
        self.last = line.period_end if self.last is None else max(self.last, line.period_end)


@dataclass(slots=True)
class _Batch:
    lines: list[ReportLine] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    repeats: int = 0

    def __len__(self) -> int:
        return len(self.lines) + len(self.rejections) + self.repeats


def import_vendor_report(
    *,
    kind: str,
    paths: Sequence[Path],
    source_name: str | None = None,
    dry_run: bool = False,
    progress: OnProgress | None = None,
) -> ImportResult:
    """Load the files and folders of one kind of report (a name of REPORTS). Idempotent.

    A line whose period and names are known gets the newer report's figures. Each batch of 2,000 is one
    transaction together with the run's counts. A dry run leaves no trace. The result's counts are
    ReportCounts.

    Raises NothingToReadError and SourceKindError, as import_usage does.
    """
    if not paths:
        raise NothingToReadError(f"{kind}: give a file or folder.")
    files = find_files(paths, SUFFIXES)
    name, counts = source_name or kind, ReportCounts()
    result = ImportResult(is_dry_run=dry_run, counts=counts)
    run = None if dry_run else in_transaction(lambda: _start(name, kind, files))
    spans = _Spans()
    try:
        items = read_report(REPORTS[kind], files, _byte_counter(files, progress))
        with closing(items), MetKeys() as met:
            for batch in _batches(items, result, spans):
                counts.add(_store(batch, name, kind, run, met))
                met.add({line.key for line in batch.lines})
                room = SHOWN_REJECTIONS - len(result.rejections)
                result.rejections += [
                    RejectedEntry(item.where, item.reason) for item in batch.rejections[:room]
                ]
    except BaseException as error:
        if run is not None:
            was_stopped = isinstance(error, (KeyboardInterrupt, SystemExit))
            status = ImportRun.Status.INTERRUPTED if was_stopped else ImportRun.Status.FAILED
            # The database may be what failed: the first error is the one to tell of.
            with suppress(DatabaseError):
                finish_run(run, status, error=f"{type(error).__name__}: {error}")
        raise
    if run is not None:
        finish_run(run, ImportRun.Status.COMPLETED)
        result.run_id = run.pk
        if spans.first is not None and spans.last is not None:
            report = REPORTS[kind]
            result.notices += other_readings(report.provider, report.tells, spans.first, spans.last)
    return result


def _start(name: str, kind: str, files: Sequence[InputFile]) -> ImportRun:
    label = files[0].name if len(files) == 1 else f"{len(files):,} files, first {files[0].name}"
    return start_run(source_named(name, kind), label=label, project=None)


def _byte_counter(files: Sequence[InputFile], progress: OnProgress | None) -> Any:
    total = sum(file.size for file in files)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(done, total)

    return count


def _batches(items: Iterator[ReportItem], result: ImportResult, spans: _Spans) -> Iterator[_Batch]:
    batch = _Batch()
    for item in items:
        if isinstance(item, Ignored):
            result.ignored[item.what] += 1
            continue
        if isinstance(item, Notice):
            result.notices.append(item.text)
            continue
        if isinstance(item, Rejection):
            batch.rejections.append(item)
        elif isinstance(item, Repeat):
            batch.repeats += 1
        else:
            batch.lines.append(item)
            spans.add(item)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = _Batch()
    if len(batch):
        yield batch


def _store(batch: _Batch, name: str, kind: str, run: ImportRun | None, met: MetKeys) -> ReportCounts:
    def work() -> ReportCounts:
        counts = _write(batch.lines, name, met)
        counts.duplicates += batch.repeats
        counts.rejected += len(batch.rejections)
        if run is None:
            transaction.set_rollback(True)
            return counts
        if batch.rejections:
            project = projects_named([""], source_named(name, kind))[""]
            keep_refused([Refused(item, project) for item in batch.rejections], run)
        add_counts(run, counts)
        return counts

    return in_transaction(work)


def _write(lines: Sequence[ReportLine], source: str, met: MetKeys) -> ReportCounts:
    counts = ReportCounts()
    keys = [line.key for line in lines]
    known, met_before = _stored(keys), met.among(set(keys))
    written: dict[bytes, dict[str, Any]] = {}
    for key, line in zip(keys, lines, strict=True):
        values = _values(line)
        figures = {name: values[name] for name in _FIGURES}
        before = known.get(key)
        if before == figures or (before is None and key in met_before):
            is_met = key in written or key in met_before
            counts.add(ReportCounts(duplicates=1) if is_met else ReportCounts(unchanged=1))
            continue
        counts.add(ReportCounts(created=1) if before is None else ReportCounts(updated=1))
        known[key], written[key] = figures, values
    now = timezone.now()
    ProviderReportedUsage.objects.bulk_create(
        [
            ProviderReportedUsage(**values, line_key=key, source=source, updated_at=now)
            for key, values in sorted(written.items())
        ],
        update_conflicts=True,
        unique_fields=["line_key"],
        update_fields=_REPLACED,
    )
    return counts


def _stored(keys: Sequence[bytes]) -> dict[bytes, Mapping[str, Any]]:
    """The figures of the lines that are here, by key."""
    found: dict[bytes, Mapping[str, Any]] = {}
    for start in range(0, len(keys), _CHUNK):
        rows = ProviderReportedUsage.objects.filter(line_key__in=keys[start : start + _CHUNK])
        for row in rows.values("line_key", *_FIGURES):
            found[bytes(row.pop("line_key"))] = row
    return found


def _values(line: ReportLine) -> dict[str, Any]:
    """The row's columns, as the database gives them back: texts cut, decimals at their last place."""
    names = {name: str(line.columns.get(name, ""))[: _limit(name)] for name in _NAMES}
    return {
        **names,
        "is_batch": line.columns.get("is_batch"),
        "provider": line.provider,
        "kind": line.kind.value,
        "request_type": line.request_type,
        "period_start": line.period_start,
        "period_end": line.period_end,
        "raw": dict(line.raw),
        **{name: getattr(line, name) for name in _FIGURES},
        "quantity": _rounded(line.quantity, 10),
        "quantity_unit": line.quantity_unit[:64],
        "amount": _rounded(line.amount, 9),
    }


def _limit(column: str) -> int:
    return int(getattr(ProviderReportedUsage._meta.get_field(column), "max_length", 0))


def _rounded(number: Decimal | None, places: int) -> Decimal | None:
    return None if number is None else round(number, places)
