"""Nobody sees what is not theirs: a walk over every registered URL and every admin class.

Two projects are planted with a mark in each of their texts. What is looked for in an answer is a mark of the
other project or an id of one of its rows, but for what the address itself says.
"""

import io
import re
import zipfile
from html import unescape

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Person, User
from billing.models import RollupZone
from integrations.models import ImportedRow, ImportRun, RejectedRecord, Source
from projects.models import Membership, Project
from tests.architecture.addresses import View, addresses, registered_views, unknown_views
from tests.cast import Actor, Cast, signed_in
from tests.factories import make_member
from tests.planting import Planted, mark_of, plant

pytestmark = pytest.mark.django_db

SAY_NOTHING_OF_PROJECTS = {
    "dashboard:theme",
    "dashboard:icon",
    "billing:apart",
    "staff:end_sessions",
    "staff:reset_factors",
    "chat:decide_approvals",
    "chat:mark",
    "integrations:healthz",
    "integrations:readyz",
    "integrations:otlp_traces",
    "integrations:otlp_logs",
    "integrations:otlp_metrics",
    "integrations:ingest_litellm",
    "integrations:api_usage",
    "integrations:api_openapi",
    "admin:index",
    "admin:login",
    "admin:logout",
    "admin:password_change",
    "admin:password_change_done",
    "admin:jsi18n",
    "admin:view_on_site",
    "admin/(?P<url>.*)$",
}
"""Pages on which even an owner finds nothing planted."""


@pytest.fixture
def ours(db: None) -> Planted:
    return plant("zqalphax7")


@pytest.fixture
def theirs(ours: Planted) -> Planted:
    return plant_theirs(ours)


def plant_theirs(ours: Planted) -> Planted:
    """Their rows, and all links by which rows of ours may point at theirs."""
    planted = plant("zqbravox7")
    Membership.objects.create(user=ours[User], project=planted[Project])
    Person.objects.filter(pk=ours[Person].pk).update(user=planted[User])
    Source.objects.filter(pk=ours[Source].pk).update(unassigned_project=planted[Project])
    RejectedRecord.objects.filter(pk=ours[RejectedRecord].pk).update(run=planted[ImportRun])
    ImportedRow.objects.filter(pk=ours[ImportedRow].pk).update(source=planted[Source])
    return planted


@pytest.fixture
def member(ours: Planted) -> Actor:
    return signed_in(make_member(ours[Project], Membership.Role.MANAGER))


def text_of(response: HttpResponse) -> str:
    """Headers and body, a workbook unpacked, entities resolved."""
    streamed = getattr(response, "streaming_content", None)
    body = response.content if streamed is None else b"".join(streamed)
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as workbook:
            body = b"\n".join(workbook.read(name) for name in workbook.namelist())
    return unescape(f"{response.headers}\n{body.decode(errors='replace')}")


def traces(text: str, planted: Planted) -> set[str]:
    """Marked texts and ids of planted rows that stand in `text`."""
    ids = {str(row.pk) for model, row in planted.items() if model is not RollupZone}
    ids |= {identity.replace("-", "") for identity in ids}
    marked = set(re.findall(rf"{mark_of(planted)}[\w.@-]*", text))
    return marked | {identity for identity in ids if identity in text}


def test_the_walk_knows_every_view() -> None:
    assert unknown_views() == []


def test_the_walk_plants_a_row_of_every_admin_class(ours: Planted) -> None:
    assert set(admin.site._registry) == set(ours)


def test_an_owner_finds_what_was_planted_wherever_it_can_be(cast: Cast, theirs: Planted) -> None:
    silent = [
        view.route
        for view in registered_views()
        if not is_silent_by_nature(view)
        and not any(
            traces(text_of(cast.owner.client.get(address)), theirs) for address in addresses(view, theirs)
        )
    ]
    assert silent == []


def is_silent_by_nature(view: View) -> bool:
    """Forms to add something, and the bare address of an object, which only leads to its page."""
    is_bare = view.is_of_one_object and view.name == view.route
    return (
        view.name in SAY_NOTHING_OF_PROJECTS
        or view.is_about_signing_in
        or view.name.endswith("_add")
        or is_bare
        or view.model is RollupZone
    )


def test_addresses_of_anothers_objects_do_not_open(member: Actor, ours: Planted, theirs: Planted) -> None:
    opened = {
        address: status
        for view in views_of_one_object()
        for address in addresses(view, theirs)
        if (status := member.client.get(address).status_code) not in {302, 403, 404}
    }
    assert opened == {}


def test_nothing_of_another_project_can_be_changed(member: Actor, ours: Planted, theirs: Planted) -> None:
    before = stored(theirs)
    for view in views_of_one_object():
        for address in addresses(view, theirs):
            status = member.client.post(address, {"post": "yes", "role": "viewer"}).status_code
            assert status in {302, 403, 404, 405}, address
    for model, row in theirs.items():
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        chosen = {
            "action": "delete_selected",
            "_selected_action": row.pk,
            "select_across": "1",
            "post": "yes",
        }
        member.client.post(url, chosen)
    assert stored(theirs) == before


def views_of_one_object() -> list[View]:
    """But for time zones, which belong to no project."""
    return [view for view in registered_views() if view.is_of_one_object and view.model is not RollupZone]


def stored(planted: Planted) -> dict[str, list[dict[str, object]]]:
    """All columns of the planted rows, as the database has them."""
    return {
        model._meta.label: list(model._base_manager.filter(pk=row.pk).values())
        for model, row in planted.items()
    }


def test_nobody_reads_without_signing_in(ours: Planted) -> None:
    client, answered = Client(), {}
    for view in registered_views():
        for address in addresses(view, ours):
            response = client.get(address)
            if view.is_about_signing_in:
                assert traces(text_of(response), ours) == set(), address
                continue
            to_login = response.status_code == 302 and response.headers["Location"].startswith(
                ("/accounts/login/", "/admin/login/?")
            )
            if not to_login:
                answered[address] = response.status_code
    assert answered == {
        "/api/openapi.json": 200,
        "/healthz": 200,
        "/readyz": 200,
        "/favicon.ico": 302,
    }
