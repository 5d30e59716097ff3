"""The base of our commands: text for people by default, stable JSON with --format json.

Exit status: 0 all well, 1 something was found wrong, 2 wrong usage, 130 interrupted by Ctrl-C.
"""

import json
from argparse import ArgumentParser
from typing import IO, Any, ClassVar, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from rich.console import Console, RenderableType

from core.journal import journal

_LOG_WIDTH = 160
"""Columns where no terminal tells its width, so that tables in logs are not folded."""


class UsageError(CommandError):
    """The command was asked for what it cannot do: exit status 2, the message on stderr, no traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"returncode": 2, **kwargs})


class ReportingCommand(BaseCommand):
    """Subclasses write `run(**options) -> exit status` and say their result through `print_result`.

    `formats` are the values of --format; the first is the default. `self.format` holds the one asked for.
    """

    formats: ClassVar[tuple[str, ...]] = ("human", "json")
    format: str = "human"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--format",
            choices=self.formats,
            default=self.formats[0],
            help=f"How to print the result (default: {self.formats[0]}).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.format = options["format"]
        try:
            with journal().commanded(type(self).__module__.rpartition(".")[2]):
                status = self.run(**options)
        except (OperationalError, ProgrammingError) as error:
            # A missing or unmigrated database is an operator's matter; --traceback still shows where.
            refusal = f"The database refused: {str(error).strip()}. Has “migrate” been run?"
            raise CommandError(refusal) from error
        except KeyboardInterrupt:
            self.stderr.write("Interrupted.")
            raise SystemExit(130) from None
        if status:
            raise SystemExit(status)

    def run(self, **options: Any) -> int:
        """Do the work; returns the exit status."""
        raise NotImplementedError

    def print_result(self, data: Any, *human: RenderableType) -> None:
        """Print `data` as JSON when that was asked for, else each of `human` (text, or a rich table)."""
        if self.format == "json":
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str))
            return
        for part in human:
            if isinstance(part, str):
                self.stdout.write(part)
            else:
                width = None if self.stdout.isatty() else _LOG_WIDTH
                Console(file=cast(IO[str], self.stdout), width=width).print(part)
