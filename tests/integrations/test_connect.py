"""The page Connect: each client's lines, a key that is shown once, and when the client was heard last."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from core.sessions import SessionStore
from integrations.connect.client import PLACEHOLDER
from integrations.connect.registry import CLIENTS
from integrations.doors.keys import REQUESTS, WRONG_KEYS
from integrations.models import ImportRun, IngestActivity, IngestKey
from projects.models import Membership, Project
from projects.services.archiving import archive_project
from tests.cast import Actor, Cast, signed_in
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db
CONNECT = reverse("integrations:connect")
ADDRESS = "http://testserver"
WAITING = "Waiting for the first record"


@pytest.fixture(autouse=True)
def _full_buckets() -> Iterator[None]:
    yield
    REQUESTS.clear()
    WRONG_KEYS.clear()


@pytest.fixture
def manager(cast: Cast) -> Actor:
    return signed_in(make_member(cast.project, Membership.Role.MANAGER))


def look(actor: Actor, slug: str = "", project: Project | None = None, **more: Any) -> Any:
    query = {"client": slug, "project": project.pk if project else "", **more}
    return actor.client.get(CONNECT, {name: value for name, value in query.items() if value})


def make_key(actor: Actor, slug: str, project: Project) -> Any:
    return actor.client.post(CONNECT, {"client": slug, "project": project.pk}, follow=True)


def lines_of(answer: Any) -> str:
    return "\n".join(block.text for block in answer.context["page"].blocks)


def heard(project: Project, slug: str, ago: timedelta, **counts: int) -> IngestActivity:
    at = timezone.now() - ago
    return IngestActivity.objects.create(
        project=project, client=slug, first_received_at=at, last_received_at=at, **counts
    )


@pytest.mark.parametrize("slug", CLIENTS)
def test_the_lines_name_the_address_and_hold_the_key_once(cast: Cast, manager: Actor, slug: str) -> None:
    before = lines_of(look(manager, slug, cast.project))
    assert (ADDRESS in before, PLACEHOLDER in before, "@" in re.sub(r"@\w+/", "", before)) == (
        True,
        True,
        False,
    )
    answer = make_key(manager, slug, cast.project)
    [(address, _)] = answer.redirect_chain
    shown = lines_of(answer)
    [secret] = set(re.findall(r"chk_[a-z]{12}_\w{43}", shown))
    assert shown == before.replace(PLACEHOLDER, secret)
    assert answer.content.decode().count(secret) == before.count(PLACEHOLDER)
    row = IngestKey.objects.get()
    assert (row.project, row.name, row.created_by) == (cast.project, CLIENTS[slug].name, manager.user)
    assert secret not in address
    again = manager.client.get(address)
    assert (lines_of(again), secret in again.content.decode()) == (before, False)
    assert "cannot be shown again" in again.content.decode()


def test_the_key_opens_the_door_with_the_line_of_the_page(cast: Cast, manager: Actor) -> None:
    text = lines_of(make_key(manager, "api", cast.project))
    [key], [body] = re.findall(r'x-api-key: (\S+)"', text), re.findall(r"-d '(.*)'", text, re.DOTALL)
    assert look(manager, "api", cast.project).context["page"].status.received.state == "waiting"
    answer = Browser().post("/api/usage", body, content_type="application/json", headers={"x-api-key": key})
    assert (answer.status_code, answer.json()["recorded"]) == (200, 1)
    received = look(manager, "api", cast.project).context["page"].status.received
    assert (received.state, received.records, received.rejected) == ("fresh", 1, 0)


def test_json_lines_are_json(cast: Cast, manager: Actor) -> None:
    for slug, place in (
        ("claude-code", "~/.claude/settings.json"),
        ("gemini-cli", "~/.gemini/settings.json"),
    ):
        blocks = look(manager, slug, cast.project).context["page"].blocks
        [text] = [block.text for block in blocks if block.place.endswith(place)]
        assert ADDRESS in json.dumps(json.loads(text))


def test_nothing_is_kept_by_caches_or_in_clear(
    cast: Cast, manager: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    manager.client.post(CONNECT, {"client": "codex", "project": cast.project.pk})
    held = [SessionStore(row.session_key).load() for row in Session.objects.all()]
    [session] = [each for each in held if "shown_once" in each]
    row = IngestKey.objects.get()
    answer = look(manager, "codex", cast.project, made=row.pk)
    [secret] = set(re.findall(r"chk_[a-z]{12}_\w{43}", answer.content.decode()))
    assert secret not in f"{session}{caplog.text}"
    for page in (answer, look(manager), look(manager, "codex"), look(manager, "codex", cast.project)):
        assert page["Cache-Control"] == "private, no-store"
    assert "shown_once" not in manager.client.session


def test_polling_does_not_take_the_key(cast: Cast, manager: Actor) -> None:
    manager.client.post(CONNECT, {"client": "codex", "project": cast.project.pk})
    query: dict[str, Any] = {
        "client": "codex",
        "project": cast.project.pk,
        "made": IngestKey.objects.get().pk,
    }
    polled = manager.client.get(CONNECT, query, headers={"hx-request": "true", "hx-target": "received"})
    headed = manager.client.head(CONNECT, query)
    assert ("chk_" in polled.content.decode(), headed.status_code) == (False, 200)
    assert "chk_" in lines_of(manager.client.get(CONNECT, query))


def test_only_managers_and_owners_make_keys(cast: Cast, manager: Actor) -> None:
    data = {"client": "codex", "project": cast.project.pk}
    tried = {
        name: actor.client.post(CONNECT, data).status_code
        for name, actor in {"member": cast.member, "stranger": cast.stranger, "owner": cast.owner}.items()
    }
    assert tried == {"member": 403, "stranger": 404, "owner": 302}
    offered = {
        name: b"Make a key for" in look(actor, "codex", cast.project).content
        for name, actor in {"member": cast.member, "manager": manager, "owner": cast.owner}.items()
    }
    assert offered == {"member": False, "manager": True, "owner": True}
    assert IngestKey.objects.count() == 1


def test_a_key_is_shown_to_its_maker_alone(cast: Cast, manager: Actor) -> None:
    manager.client.post(CONNECT, {"client": "codex", "project": cast.project.pk})
    made = IngestKey.objects.get().pk
    for actor in (cast.owner, cast.member, cast.stranger):
        assert "chk_" not in look(actor, "codex", cast.project, made=made).content.decode()
    other = make_project()
    Membership.objects.create(user=manager.user, project=other, role=Membership.Role.MANAGER)
    assert "chk_" not in lines_of(look(manager, "codex", other, made=made))
    assert "chk_" in lines_of(look(manager, "codex", cast.project, made=made))


def test_an_archived_project_gets_no_key(cast: Cast) -> None:
    archive_project(cast.project, by=cast.owner.user)
    answer = make_key(cast.owner, "codex", cast.project)
    assert "is archived" in answer.content.decode()
    assert not IngestKey.objects.exists()


def test_a_stranger_sees_the_lines_and_nothing_of_a_project(cast: Cast) -> None:
    heard(cast.project, "codex", timedelta(minutes=2), records=1204)
    for answer in (look(cast.stranger, "codex", cast.project), look(cast.stranger, "", cast.project)):
        text = answer.content.decode()
        assert (cast.project.name in text, "1,204" in text, "Received" in text) == (False, False, False)
    assert PLACEHOLDER in lines_of(look(cast.stranger, "codex", cast.project))


@pytest.mark.parametrize(
    ("ago", "counts", "state", "tone"),
    [
        (timedelta(minutes=2), {"records": 1204}, "fresh", "ok"),
        (timedelta(hours=23), {"records": 1, "rejected": 9}, "fresh", "ok"),
        (timedelta(hours=25), {"records": 1204}, "quiet", "warn"),
        (timedelta(minutes=2), {"rejected": 3}, "refused", "danger"),
    ],
)
def test_what_was_received(cast: Cast, ago: timedelta, counts: dict[str, int], state: str, tone: str) -> None:
    heard(cast.project, "codex", ago, **counts)
    answer = look(cast.member, "codex", cast.project)
    received = answer.context["page"].status.received
    assert (received.state, received.tone) == (state, tone)
    assert f'class="badge badge--{tone}"' in answer.content.decode()
    [line] = [line for line in look(cast.member).context["page"].lines if line.client.slug == "codex"]
    assert line.received == received


def test_until_the_first_record_it_waits(cast: Cast) -> None:
    answer = look(cast.member)
    assert answer.content.decode().count(WAITING) == len(CLIENTS)
    assert WAITING in look(cast.member, "codex").content.decode()


def test_all_projects_are_told_together_and_one_apart(cast: Cast) -> None:
    other = make_project()
    heard(cast.project, "codex", timedelta(days=3), records=10)
    heard(other, "codex", timedelta(minutes=1), records=5, rejected=2)
    seen = [
        look(cast.owner, "codex", project).context["page"].status.received
        for project in (None, cast.project, other)
    ]
    assert [(one.state, one.records, one.rejected) for one in seen] == [
        ("fresh", 15, 2),
        ("quiet", 10, 0),
        ("fresh", 5, 2),
    ]
    mine = look(cast.member, "codex").context["page"]
    assert (mine.project, mine.status.received.records) == (cast.project, 10)


def test_refused_records_lead_to_the_days_run(cast: Cast, manager: Actor) -> None:
    text = lines_of(make_key(manager, "api", cast.project))
    [key] = re.findall(r'x-api-key: (\S+)"', text)
    answer = Browser().post("/api/usage", "[{}]", content_type="application/json", headers={"x-api-key": key})
    assert answer.json()["error"] == 1
    status = look(manager, "api", cast.project).context["page"].status
    run = ImportRun.objects.get()
    assert (status.received.state, status.received.rejected) == ("refused", 1)
    assert status.refused_url == reverse("admin:integrations_importrun_change", args=[run.pk])
    assert manager.client.get(status.refused_url).status_code == 200


def test_fragments_are_asked_for_again(cast: Cast) -> None:
    heard(cast.project, "codex", timedelta(minutes=2), records=1204)
    query: dict[str, Any] = {"client": "codex", "project": cast.project.pk}
    part = cast.member.client.get(CONNECT, query, headers={"hx-request": "true", "hx-target": "received"})
    text = part.content.decode()
    assert ("<html" in text, "1,204 records taken" in text, 'hx-trigger="every 3s"' in text) == (
        False,
        True,
        True,
    )
    badges = cast.member.client.get(CONNECT, headers={"hx-request": "true", "hx-target": "connect-badges"})
    told = badges.content.decode()
    assert ("<html" in told, told.count('hx-swap-oob="true"')) == (False, len(CLIENTS))


@override_settings(PUBLIC_URL="https://usage.example.com")
def test_the_public_address_goes_before_the_readers(cast: Cast) -> None:
    text = lines_of(look(cast.member, "claude-code"))
    assert ("https://usage.example.com" in text, ADDRESS in text) == (True, False)


def test_an_unknown_client_is_not_found(cast: Cast) -> None:
    assert look(cast.owner, "smalltalk").status_code == 404
    data = {"client": "smalltalk", "project": cast.project.pk}
    assert cast.owner.client.post(CONNECT, data).status_code == 404


def test_files_of_the_project_are_offered(cast: Cast, manager: Actor) -> None:
    page = look(manager, "codex", cast.project).context["page"]
    assert manager.client.get(page.import_url).status_code == 200
    command = ".venv/bin/python manage.py import_usage codex ~/.codex/sessions --project"
    assert page.import_command == f"{command} '{cast.project.name}'"
    Project.objects.filter(pk=cast.project.pk).update(name="$(reboot) \"x\" 'y'")
    page = look(manager, "codex", cast.project).context["page"]
    assert shlex.split(page.import_command)[-1] == "$(reboot) \"x\" 'y'"
    assert b'href="/imports/new/' not in look(cast.stranger).content


def test_an_overview_without_usage_leads_here(cast: Cast) -> None:
    assert (
        f'href="{CONNECT}"'
        in cast.member.client.get(reverse("dashboard:overview")).content.decode().split("<main")[1]
    )
