"""manage.py create_ingest_key: a key with which programs send usage to a project."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.commands import ReportingCommand, UsageError
from core.database import in_transaction
from integrations.models import IngestKey
from integrations.services.attribution import project_named
from integrations.services.ingest_keys import create_key
from projects.models import Project

_MOST_DAYS = 36_500


class Command(ReportingCommand):
    help = "Make an ingest key, with which programs send usage to a project. It is printed this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--project", metavar="NAME", required=True, help="Where the usage is booked.")
        parser.add_argument("--create-project", action="store_true", help="Make the project if it is new.")
        parser.add_argument("--name", default="Terminal", help="Where the key is used (default: Terminal).")
        parser.add_argument(
            "--expires-in-days", type=int, metavar="N", help="When it ends (default: it does not)."
        )

    def run(self, **options: Any) -> int:
        name = _printable(options["name"], "--name", IngestKey)
        project_name = _printable(options["project"], "--project", Project)
        expires_at = _end(options["expires_in_days"])

        def work() -> tuple[IngestKey, str]:
            project = _project(project_name, may_create=options["create_project"])
            return create_key(project, name, expires_at=expires_at)

        try:
            row, key = in_transaction(work)
        except ValidationError as error:
            raise UsageError(" ".join(error.messages)) from error
        self.print_result(
            {"key": key, "prefix": row.prefix, "project": row.project.name},
            f"Ingest key for “{row.project}”, shown this once:\n\n  {key}\n",
            "For OpenTelemetry:\n",
            *_lines(
                OTEL_EXPORTER_OTLP_ENDPOINT=_address(),
                OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
                OTEL_EXPORTER_OTLP_HEADERS=f"x-api-key={key}",
            ),
            "\nFor LiteLLM, with the callback generic_api:\n",
            *_lines(
                GENERIC_LOGGER_ENDPOINT=f"{_address()}/ingest/litellm",
                GENERIC_LOGGER_HEADERS=f"x-api-key={key}",
            ),
        )
        return 0


def _project(name: str, *, may_create: bool) -> Project:
    if may_create:
        return project_named(name)
    project: Project | None = Project.objects.filter(name=name).first()
    if project is None:
        raise UsageError(f"There is no project “{name}”. To make it, add --create-project.")
    return project


def _printable(given: str, option: str, model: type[Project] | type[IngestKey]) -> str:
    limit = int(model._meta.get_field("name").max_length or 0)
    name = given.strip()
    if not name or len(name) > limit or not name.isprintable():
        raise UsageError(f"{option}: give a name of 1 to {limit} printable characters.")
    return name


def _end(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= _MOST_DAYS:
        raise UsageError(f"--expires-in-days: give a number from 1 to {_MOST_DAYS:,}.")
    return timezone.now() + timedelta(days=days)


def _address() -> str:
    """The address people open; on a laptop where `make run` serves."""
    return settings.PUBLIC_URL or "http://127.0.0.1:8000"


def _lines(**variables: str) -> list[str]:
    return [f"  export {name}={value}" for name, value in variables.items()]
