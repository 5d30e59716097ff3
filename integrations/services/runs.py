"""Sources and the runs of their imports."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from integrations.models import ImportRun, Source
from integrations.services.results import Counts
from projects.models import Project

STALE_AFTER = timedelta(minutes=15)
"""A run whose heart has not beaten for so long was killed. It beats with every batch that is committed."""


class SourceKindError(ValueError):
    """A source of that name exists and is of another kind."""


def source_named(name: str, kind: str) -> Source:
    """The source, made when it is new. Raises SourceKindError when the name is taken by another kind."""
    source, _ = Source.objects.get_or_create(name=name, defaults={"kind": kind})
    if source.kind != kind:
        raise SourceKindError(
            f"The source “{name}” is of kind {source.kind}, not {kind}: choose another with --source-name."
        )
    return source


def live_source(kind: str) -> Source:
    """The source of what comes live through a door; a source of another kind keeps the name it has."""
    try:
        return source_named(kind, kind)
    except SourceKindError:
        return source_named(f"{kind} (live)", kind)


def start_run(source: Source, *, label: str, project: Project | None) -> ImportRun:
    """A new run. Runs of the source that a killed process left behind are marked as interrupted."""
    now = timezone.now()
    ImportRun.objects.filter(
        source=source, status=ImportRun.Status.RUNNING, updated_at__lt=now - STALE_AFTER
    ).update(status=ImportRun.Status.INTERRUPTED, finished_at=now, updated_at=now)
    return ImportRun.objects.create(source=source, label=label[:500], project=project)


def live_run(source: Source, project: Project) -> ImportRun:
    """The run that keeps what a live door refused of a project's records today."""
    now = timezone.now()
    run, _ = ImportRun.objects.get_or_create(
        source=source,
        project=project,
        label=f"Live, {now:%Y-%m-%d}",
        defaults={"status": ImportRun.Status.COMPLETED, "finished_at": now},
    )
    return run


def add_counts(run: ImportRun, counts: Counts) -> None:
    """Add a batch's counts, in the transaction that books the batch."""
    ImportRun.objects.filter(pk=run.pk).update(
        **{name: F(name) + number for name, number in counts.as_dict().items()}, updated_at=timezone.now()
    )


def finish_run(run: ImportRun, status: ImportRun.Status, *, error: str = "") -> None:
    now = timezone.now()
    ImportRun.objects.filter(pk=run.pk).update(
        status=status, error=error[:10_000], finished_at=now, updated_at=now
    )
    Source.objects.filter(pk=run.source_id, import_runs__pk=run.pk, import_runs__read__gt=0).update(
        last_received_at=now, updated_at=now
    )
