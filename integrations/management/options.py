"""What the commands that import files have in common."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from core.commands import UsageError
from integrations.models import Source
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
