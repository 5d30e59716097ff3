"""What is due in one project, table by table: counted for a dry run, done some rows at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from chat.services.retention import (
    CONVERSATION_WORDS,
    FILE_WORDS,
    MESSAGE_TABLES,
    empty_files,
    wordless,
)
from integrations.models import ImportUpload, RejectedRecord
from integrations.services.uploads.working import throw_away
from projects.models import Project
from projects.services.emptying import WordTable, empty_some
from projects.services.retention import JOB_WORDS


@dataclass(frozen=True, slots=True)
class Step:
    """`rows` are due; `work(size)` deals with at most `size` of them and returns with how many.

    `is_last`: it says that all is done, and waits while a step before it has rows left.
    `expected`: what a dry run counts, where the steps before it would make more rows due.
    """

    name: str
    rows: "QuerySet[Any]"
    work: Callable[[int], int]
    is_last: bool = False
    expected: "QuerySet[Any] | None" = None

    def count(self) -> int:
        return (self.rows if self.expected is None else self.expected).order_by().count()


def retention_steps(project: Project, now: datetime) -> Iterator[Step]:
    """What the project's own days say. Conversations come after their messages."""
    if project.message_days is not None:
        before = now - timedelta(days=project.message_days)
        for table in (*MESSAGE_TABLES, JOB_WORDS):
            yield emptying(table, table.rows(project.pk, **{f"{table.time}__lt": before}), now)
        old = CONVERSATION_WORDS.rows(project.pk, last_activity_at__lt=before)
        yield replace(
            emptying(CONVERSATION_WORDS, wordless(old), now), expected=wordless(old, sent_since=before)
        )
    if project.attachment_days is not None:
        before = now - timedelta(days=project.attachment_days)
        uploads = FILE_WORDS.rows(project.pk, created_at__lt=before)
        yield Step(FILE_WORDS.name, uploads, lambda size: empty_files(uploads, size, now=now))
    if project.raw_days is not None:
        yield from _raw_steps(project, now - timedelta(days=project.raw_days))


def emptying(table: WordTable, rows: "QuerySet[Any]", now: datetime) -> Step:
    return Step(table.name, rows, lambda size: empty_some(table, rows, size, now=now))


def _raw_steps(project: Project, before: datetime) -> Iterator[Step]:
    records = RejectedRecord.objects.filter(project=project, created_at__lt=before).exclude(raw="")

    def empty_records(size: int) -> int:
        ids = list(records.order_by("pk").values_list("pk", flat=True)[:size])
        return records.filter(pk__in=ids).update(raw="") if ids else 0

    yield Step(RejectedRecord._meta.label_lower, records, empty_records)
    uploads = idle_uploads(project).filter(updated_at__lt=before)
    yield Step(ImportUpload._meta.label_lower, uploads, lambda size: throw_away_some(uploads, size))


def idle_uploads(project: Project) -> "QuerySet[ImportUpload]":
    """Uploads of the project whose files are kept, and on which no worker works."""
    status = ImportUpload.Status
    worked_on = (status.PREVIEWING, status.QUEUED, status.IMPORTING)
    return ImportUpload.objects.filter(project=project).exclude(stored_name="").exclude(status__in=worked_on)


def throw_away_some(uploads: "QuerySet[ImportUpload]", size: int) -> int:
    """Delete the files; one that nobody imported is then cancelled, as `clear_uploads` has it."""
    status = ImportUpload.Status
    chosen = list(uploads.order_by("pk")[:size])
    thrown = 0
    for upload in chosen:
        is_open = upload.status in (status.UPLOADED, status.PREVIEWED)
        after = status.CANCELLED if is_open else upload.status
        if ImportUpload.objects.filter(pk=upload.pk, status=upload.status).update(status=after, preview={}):
            throw_away(upload)
            thrown += 1
    return thrown
