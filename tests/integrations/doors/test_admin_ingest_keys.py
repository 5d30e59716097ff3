"""Ingest keys in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from core.sessions import SessionStore
from integrations.admin.ingest_key import state_of
from integrations.doors.keys import key_of
from integrations.models import IngestActivity, IngestKey
from integrations.services.ingest_keys import create_key, revoke_key
from projects.models import Membership, Project
from projects.services.archiving import archive_project
from tests.cast import Actor, Cast, signed_in
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db
LIST = reverse("admin:integrations_ingestkey_changelist")
ADD = reverse("admin:integrations_ingestkey_add")
DAY = timedelta(days=1)


@pytest.fixture
def manager(cast: Cast) -> Actor:
    return signed_in(make_member(cast.project, Membership.Role.MANAGER))


def add(actor: Actor, project: Project, **fields: Any) -> Any:
    return actor.client.post(ADD, {"project": project.pk, "name": "Checkout", **fields}, follow=True)


def act(actor: Actor, action: str, *keys: IngestKey) -> Any:
    chosen = {"action": action, "_selected_action": [key.pk for key in keys]}
    return actor.client.post(LIST, chosen, follow=True)


def warnings(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_a_new_key_is_shown_once_and_opens_the_door(cast: Cast, manager: Actor) -> None:
    answer = add(manager, cast.project)
    [(address, _)] = answer.redirect_chain
    row = IngestKey.objects.get()
    secret = answer.context["secret"]
    assert answer.content.decode().count(secret) == 3
    assert key_of(RequestFactory().post("/", HTTP_X_API_KEY=secret)) == row
    assert (row.project, row.name, row.created_by) == (cast.project, "Checkout", manager.user)
    assert "no-store" in answer["Cache-Control"]
    again = manager.client.get(address)
    assert (again.context["secret"], secret in again.content.decode()) == (None, False)


def held_by_sessions() -> list[dict[str, Any]]:
    return [SessionStore(row.session_key).load() for row in Session.objects.all()]


def test_the_key_is_in_no_address_log_or_session(
    cast: Cast, manager: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    first = manager.client.post(ADD, {"project": cast.project.pk, "name": "a"})
    held = held_by_sessions()
    answer = manager.client.get(first["Location"])
    secret = answer.context["secret"]
    assert "shown_once" in str(held)
    assert not any(secret[17:] in str(each) for each in held)
    assert secret[17:] not in first["Location"] + caplog.text
    added = AuditEntry.objects.filter(action="added", target_model="integrations.ingestkey")
    assert [entry.target_id for entry in added] == [str(IngestKey.objects.get().pk)]
    assert secret[17:] not in str(list(AuditEntry.objects.values()))
    assert not any("shown_once" in each for each in held_by_sessions())


def test_nobody_else_sees_it(cast: Cast, manager: Actor) -> None:
    address = manager.client.post(ADD, {"project": cast.project.pk, "name": "a"})["Location"]
    assert cast.owner.client.get(address).context["secret"] is None
    for actor in (cast.member, cast.stranger):
        assert actor.client.get(address).status_code == 404
    assert manager.client.get(address).context["secret"]


def test_managers_make_keys_of_their_projects_alone(cast: Cast, manager: Actor) -> None:
    other = make_project()
    assert "project" in add(manager, other).context["adminform"].errors
    for actor in (cast.member, cast.stranger):
        assert actor.client.post(ADD, {"project": cast.project.pk, "name": "a"}).status_code == 403
    assert not IngestKey.objects.exists()
    assert add(cast.owner, other).status_code == 200
    assert IngestKey.objects.get().project == other


def test_what_makes_no_sense_is_said_beside_the_field(cast: Cast) -> None:
    archive_project(cast.project, cast.owner.user)
    past = {"expires_at_0": "2020-01-01", "expires_at_1": "00:00", "requests_per_minute": "-1"}
    errors = add(cast.owner, cast.project, **past).context["adminform"].errors
    assert set(errors) == {"project", "expires_at", "requests_per_minute"}
    assert not IngestKey.objects.exists()


def test_a_key_with_an_end_and_a_limit(cast: Cast, manager: Actor) -> None:
    add(manager, cast.project, expires_at_0="2099-01-01", expires_at_1="00:00", requests_per_minute="60")
    row = IngestKey.objects.get()
    assert (row.expires_at and row.expires_at.year, row.requests_per_minute) == (2099, 60)


def test_a_key_is_not_changed_or_deleted_by_anybody(cast: Cast) -> None:
    row, _ = create_key(cast.project, "a")
    for name in ("change", "delete"):
        address = reverse(f"admin:integrations_ingestkey_{name}", args=[row.pk])
        answer = cast.owner.client.post(address, {"name": "b", "post": "yes"})
        assert answer.status_code == 403
    assert IngestKey.objects.get().name == "a"


def test_revoking(cast: Cast, manager: Actor) -> None:
    row, _ = create_key(cast.project, "a")
    act(manager, "revoke", row)
    row.refresh_from_db()
    assert row.revoked_at is not None
    assert "already" in " ".join(warnings(act(manager, "revoke", row)))


def test_rotating_shows_the_new_key_once(cast: Cast, manager: Actor) -> None:
    old, _ = create_key(cast.project, "a")
    answer = act(manager, "rotate", old)
    new = IngestKey.objects.exclude(pk=old.pk).get()
    assert key_of(RequestFactory().post("/", HTTP_X_API_KEY=answer.context["secret"])) == new
    old.refresh_from_db()
    assert old.expires_at is not None
    assert 6 * DAY < old.expires_at - timezone.now() <= 7 * DAY


def test_a_revoked_key_or_several_are_not_rotated(cast: Cast, manager: Actor) -> None:
    row, _ = create_key(cast.project, "a")
    other, _ = create_key(cast.project, "b")
    assert "one key at a time" in " ".join(warnings(act(manager, "rotate", row, other)))
    revoke_key(row, cast.owner.user)
    assert "not valid" in " ".join(warnings(act(manager, "rotate", row)))
    assert IngestKey.objects.count() == 2


def test_others_are_offered_neither_and_cannot(cast: Cast, manager: Actor) -> None:
    row, _ = create_key(cast.project, "a")
    theirs, _ = create_key(make_project(), "b")
    for action in ("revoke", "rotate"):
        act(cast.member, action, row)
        act(cast.stranger, action, row)
        act(manager, action, theirs)
    # A member of one project who manages another.
    Membership.objects.create(user=manager.user, project=theirs.project, role=Membership.Role.ANALYST)
    manager = signed_in(type(manager.user).objects.get(pk=manager.user.pk))
    for action in ("revoke", "rotate"):
        assert "Not allowed with your role" in " ".join(warnings(act(manager, action, theirs)))
    assert IngestKey.objects.filter(revoked_at=None, expires_at=None).count() == 2


def test_states() -> None:
    now = timezone.now()
    states = [
        state_of(IngestKey(expires_at=end, revoked_at=revoked))
        for end, revoked in (
            (None, None),
            (now + 30 * DAY, None),
            (now + DAY, None),
            (now - DAY, None),
            (now - DAY, now),
        )
    ]
    assert states == ["valid", "valid", "expiring", "expired", "revoked"]


def test_the_list_shows_the_keys_of_ones_projects(cast: Cast) -> None:
    row, secret = create_key(cast.project, "Checkout", cast.owner.user)
    create_key(make_project(), "Elsewhere")
    answer = cast.member.client.get(LIST)
    assert list(answer.context["cl"].result_list) == [row]
    page = answer.content.decode()
    assert row.prefix in page
    assert secret[17:] not in page
    assert list(cast.owner.client.get(LIST, {"q": row.prefix}).context["cl"].result_list) == [row]


def test_activity_is_shown_and_not_changed(cast: Cast) -> None:
    now = timezone.now()
    row = IngestActivity.objects.create(
        project=cast.project, client="litellm", first_received_at=now, last_received_at=now, records=1204
    )
    address = reverse("admin:integrations_ingestactivity_change", args=[row.pk])
    assert "1,204" in cast.member.client.get(address).content.decode()
    assert cast.owner.client.post(address, {"client": "x"}).status_code == 403
    assert cast.stranger.client.get(address).status_code == 404
