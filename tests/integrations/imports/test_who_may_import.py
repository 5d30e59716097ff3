"""Operators and managers import into their projects, owners everywhere; others look, or see nothing."""

import json

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from integrations.models import ImportUpload
from projects.models import Membership
from tests.cast import Actor, Cast, signed_in
from tests.factories import make_member, make_project, make_user
from tests.integrations.imports.browsing import BAD, GOOD, csv_file, page_of, read, send, take, upload

pytestmark = pytest.mark.django_db

ROLES = Membership.Role


@pytest.fixture
def imported(cast: Cast, work) -> ImportUpload:
    """An upload of the project with a rejected record."""
    sent = upload(cast.owner.client, csv_file(GOOD, BAD), project=cast.project.pk)
    work()
    take(cast.owner.client, sent, "import")
    work()
    return sent


def member(cast: Cast, role: str) -> Actor:
    return signed_in(make_member(cast.project, role))


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("analyst", 403), ("operator", 200), ("manager", 200)]
)
def test_the_form_opens_for_those_who_operate(cast: Cast, role: str, status: int) -> None:
    assert member(cast, role).client.get("/imports/new/").status_code == status


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_others_cannot_send(cast: Cast, role: str, uploads) -> None:
    assert send(member(cast, role).client, csv_file(GOOD), project=cast.project.pk).status_code == 403
    assert ImportUpload.objects.count() == 0
    assert not uploads.exists()


def test_an_operator_sends_to_their_own_projects_alone(cast: Cast) -> None:
    operator = member(cast, ROLES.OPERATOR)
    other = make_project()
    refused = send(operator.client, csv_file(GOOD), project=other.pk)
    assert refused.status_code == 422
    assert "Choose a project of yours." in refused.content.decode()
    assert other.name not in refused.content.decode()
    answer = send(operator.client, csv_file(GOOD), project="")
    assert answer.status_code == 422
    assert "Choose the project that the files belong to." in answer.content.decode()
    assert ImportUpload.objects.count() == 0


def test_strangers_find_nothing(cast: Cast, imported: ImportUpload) -> None:
    client = cast.stranger.client
    assert client.get(page_of(imported)).status_code == 404
    assert client.get(f"{page_of(imported)}rejected/").status_code == 403
    assert take(client, imported, "retry").status_code == 404
    assert page_of(imported) not in client.get("/imports/").content.decode()


def test_who_does_not_sign_in_is_led_to_the_door(imported: ImportUpload) -> None:
    for address in ("/imports/", "/imports/new/", page_of(imported), f"{page_of(imported)}rejected/"):
        assert Client().get(address).status_code == 302
    assert send(Client(), csv_file(GOOD)).status_code == 302
    assert ImportUpload.objects.count() == 1


def test_a_viewer_sees_figures_and_no_records(cast: Cast, imported: ImportUpload) -> None:
    viewer = member(cast, ROLES.VIEWER)
    page = read(viewer.client, imported)
    assert "Imported in part" in page
    assert "usage.csv:3" not in page
    assert not AuditEntry.objects.filter(action="read").exists()
    assert "Retry" not in page
    assert viewer.client.get(f"{page_of(imported)}rejected/").status_code == 403
    assert take(viewer.client, imported, "retry").status_code == 403


def test_finance_sees_figures_and_no_records(imported: ImportUpload) -> None:
    finance = signed_in(make_user(role=User.Role.FINANCE))
    assert "usage.csv:3" not in read(finance.client, imported)
    assert finance.client.get(f"{page_of(imported)}rejected/").status_code == 403


@pytest.mark.parametrize("role", ["analyst", "operator"])
def test_readers_of_transcripts_read_what_was_rejected(cast: Cast, imported: ImportUpload, role: str) -> None:
    actor = member(cast, role)
    assert "usage.csv:3" in read(actor.client, imported)
    answer = actor.client.get(f"{page_of(imported)}rejected/?format=jsonl")
    [row] = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    assert row["record"] == "usage.csv:3"
    told = AuditEntry.objects.filter(actor=actor.user.pk, target_id=str(imported.pk))
    assert sorted(told.values_list("action", flat=True)) == ["exported", "read"]


def test_an_operator_cannot_touch_an_import_of_all_projects(cast: Cast, work) -> None:
    sent = upload(cast.owner.client, csv_file(GOOD))
    operator = member(cast, ROLES.OPERATOR)
    assert operator.client.get(page_of(sent)).status_code == 404
    auditor = signed_in(make_user(role=User.Role.AUDITOR))
    assert auditor.client.get(page_of(sent)).status_code == 200
    assert take(auditor.client, sent, "cancel").status_code == 403


def test_forgery_is_refused(cast: Cast, imported: ImportUpload) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner.user)
    assert send(client, csv_file(GOOD)).status_code == 403
    assert take(client, imported, "retry").status_code == 403
    token = client.get("/imports/new/").context["csrf_token"]
    assert send(client, csv_file(GOOD), csrfmiddlewaretoken=token).status_code == 302
