"""Channels, containers and stored values in the admin, and how forms treat what the page only shows."""

from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from chat.models import Conversation
from projects.models import Channel, Container, Membership, StoredValue
from tests.cast import Cast, signed_in
from tests.factories import make_conversation, make_member, make_project
from tests.projects.makers import make_channel

pytestmark = pytest.mark.django_db


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:projects_{model._meta.model_name}_{page}", args=args)


FORMS: list[tuple[type[Model], dict[str, Any], str]] = [
    (Channel, {"name": "ops", "description": "Pagers"}, "The project has a channel of this name already."),
    (
        Container,
        {"name": "web-1", "status": "Up 3 hours", "port_mapping": "3000:80"},
        "The project has a container of this name already.",
    ),
    (StoredValue, {"scope": "ui", "key": "theme", "value": " dark "}, "This key has a value already."),
]
every_form = pytest.mark.parametrize(("model", "sent", "refusal"), FORMS)


@every_form
def test_a_manager_adds_and_changes_rows_of_their_project_alone(
    model: Any, sent: dict[str, Any], refusal: str, cast: Cast
) -> None:
    manager, foreign = signed_in(make_member(cast.project, Membership.Role.MANAGER)), make_project()
    add = address(model, "add")
    assert manager.client.post(add, {**sent, "project": foreign.pk}).status_code == 200
    assert manager.client.post(add, {**sent, "project": cast.project.pk}).status_code == 302
    [row] = model.objects.filter(**sent)
    changed = {**sent, next(iter(sent)): "other", "project": foreign.pk}
    assert manager.client.post(address(model, "change", row.pk), changed).status_code == 302
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in sent} == {**sent, next(iter(sent)): "other"}
    assert row.project == cast.project


@every_form
def test_what_is_there_already_is_refused_with_a_sentence(
    model: Any, sent: dict[str, Any], refusal: str, cast: Cast
) -> None:
    model.objects.create(project=cast.project, **sent)
    row = model.objects.create(project=cast.project, **{**sent, "name" if "name" in sent else "key": "x"})
    again = cast.owner.client.post(address(model, "add"), {**sent, "project": cast.project.pk})
    assert again.context["errors"] == [[refusal]]
    changed = cast.owner.client.post(address(model, "change", row.pk), sent)
    assert changed.context["errors"] == [[refusal]]


@every_form
def test_members_only_look(model: Any, sent: dict[str, Any], refusal: str, cast: Cast) -> None:
    row = model.objects.create(project=cast.project, **sent)
    assert cast.member.client.get(address(model, "change", row.pk)).status_code == 200
    assert cast.member.client.post(address(model, "change", row.pk), sent).status_code == 403
    assert cast.member.client.get(address(model, "add")).status_code == 403
    for page in ("change", "delete"):
        assert cast.stranger.client.get(address(model, page, row.pk)).status_code in {403, 404}


def test_a_key_without_a_value_keeps_none_until_it_gets_one(cast: Cast) -> None:
    stored = StoredValue.objects.create(project=cast.project, key="cursor", value=None)
    url = address(StoredValue, "change", stored.pk)
    for key, typed, kept in (("last", "", None), ("last", "7", "7"), ("last", "", "")):
        sent = {"scope": "", "key": key, "value": typed}
        assert cast.owner.client.post(url, sent).status_code == 302
        stored.refresh_from_db()
        assert (stored.key, stored.value) == (key, kept)


def test_a_list_of_values_shows_how_they_begin(cast: Cast) -> None:
    for key, value in (("long", "x" * 500), ("none", None), ("empty", "")):
        StoredValue.objects.create(project=cast.project, key=key, value=value)
    page = cast.owner.client.get(address(StoredValue, "changelist"))
    starts = {row.key: row.value_start for row in page.context["cl"].result_list}
    assert starts == {"long": "x" * 61, "none": None, "empty": ""}
    assert "x" * 62 not in page.content.decode()


def test_a_channel_leads_to_its_conversations(cast: Cast) -> None:
    channel = make_channel(cast.project)
    conversation: Conversation = make_conversation(cast.project, channel=channel)
    make_conversation(cast.project)
    content = cast.owner.client.get(address(Channel, "changelist"), {"q": channel.pk}).content.decode()
    url = f"{reverse('admin:chat_conversation_changelist')}?channel={channel.pk}"
    assert f'<a href="{url}">1</a>' in content
    assert list(cast.owner.client.get(url).context["cl"].result_list) == [conversation]
