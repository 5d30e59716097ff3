"""State machines: what they allow, the way between two states, and how models keep to them."""

from collections.abc import Sequence

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CharField
from django.test.utils import isolate_apps

from core.transition_triggers import stateful_models, trigger_statements
from core.transitions import IllegalStepError, StatefulModel, StateMachine
from projects.models import BackgroundJob
from tests.factories import make_project

MACHINE = StateMachine({"new": ["open"], "open": ["shut", "new"], "shut": []})


def test_a_state_without_steps_is_final() -> None:
    assert MACHINE.final == {"shut"}
    assert MACHINE.pairs == [("new", "open"), ("open", "new"), ("open", "shut")]


@pytest.mark.parametrize(
    ("state", "after", "is_allowed"),
    [("new", "open", True), ("new", "shut", False), ("shut", "new", False), ("unheard-of", "new", False)],
)
def test_only_declared_steps_are_allowed(state: str, after: str, is_allowed: bool) -> None:
    assert MACHINE.allows(state, after) == is_allowed
    if is_allowed:
        MACHINE.check(state, after)
    else:
        with pytest.raises(IllegalStepError, match=f"“{state}” cannot become “{after}”."):
            MACHINE.check(state, after)


def test_staying_is_no_step() -> None:
    MACHINE.check("shut", "shut")


@pytest.mark.parametrize(
    ("state", "after", "path"),
    [("new", "shut", ("open", "shut")), ("new", "new", ()), ("shut", "new", None), ("open", "nowhere", None)],
)
def test_the_shortest_way(state: str, after: str, path: Sequence[str] | None) -> None:
    assert MACHINE.path(state, after) == path


@isolate_apps("core")
def test_a_new_row_may_begin_anywhere_and_a_form_says_what_is_refused() -> None:
    class Door(StatefulModel):
        machine = MACHINE
        status = CharField(max_length=8)

        class Meta:
            app_label = "core"

        def __str__(self) -> str:
            return self.status

    Door(status="shut").clean()
    stored = Door.from_db("default", ["id", "status"], [1, "new"])
    stored.status = "shut"
    with pytest.raises(ValidationError, match="“new” cannot become “shut”"):
        stored.clean()


@pytest.mark.django_db
def test_a_refreshed_row_goes_on_from_where_it_stands() -> None:
    job = BackgroundJob.objects.create(project=make_project())
    BackgroundJob.objects.filter(pk=job.pk).update(status="running")
    job.refresh_from_db()
    job.status = "succeeded"
    job.save()
    job.status = "running"
    with pytest.raises(IllegalStepError):
        job.save()


@pytest.mark.django_db
def test_a_row_whose_status_was_not_loaded_can_be_saved() -> None:
    job = BackgroundJob.objects.create(project=make_project(), status="succeeded")
    part = BackgroundJob.objects.defer("status").get(pk=job.pk)
    part.queue = "nightly"
    part.save()
    job.refresh_from_db()
    assert (job.queue, job.status) == ("nightly", "succeeded")


@pytest.mark.django_db
def test_every_stateful_table_has_its_trigger() -> None:
    tables = {model._meta.db_table for model in stateful_models()}
    assert "projects_backgroundjob" in tables
    catalog = (
        "SELECT tgname FROM pg_trigger"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalog)
        laid = {name for (name,) in cursor.fetchall()}
    assert {f"{table}_steps" for table in tables} <= laid


@pytest.mark.django_db
def test_triggers_may_be_laid_again() -> None:
    with connection.cursor() as cursor:
        for statement in trigger_statements(BackgroundJob, connection.vendor):
            cursor.execute(statement)
