"""Eight roles walk over every address and try every change; core.permissions says what they must meet.

Two projects are planted. In ours, what people and models said carries a mark of its own. Nobody of a project
finds anything of the other; only those who may read transcripts find words; a view or an admin page opens for
whom the table names; and what a role may not do changes not one row, whatever is posted.
"""

import hashlib
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import CharField, JSONField, Model, TextField
from django.test import Client
from django.urls import get_resolver, resolve, reverse

from accounts.models import User
from core.gates import gate_of
from core.permissions import TABLE, Action, may
from projects.models import Membership, Project
from tests.architecture.addresses import View, addresses, registered_views
from tests.architecture.permission_matrix import matrix, shown
from tests.architecture.test_isolation import plant_theirs, text_of, traces
from tests.cast import Actor, signed_in
from tests.factories import make_member, make_user
from tests.planting import Planted, marked, plant

pytestmark = pytest.mark.django_db

WORDS = "zqwordsx7"
INSTALLATION = ("stranger", "finance", "auditor", "owner")
PROJECT = tuple(Membership.Role.values)
ROLES = (*INSTALLATION, *PROJECT)
_NAMES = frozenset(
    {
        "source",
        "external_id",
        "provider",
        "model",
        "environment",
        "agent_label",
        "person_label",
        "tool_name",
        "decided_by",
    }
)
"""Columns of tables of words that say no word: whose, whence, with which model."""
_OF_ACTIONS = {
    "archive": Action.ARCHIVE_CONTENT,
    "run": Action.RUN_JOBS,
    "decide": Action.DECIDE_TOOL_CALLS,
    "rotate": Action.MANAGE_KEYS,
    "revoke": Action.MANAGE_KEYS,
    "invite": Action.MANAGE_MEMBERS,
    "end": Action.MANAGE_INSTALLATION,
    "make_default": Action.MANAGE_CONNECTIONS,
}
"""What the admin's own actions ask for, by the permission that they name."""
_KEEPS_CHANGING = frozenset({"accounts", "sessions", "django_tasks_db", "contenttypes", "auth", "mfa"})


@pytest.fixture
def ours(db: None) -> Planted:
    planted = plant("zqalphax7")
    for model, row in planted.items():
        if spoken := words_of(model):
            values = {name: value for name, value in marked(model, WORDS).items() if name in spoken}
            model._base_manager.filter(pk=row.pk).update(**values)
    return planted


@pytest.fixture
def theirs(ours: Planted) -> Planted:
    return plant_theirs(ours)


@pytest.fixture(params=ROLES)
def actor(request: pytest.FixtureRequest, ours: Planted) -> Actor:
    role = request.param
    if role in PROJECT:
        return signed_in(make_member(ours[Project], role, name=role))
    return signed_in(make_user(name=role, role="member" if role == "stranger" else role))


def words_of(model: type[Model]) -> set[str]:
    """Columns of a table of words that hold them."""
    if not hasattr(model._default_manager.all(), "readable_by"):
        return set()
    texts = (CharField, TextField, JSONField)
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, texts) and not field.choices and field.name not in _NAMES
    }


def test_the_table_names_the_roles_that_there_are() -> None:
    named = {role for grant in TABLE.values() for role in grant.project}
    assert named == set(PROJECT)
    assert {role for grant in TABLE.values() for role in grant.installation} == set(User.Role.values)
    assert set(TABLE) == set(Action)


def test_every_view_of_ours_says_who_may_open_it() -> None:
    silent = [
        view.name
        for view in registered_views()
        if view.model is None
        and not view.is_about_signing_in
        and not view.name.startswith("admin")
        and gate_of(callback(view)) is None
    ]
    assert silent == []


def test_a_role_finds_what_its_rights_open_and_nothing_else(
    actor: Actor, ours: Planted, theirs: Planted
) -> None:
    may_read = may(actor.user, Action.READ_TRANSCRIPTS)
    sees_all = actor.user.sees_all_projects
    told: dict[str, set[str]] = {}
    found_words = found_ours = False
    # Their rows say nothing new of who sees all projects; nobody's own are foreign to a stranger.
    asked_for = (ours,) if sees_all else (ours, theirs)
    foreign_rows = (ours, theirs) if actor.user.name == "stranger" else (theirs,)
    for view in registered_views():
        for address in dict.fromkeys(chain.from_iterable(addresses(view, rows) for rows in asked_for)):
            response = actor.client.get(address)
            assert response.status_code < 500 or view.name == "integrations:readyz", address
            text = text_of(response)
            found_words = found_words or WORDS in text
            if WORDS in text and not may_read:
                told[address] = set(re.findall(rf"{WORDS}-\w+", text))
            asked = unquote_plus(address)
            found_ours = found_ours or any(each not in asked for each in traces(text, ours))
            foreign = set().union(*(traces(text, rows) for rows in foreign_rows))
            if not sees_all and (foreign := {each for each in foreign if each not in asked}):
                told[address] = foreign
            if view.model is None and isinstance(gate := gate_of(callback(view)), Action):
                is_refused = response.status_code == 403
                assert is_refused or may(actor.user, gate), address
    assert told == {}
    assert found_words == may_read
    assert found_ours == (actor.user.name != "stranger")


