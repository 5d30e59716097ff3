"""What the commands that import files have in common."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from accounts.audit.record import record
from accounts.models.audit import AuditAction
from core.commands import UsageError
from integrations.models import ImportRun, Source
from integrations.services.usage_import import OnProgress
from projects.models import Project


def given_name(given: str | None, option: str, model: type[Project] | type[Source]) -> str | None:
    """The name given with an option, None when there is none. Raises UsageError where it cannot be one."""
    if given is None:
        return None
    limit = int(model._meta.get_field("name").max_length or 0)
    name = given.strip()
    if not name or len(name) > limit or not name.isprintable():
        raise UsageError(f"{option}: give a name of 1 to {limit} printable characters.")
    return name


@contextmanager
def progress_bar() -> Iterator[OnProgress | None]:
    """A bar on a terminal's stderr; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = Progress(
        TextColumn("Reading"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("Reading", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def record_import(kind: str, source: str | None, run_id: UUID | None, counts: dict[str, Any]) -> None:
    """Tell the audit log of an import by a command; a dry run has no run, and nothing to tell."""
    if run_id is None:
        return
    label = f"{kind} as “{source or kind}”"
    detail = {"run": str(run_id), **counts}
    record(AuditAction.IMPORTED, label=label, model=ImportRun._meta.label_lower, detail=detail)
