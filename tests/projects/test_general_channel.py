"""The channel `general` stays as it is while its project lives."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from projects.models import Channel, Project
from projects.querysets import GENERAL_STAYS
from projects.services.archiving import archive
from tests.cast import Cast
from tests.factories import make_owner, make_project
from tests.projects.makers import make_channel

pytestmark = pytest.mark.django_db

LIST = reverse("admin:projects_channel_changelist")


def page(channel: Channel, name: str = "change") -> str:
    return reverse(f"admin:projects_channel_{name}", args=[channel.pk])


def shown(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def general(cast: Cast) -> Channel:
    return cast.project.channels.get()


@pytest.mark.parametrize("change", [{"name": "lobby"}, {"archived_at": timezone.now()}])
def test_it_is_not_renamed_or_archived(general: Channel, change: dict[str, Any]) -> None:
    for name, value in change.items():
        setattr(general, name, value)
    for refuse in (general.full_clean, general.save):
        with pytest.raises(ValidationError) as refused:
            refuse()
        assert refused.value.messages == [GENERAL_STAYS]
    assert Channel.objects.values_list("name", "archived_at").get() == ("general", None)


def test_its_description_may_change(general: Channel) -> None:
    general.description = "What concerns everybody"
    general.full_clean()
    general.save()
    assert Channel.objects.get().description == "What concerns everybody"


def test_it_is_not_archived_by_the_service(general: Channel) -> None:
    with pytest.raises(ValidationError, match="stays as it is"):
        archive(general, make_owner())
    assert Channel.objects.get().archived_at is None


def test_it_is_not_deleted(general: Channel) -> None:
    make_channel(general.project)
    for delete in (general.delete, Channel.objects.all().delete, general.project.channels.all().delete):
        with pytest.raises(ValidationError) as refused:
            delete()
        assert refused.value.messages == [GENERAL_STAYS]
    assert Channel.objects.count() == 2


def test_other_channels_are_renamed_and_deleted(general: Channel) -> None:
    one, other = make_channel(general.project), make_channel(general.project)
    one.name = "lobby"
    one.save()
    other.delete()
    Channel.objects.filter(is_default=False).delete()
    assert list(Channel.objects.all()) == [general]


def test_it_goes_with_its_project(general: Channel) -> None:
    Project.objects.filter(pk=general.project_id).delete()
    make_project().delete()
    assert not Channel.objects.exists()


def test_a_project_goes_to_the_bin_with_it(cast: Cast) -> None:
    url = reverse("admin:projects_project_delete", args=[cast.project.pk])
    assert cast.owner.client.post(url, {"post": "yes"}).status_code == 302
    assert not Channel.objects.visible_to(cast.owner.user).exists()


def test_the_admin_offers_neither_and_says_why(general: Channel, cast: Cast) -> None:
    seen = cast.owner.client.get(page(general))
    assert (seen.context["subtitle"], seen.context["show_delete"]) == (GENERAL_STAYS, False)
    assert "name" not in seen.context["adminform"].form.fields
    sent = {"name": "lobby", "description": "For all"}
    assert cast.owner.client.post(page(general), sent).status_code == 302
    general.refresh_from_db()
    assert (general.name, general.description) == ("general", "For all")


def test_the_admin_does_not_delete_it(general: Channel, cast: Cast) -> None:
    refused = cast.owner.client.post(page(general, "delete"), {"post": "yes"})
    assert refused.context["protected"] == [f"{cast.project}: {GENERAL_STAYS}"]
    sent = {
        "action": "delete_selected",
        "_selected_action": [general.pk, make_channel(cast.project).pk],
        "post": "yes",
    }
    together = cast.owner.client.post(LIST, sent)
    assert together.context["protected"] == [f"{cast.project}: {GENERAL_STAYS}"]
    assert Channel.objects.count() == 2


def test_an_action_archives_the_others_and_says_why_not_this_one(general: Channel, cast: Cast) -> None:
    other = make_channel(cast.project, name="ops")
    sent = {"action": "archive_selected", "_selected_action": [general.pk, other.pk]}
    response = cast.owner.client.post(LIST, sent, follow=True)
    assert shown(response) == ["1 channel is archived.", f"general: {GENERAL_STAYS}"]
    other.refresh_from_db()
    assert other.archived_at is not None