def test_what_a_role_may_not_do_changes_nothing(actor: Actor, ours: Planted, theirs: Planted) -> None:
    before = fingerprints()
    for address, sent in attempts(actor, ours, theirs):
        answer = actor.client.post(address, sent)
        assert answer.status_code in {200, 302, 400, 403, 404, 405, 422}, address
    assert fingerprints() == before


def attempts(actor: Actor, ours: Planted, theirs: Planted) -> Iterator[tuple[str, dict[str, Any]]]:
    """What to post where: everything that the table does not grant to the actor."""
    for planted in (ours, theirs):
        project = planted[Project].pk
        for model, model_admin in admin.site._registry.items():
            row = planted[model]
            base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            values = form_values(row)
            if not granted(actor, model_admin.add_action, None):  # type: ignore[attr-defined]
                yield reverse(f"{base}_add"), values
            if not granted(actor, model_admin.change_action, project):  # type: ignore[attr-defined]
                yield reverse(f"{base}_change", args=[row.pk]), values
            if not granted(actor, model_admin.delete_action, project):  # type: ignore[attr-defined]
                yield reverse(f"{base}_delete", args=[row.pk]), {"post": "yes"}
                chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
                yield reverse(f"{base}_changelist"), chosen
            for name in getattr(model_admin, "actions", ()) or ():
                asked = getattr(getattr(model_admin, name), "allowed_permissions", ())
                needed = [
                    _OF_ACTIONS.get(each, getattr(model_admin, f"{each}_action", None)) for each in asked
                ]
                if not any(granted(actor, action, project) for action in needed):
                    yield reverse(f"{base}_changelist"), {"action": name, "_selected_action": row.pk}
        for view in registered_views():
            gate = gate_of(callback(view)) if view.model is None else None
            if isinstance(gate, Action) and not granted(actor, gate, project):
                for address in addresses(view, planted) or ():
                    yield address, {"do": "react up", "decision": "approve", "execution": str(project)}


def granted(actor: Actor, action: Action | None, project: Any) -> bool:
    return action is not None and may(actor.user, action, project)


def form_values(row: Model) -> dict[str, Any]:
    """A form that would change every text of `row`, with its own links."""
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, CharField | TextField) and not field.choices:
            value = f"changed {value}"[: field.max_length]
        values[field.name] = "" if value is None else value
    return values


def fingerprints() -> dict[str, str]:
    """A hash of each table's rows, but for those that a request itself writes."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in _KEEPS_CHANGING and model is not User:
                continue
            columns = ", ".join(
                connection.ops.quote_name(field.column) for field in model._meta.concrete_fields
            )
            cursor.execute(f"SELECT {columns} FROM {connection.ops.quote_name(model._meta.db_table)}")
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[model._meta.label] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def callback(view: View) -> Any:
    """The function behind a registered view."""
    return _CALLBACKS[view.route]


def _callbacks(patterns: Any, before: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _callbacks(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


_CALLBACKS = dict(_callbacks(get_resolver().url_patterns, ""))


def test_nothing_is_posted_without_its_token(ours: Planted) -> None:
    user = make_user(role="owner")
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(user)
    taken = {
        address: status
        for view in registered_views()
        for address in [*addresses(view, ours), *posted(view, ours)][:1]
        if not address.startswith(("/v1/", "/ingest/", "/api/"))
        and (status := guarded.post(address).status_code) not in {403, 404, 405, 302}
    }
    assert taken == {}


def posted(view: View, planted: Planted) -> Iterator[str]:
    """The address of a view that answers POST alone, which the walk does not visit."""
    for name in ("dashboard:theme", "chat:decide_approvals"):
        if view.name == name:
            yield reverse(name)


def test_a_closed_account_reads_nothing(ours: Planted) -> None:
    for closed in ({"is_active": False}, {"is_staff": False}):
        user = make_user(role="owner")
        client = signed_in(user).client
        User.objects.filter(pk=user.pk).update(**closed)
        opened = {
            address
            for view in registered_views()
            for address in list(addresses(view, ours))[:1]
            if traces(text_of(client.get(address)), ours) - {address}
            and resolve(address.partition("?")[0]).route == view.route
            and any(trace not in address for trace in traces(text_of(client.get(address)), ours))
        }
        assert opened == set()


def test_the_matrix_in_the_docs_is_the_table() -> None:
    """To write it anew: python -m tests.architecture.permission_matrix"""
    assert shown() == matrix()
