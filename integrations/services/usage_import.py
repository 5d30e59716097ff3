"""Importing usage files: from paths to booked calls and a result."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from django.db import DatabaseError, transaction

from core.database import in_transaction
from integrations.formats import FORMATS
from integrations.models import ImportRun
from integrations.services.attribution import project_named
from integrations.services.booking import BatchItem, Booked, book
from integrations.services.results import SHOWN_REJECTIONS, ImportResult, RejectedEntry
from integrations.services.runs import finish_run, source_named, start_run
from integrations.services.trace_links import TraceLinks
from integrations.sources.files import InputFile, NothingToReadError, find_files
from integrations.sources.parsed import Ignored, Link, Notice, Parsed, ParsedUsage, SourceFormat
from integrations.sources.tallies import MetKeys

BATCH_SIZE = 2_000

OnProgress = Callable[[int, int], None]
"""Told of the bytes read so far and of all bytes."""


def import_usage(
    *,
    source_kind: str,
    paths: Sequence[Path],
    project_name: str | None = None,
    source_name: str | None = None,
    dry_run: bool = False,
    progress: OnProgress | None = None,
    watch: Callable[[ParsedUsage], None] | None = None,
) -> ImportResult:
    """Import files and folders of one format; without `paths` from where the tool keeps its records.

    `watch` is shown every call that is read, before it is booked.

    Idempotent: a second import of the same files books nothing. Each batch of 2,000 records is one
    transaction, together with the run's counts, so that they agree with the ledger whenever the process dies.
    A dry run takes every batch back and leaves no trace.

    Raises NothingToReadError when there is nothing to read, SourceKindError when another kind of source has
    the name.
    """
    source_format = FORMATS[source_kind]
    files = _files(source_format, paths)
    name = source_name or source_kind
    result = ImportResult(is_dry_run=dry_run)
    run = None if dry_run else _start(name, source_kind, files, project_name)
    records = source_format.read(files, _byte_counter(files, progress))
    try:
        with closing(records), MetKeys() as met, TraceLinks() as links:
            for batch in _batches(records, result, watch):
                booked = _book(batch, name, source_kind, run, project_name, met, links)
                met.add(booked.keys)
                _add(booked, result)
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
    return result


def _files(source_format: SourceFormat, paths: Sequence[Path]) -> list[InputFile]:
    paths = paths or source_format.default_paths()
    if not paths:
        raise NothingToReadError(f"{source_format.kind}: give a file or folder; the usual place has none.")
    return find_files(paths, source_format.suffixes)


def _start(name: str, kind: str, files: Sequence[InputFile], project_name: str | None) -> ImportRun:
    label = files[0].name if len(files) == 1 else f"{len(files):,} files, first {files[0].name}"

    def work() -> ImportRun:
        project = None if project_name is None else project_named(project_name)
        return start_run(source_named(name, kind), label=label, project=project)

    return in_transaction(work)


def _byte_counter(files: Sequence[InputFile], progress: OnProgress | None) -> Callable[[int], None]:
    total = sum(file.size for file in files)
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(done, total)

    return count


def _batches(
    records: Iterator[Parsed], result: ImportResult, watch: Callable[[ParsedUsage], None] | None
) -> Iterator[list[BatchItem | Link]]:
    """Records in batches; what is no record goes into the result at once."""
    batch: list[BatchItem | Link] = []
    for item in records:
        if isinstance(item, Ignored):
            result.ignored[item.what] += 1
        elif isinstance(item, Notice):
            result.notices.append(item.text)
        else:
            if watch is not None and isinstance(item, ParsedUsage):
                watch(item)
            batch.append(item)
            if len(batch) == BATCH_SIZE:
                yield batch
                batch = []
    if batch:
        yield batch


def _book(
    batch: Sequence[BatchItem | Link],
    name: str,
    kind: str,
    run: ImportRun | None,
    project_name: str | None,
    met: MetKeys,
    links: TraceLinks,
) -> Booked:
    records = [item for item in batch if not isinstance(item, Link)]
    links.take(
        (item for item in batch if isinstance(item, Link)),
        (item for item in records if isinstance(item, ParsedUsage)),
        project_name,
    )

    def work() -> Booked:
        source = source_named(name, kind)
        due = links.due(source)
        booked = book(records, source=source, run=run, project_name=project_name, met=met, links=due)
        if run is None:
            transaction.set_rollback(True)
        return booked

    return in_transaction(work)


def _add(booked: Booked, result: ImportResult) -> None:
    result.counts.add(booked.counts)
    room = SHOWN_REJECTIONS - len(result.rejections)
    result.rejections += [
        RejectedEntry(item.rejection.where, item.rejection.reason) for item in booked.refused[:room]
    ]
