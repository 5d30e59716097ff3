"""manage.py create_ingest_key."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.utils import timezone

from integrations.doors.keys import key_of
from integrations.models import IngestKey
from projects.models import Project
from projects.services.archiving import archive_project
from tests.cast import Cast
from tests.factories import make_project

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_ingest_key", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 2
    assert not IngestKey.objects.exists()
    return str(caught.value)


def test_the_printed_key_opens_the_door_to_its_project() -> None:
    project = make_project(name="Search")
    told = json.loads(run("--project", "Search", "--name", "Checkout", "--format", "json"))
    row = IngestKey.objects.get()
    assert told == {"key": told["key"], "prefix": row.prefix, "project": "Search"}
    assert key_of(RequestFactory().post("/", HTTP_X_API_KEY=told["key"])) == row
    assert (row.project, row.name, row.created_by, row.expires_at) == (project, "Checkout", None, None)


def test_people_get_the_lines_to_paste() -> None:
    make_project(name="Search")
    told = run("--project", "Search")
    [row] = IngestKey.objects.all()
    assert f"export OTEL_EXPORTER_OTLP_HEADERS=x-api-key={row.prefix}_" in told
    assert "export GENERIC_LOGGER_ENDPOINT=http://127.0.0.1:8000/ingest/litellm" in told


def test_an_unknown_project_is_refused_or_made() -> None:
    assert "--create-project" in refused("--project", "New")
    assert not Project.objects.filter(name="New").exists()
    for _ in range(2):
        run("--project", "New", "--create-project")
    assert IngestKey.objects.filter(project__name="New").count() == 2


def test_an_end_can_be_given() -> None:
    make_project(name="Search")
    run("--project", "Search", "--expires-in-days", "30")
    left = (IngestKey.objects.get().expires_at or timezone.now()) - timezone.now()
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)


@pytest.mark.parametrize("days", ["0", "-1", "99999999999"])
def test_an_end_without_sense_is_refused(days: str) -> None:
    make_project(name="Search")
    assert "--expires-in-days" in refused("--project", "Search", f"--expires-in-days={days}")


def test_names_without_sense_are_refused() -> None:
    make_project(name="Search")
    assert "--name" in refused("--project", "Search", "--name", " ")
    assert "--name" in refused("--project", "Search", "--name", "x" * 101)
    assert "--project" in refused("--project", "a\x00b", "--create-project")


def test_an_archived_project_gets_no_key(cast: Cast) -> None:
    archive_project(cast.project, cast.owner.user)
    assert "archived" in refused("--project", cast.project.name)
