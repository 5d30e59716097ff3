"""Whoever manages one project and reads another changes the first alone, whatever their forms say.

Each form of the admin that a manager may send is filled with what is planted. Sent for their own project it
is taken, so that a refusal elsewhere is the project's doing and not the form's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.db.models import ForeignKey, Model
from django.http import HttpResponse
from django.urls import reverse

from accounts.models import User
from chat.models import AgentMemory, MemoryRelation, Todo
from core.ids import new_id
from core.models import ProjectScopedModel
from core.permissions import TABLE
from integrations.models import AgentProvider, TelegramSession
from projects.models import Agent, Invitation, Membership, Project
from tests.cast import Actor, signed_in
from tests.factories import make_member
from tests.planting import Planted, plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(db: None) -> Planted:
    return plant("zqalphax7")


@pytest.fixture
def theirs(ours: Planted) -> Planted:
    return plant("zqbravox7")


@pytest.fixture
def actor(ours: Planted, theirs: Planted) -> Actor:
    user = make_member(ours[Project], Membership.Role.MANAGER)
    Membership.objects.create(user=user, project=theirs[Project], role=Membership.Role.ANALYST)
    return signed_in(user)


def test_rows_are_added_to_the_managed_project_alone(actor: Actor, ours: Planted, theirs: Planted) -> None:
    # Without the planted row, its user and its config could not be chosen.
    spare: dict[type[Model], dict[str, Any]] = {
        Membership: {"user": theirs[User].pk},
        AgentProvider: {"agent": Agent.objects.create(project=ours[Project], name="Spare").pk},
    }
    before, refused = rows_outside(ours[Project]), set()
    for model, address in managed("add"):
        page = actor.client.get(reverse(address))
        for project in (theirs[Project].pk, ""):
            actor.client.post(reverse(address), filled(page, ours[model], project=project))
        with transaction.atomic():
            if model not in spare:
                # What is planted is out of the way: no two rows may be alike.
                model._base_manager.filter(pk=ours[model].pk).delete()
            sent = filled(page, ours[model], **spare.get(model, {}))
            if actor.client.post(reverse(address), sent).status_code != 302:
                refused.add(model)
            transaction.set_rollback(True)
    assert refused == set()
    assert rows_outside(ours[Project]) == before


def test_rows_of_the_managed_project_alone_are_changed(actor: Actor, ours: Planted, theirs: Planted) -> None:
    rootless = without_project(ours)
    before, refused = rows_outside(ours[Project]), set()
    for model, address in managed("change"):
        page = actor.client.get(reverse(address, args=[ours[model].pk]))
        for row in (theirs[model], rootless.get(model)):
            if row is not None:
                sent = filled(page, row, project=ours[Project].pk)
                actor.client.post(reverse(address, args=[row.pk]), sent)
        sent = filled(page, ours[model], project=theirs[Project].pk)
        if actor.client.post(reverse(address, args=[ours[model].pk]), sent).status_code != 302:
            refused.add(model)
    assert refused == set()
    assert rows_outside(ours[Project]) == before


def test_rows_of_the_managed_project_alone_are_deleted(actor: Actor, ours: Planted, theirs: Planted) -> None:
    rootless = without_project(ours)
    before = rows_outside(ours[Project])
    for model, address in managed("delete"):
        for row in (theirs[model], rootless.get(model)):
            if row is not None:
                actor.client.post(reverse(address, args=[row.pk]), {"post": "yes"})
                chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
                actor.client.post(reverse(address.replace("_delete", "_changelist")), chosen)
    assert rows_outside(ours[Project]) == before


def test_rows_of_the_managed_project_link_to_no_other(actor: Actor, ours: Planted, theirs: Planted) -> None:
    """Who reads both projects may choose rows of either: a link from one to the other would tell of it."""
    walked = set()
    for model, address in (*managed("add"), *managed("change")):
        arguments = [ours[model].pk] if address.endswith("_change") else []
        page = actor.client.get(reverse(address, args=arguments))
        for field in links_of(model):
            if field.name in page.context["adminform"].form.fields:
                sent = filled(page, ours[model], **{field.name: theirs[field.related_model].pk})
                answer = actor.client.post(reverse(address, args=arguments), sent)
                found = answer.context["adminform"].form.errors if answer.context else {}
                assert found.get(field.name) == ["It belongs to another project."], (address, field.name)
                walked.add((model, field.name))
        for field in links_of(model):
            strays = model._base_manager.filter(project=ours[Project], **{f"{field.name}__isnull": False})
            assert not strays.exclude(**{f"{field.name}__project": ours[Project]}).exists(), field
    assert {(Todo, "conversation"), (TelegramSession, "conversation"), (AgentMemory, "agent")} <= walked


def test_rows_in_a_page_link_to_no_other_project(actor: Actor, ours: Planted, theirs: Planted) -> None:
    memory = ours[AgentMemory]
    address = reverse("admin:chat_agentmemory_change", args=[memory.pk])
    page = actor.client.get(address)
    [prefix] = [
        each.formset.prefix
        for each in page.context["inline_admin_formsets"]
        if each.formset.model is MemoryRelation and each.formset.extra
    ]
    own = AgentMemory.objects.create(project=ours[Project], agent=ours[Agent], content="Own")
    for other, status in ((theirs[AgentMemory], 200), (own, 302)):
        row = {f"{prefix}-TOTAL_FORMS": 1, f"{prefix}-0-other": other.pk, f"{prefix}-0-relation": "extends"}
        assert actor.client.post(address, filled(page, memory) | row).status_code == status
        assert MemoryRelation.objects.filter(memory=memory, other=other).exists() == (status == 302)


def links_of(model: type[Model]) -> list[Any]:
    """Foreign keys of a table of projects to other such tables."""
    fields = model._meta.concrete_fields if issubclass(model, ProjectScopedModel) else ()
    return [
        field
        for field in fields
        if isinstance(field, ForeignKey) and issubclass(field.related_model, ProjectScopedModel)
    ]


def managed(step: str) -> Iterator[tuple[type[Model], str]]:
    """The models of which managers may `step` ("add") rows of their project, and the name of the address."""
    for model, model_admin in admin.site._registry.items():
        action = getattr(model_admin, f"{step}_action", None)
        if action is not None and Membership.Role.MANAGER in TABLE[action].project:
            yield model, f"admin:{model._meta.app_label}_{model._meta.model_name}_{step}"


def filled(page: HttpResponse, row: Model, **values: Any) -> dict[str, Any]:
    """What a browser would send of the form on `page` if it told of a row like `row`, but for `values`."""
    form = type(page.context["adminform"].form)(instance=row)
    sent: dict[str, Any] = {}
    for bound in form:
        value = values.get(bound.name, bound.value())
        widget = bound.field.widget
        if isinstance(widget, forms.MultiWidget):
            parts = widget.decompress(value)
            sent |= {f"{bound.html_name}_{place}": part or "" for place, part in enumerate(parts)}
        elif value is not None and value is not False:
            is_address = isinstance(bound.field, forms.URLField)
            sent[bound.html_name] = f"https://example.com/{value}" if is_address else value
    for each in page.context["inline_admin_formsets"]:
        prefix = each.formset.prefix
        sent |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return {**sent, **{name: value for name, value in values.items() if name not in form.fields}}


def rows_outside(project: Project) -> Mapping[str, list[str]]:
    """The rows of each table that are not the project's, but for what a request itself writes."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in {
            "accounts",
            "sessions",
            "django_tasks_db",
            "contenttypes",
            "auth",
            "mfa",
        }:
            continue
        rows = model._base_manager.all()
        if any(field.attname == "project_id" for field in model._meta.concrete_fields):
            rows = rows.exclude(project_id=project.pk)
        elif model is Project:
            rows = rows.exclude(pk=project.pk)
        found[model._meta.label] = sorted(map(repr, rows.values_list()))
    return found


def without_project(planted: Planted) -> Planted:
    """A row that belongs to no project, of each table that has such rows."""
    of_the_installation = {"role": User.Role.FINANCE, "project_role": "", "token_hash": new_id().bytes * 2}
    found = {}
    for model, row in planted.items():
        field = next((each for each in model._meta.concrete_fields if each.name == "project"), None)
        if field is not None and field.null and model in admin.site._registry:
            values = {each.attname: getattr(row, each.attname) for each in model._meta.concrete_fields}
            found[model] = model._base_manager.create(
                **{
                    **values,
                    "id": new_id(),
                    "project_id": None,
                    **(of_the_installation if model is Invitation else {}),
                }
            )
    return found
