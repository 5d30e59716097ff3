"""Todos: their steps, when they are completed, and the tree in which they stand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from chat.models import Todo
from chat.models.todo import TODO_STEPS
from chat.services.todos import cancel_todo, complete_todo, fail_todo, reopen_todo, start_todo
from core.transitions import IllegalStepError
from projects.models import Project
from tests.chat.content import make_todo
from tests.core.state_machines import assert_steps
from tests.factories import NOON, make_member, make_owner, make_project, make_user

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
ALLOWED = {
    ("pending", "in_progress"),
    ("pending", "completed"),
    ("pending", "failed"),
    ("pending", "cancelled"),
    ("in_progress", "pending"),
    ("in_progress", "completed"),
    ("in_progress", "failed"),
    ("in_progress", "cancelled"),
    ("failed", "pending"),
    ("cancelled", "pending"),
}
SERVICES: dict[str, Callable[..., None]] = {
    "in_progress": start_todo,
    "completed": complete_todo,
    "failed": fail_todo,
    "cancelled": cancel_todo,
    "pending": reopen_todo,
}
DONE = {"completed", "failed", "cancelled"}


@pytest.fixture
def project() -> Project:
    return make_project()


def stored(todo: Todo, *names: str) -> tuple[Any, ...]:
    return Todo.objects.values_list(*names).get(pk=todo.pk)


def test_every_step_at_the_model_and_at_the_database(project: Project) -> None:
    assert_steps(lambda status: make_todo(project, status=status), TODO_STEPS, ALLOWED)


@pytest.mark.parametrize("before", Todo.Status.values)
@pytest.mark.parametrize("after", Todo.Status.values)
def test_services_take_allowed_steps_and_refuse_all_others(before: str, after: str, project: Project) -> None:
    todo = make_todo(project, status=before)
    completed_at = todo.completed_at
    if (before, after) in ALLOWED:
        SERVICES[after](todo, now=LATER)
        assert stored(todo, "status", "completed_at") == (after, LATER if after in DONE else None)
        assert (todo.status, todo.completed_at) == stored(todo, "status", "completed_at")
    else:
        with pytest.raises(IllegalStepError):
            SERVICES[after](todo, now=LATER)
        assert stored(todo, "status", "completed_at") == (before, completed_at)


@pytest.mark.parametrize("status", Todo.Status.values)
def test_saving_settles_when_it_was_completed(status: str, project: Project) -> None:
    fresh, given = make_todo(project, status=status), make_todo(project, status=status, completed_at=NOON)
    assert (stored(fresh, "completed_at") != (None,)) == (status in DONE)
    assert stored(given, "completed_at") == (NOON if status in DONE else None,)


def test_saving_the_status_alone_settles_it_too(project: Project) -> None:
    todo = make_todo(project)
    todo.status = Todo.Status.CANCELLED
    todo.save(update_fields=["status"])
    assert stored(todo, "completed_at") == (todo.completed_at,) != (None,)
    todo.status = Todo.Status.PENDING
    todo.save(update_fields=["status"])
    assert stored(todo, "completed_at") == (None,)


@pytest.mark.parametrize("values", [{"status": "completed"}, {"completed_at": NOON}])
def test_the_database_knows_when_it_is_done(values: dict[str, Any], project: Project) -> None:
    todo = make_todo(project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Todo.objects.filter(pk=todo.pk).update(**values)


def test_a_life_with_two_attempts(project: Project) -> None:
    todo = make_todo(project)
    start_todo(todo, now=NOON)
    fail_todo(todo, error="no answer", now=NOON)
    reopen_todo(todo, now=NOON)
    assert stored(todo, "status", "attempts", "error", "completed_at") == ("pending", 1, "no answer", None)
    start_todo(todo, now=LATER)
    complete_todo(todo, result="She will come back", now=LATER)
    assert stored(todo, "status", "attempts", "result", "error", "started_at", "completed_at") == (
        "completed",
        2,
        "She will come back",
        "no answer",
        LATER,
        LATER,
    )


def test_of_two_who_act_at_once_one_wins(project: Project) -> None:
    todo = make_todo(project)
    hers, his = (Todo.objects.get(pk=todo.pk) for _ in range(2))
    complete_todo(hers, now=NOON)
    with pytest.raises(IllegalStepError) as late:
        cancel_todo(his, now=LATER)
    assert late.value.messages == ["It is “completed”."]
    assert stored(todo, "status", "completed_at") == ("completed", NOON) == (his.status, his.completed_at)


def test_two_who_start_it_count_one_attempt(project: Project) -> None:
    todo = make_todo(project)
    hers, his = (Todo.objects.get(pk=todo.pk) for _ in range(2))
    start_todo(hers)
    with pytest.raises(IllegalStepError):
        start_todo(his)
    assert stored(todo, "attempts") == (1,)


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", False), ("analyst", False), ("operator", True), ("manager", True)]
)
def test_operators_and_managers_step(role: str, may: bool, project: Project) -> None:
    todo, member = make_todo(project), make_member(project, role)
    if may:
        cancel_todo(todo, member)
    else:
        with pytest.raises(PermissionDenied):
            cancel_todo(todo, member)
    assert stored(todo, "status") == ("cancelled" if may else "pending",)


def test_owners_step_and_strangers_do_not(project: Project) -> None:
    todo = make_todo(project)
    with pytest.raises(PermissionDenied):
        start_todo(todo, make_user())
    start_todo(todo, make_owner())
    assert stored(todo, "status") == ("in_progress",)


def test_nothing_stands_below_itself(project: Project) -> None:
    top = make_todo(project)
    middle = make_todo(project, parent=top)
    bottom = make_todo(project, parent=middle)
    bottom.full_clean()
    for below in (top, middle, bottom):
        top.parent = below
        with pytest.raises(ValidationError):
            top.full_clean()
    top.parent = top
    with pytest.raises(IntegrityError), transaction.atomic():
        top.save()


def test_a_circle_that_an_import_brought_does_not_hang(project: Project) -> None:
    one = make_todo(project)
    other = make_todo(project, parent=one)
    Todo.objects.filter(pk=one.pk).update(parent=other)
    make_todo(project, parent=one).full_clean()


def test_a_parent_is_of_the_same_project(project: Project) -> None:
    todo = Todo(project=project, title="Here", parent=make_todo(make_project()))
    with pytest.raises(ValidationError) as refused:
        todo.full_clean()
    assert refused.value.message_dict == {"parent": ["It belongs to another project."]}


def test_what_waits_beyond_its_time_is_overdue(project: Project) -> None:
    def overdue(**fields: Any) -> bool:
        return make_todo(project, **fields).is_overdue

    past, future = NOON.replace(year=2020), NOON.replace(year=2300)
    assert [
        overdue(),
        overdue(scheduled_at=past),
        overdue(scheduled_at=past, status="in_progress"),
        overdue(scheduled_at=past, status="completed"),
        overdue(scheduled_at=future),
    ] == [False, True, True, False, False]
