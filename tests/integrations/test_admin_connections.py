"""What projects and people are connected with, in the admin: accounts, deployments and so on."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.urls import reverse

from core.markup import NOT_APPLICABLE
from integrations.models import Deployment, GitHubRepository, Integration, LinkedAccount, TelegramSession
from projects.models import Membership
from tests.cast import Cast, signed_in
from tests.factories import make_conversation, make_member, make_person, make_project

pytestmark = pytest.mark.django_db

TOKEN = "gho_hush-hush-hush"


@pytest.fixture(autouse=True)
def ring(settings: Any) -> Any:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return settings


def rows(client: Any, model: Any, **query: Any) -> list[Any]:
    return list(client.get(listed(model), query).context["cl"].result_list)


def listed(model: Any) -> str:
    return reverse(f"admin:integrations_{model._meta.model_name}_changelist")


def page(row: Any, name: str = "change") -> str:
    return reverse(f"admin:integrations_{row._meta.model_name}_{name}", args=[row.pk])


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://shop.example.com/a?b=1", True),
        ("http://shop.example.com", True),
        ("HTTPS://shop.example.com", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("shop.example.com", False),
        ("//shop.example.com", False),
        ("https://", False),
        ("https://user:word@shop.example.com", False),
        ("http://[", False),
    ],
)
@pytest.mark.parametrize("model", [Deployment, GitHubRepository])
def test_only_web_addresses_are_links(cast: Cast, model: Any, url: str, is_link: bool) -> None:
    row = model.objects.create(project=cast.project, url=url)
    for address in (listed(model), page(row)):
        answer = cast.member.client.get(address).content.decode()
        assert (f'<a href="{url.replace("&", "&amp;")}" rel="noopener noreferrer">' in answer) == is_link
        assert 'href="javascript:' not in answer


@pytest.mark.parametrize(
    ("status", "kind"),
    [("ready", "ok"), ("failed", "danger"), ("building", "info"), ("queued", "info"), ("cancelled", "warn")],
)
def test_a_deployments_status_stands_beside_its_providers_word(cast: Cast, status: str, kind: str) -> None:
    row = Deployment.objects.create(project=cast.project, status=status, source_status="THEIR_WORD")
    Deployment.objects.create(project=cast.project)
    answer = cast.member.client.get(listed(Deployment), {"status__exact": status})
    assert list(answer.context["cl"].result_list) == [row]
    assert f'<span class="badge badge--{kind}">{row.get_status_display()}</span>' in answer.content.decode()
    assert "THEIR_WORD" in answer.content.decode()


@pytest.mark.parametrize(
    ("make", "url_of"),
    [
        (
            lambda project: LinkedAccount.objects.create(
                person=make_person(), provider="github", access_token=TOKEN
            ),
            "access_token_state",
        ),
        (
            lambda project: Integration.objects.create(project=project, kind="slack", secret=TOKEN),
            "secret_state",
        ),
    ],
)
def test_a_token_is_only_said_to_be_there(cast: Cast, ring: Any, make: Any, url_of: str) -> None:
    row = make(cast.project)
    states = []
    for keys in (ring.ENCRYPTION_KEYS, []):
        ring.ENCRYPTION_KEYS = keys
        for url in (listed(type(row)), page(row)):
            answer = cast.owner.client.get(url)
            assert answer.status_code == 200
            assert "hush" not in answer.content.decode()
            states.append("unreadable" in answer.content.decode())
    assert states == [False, False, True, True]


def test_a_row_with_an_unreadable_secret_can_be_saved(cast: Cast, ring: Any) -> None:
    row = Integration.objects.create(project=cast.project, kind="slack", secret=TOKEN)
    known, ring.ENCRYPTION_KEYS = ring.ENCRYPTION_KEYS, []
    sent = {"kind": "slack", "name": "Renamed", "settings": "{}"}
    assert cast.owner.client.post(page(row), sent).status_code == 302
    ring.ENCRYPTION_KEYS = known
    row = Integration.objects.get()
    assert (row.name, row.is_active, row.secret) == ("Renamed", False, TOKEN)


def test_a_manager_changes_what_belongs_to_their_project_alone(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    ours, theirs = (
        Deployment.objects.create(project=project, provider="old")
        for project in (cast.project, make_project())
    )
    sent = {"provider": "new", "status": "ready"}
    assert manager.client.post(page(ours), sent).status_code == 302
    assert manager.client.post(page(theirs), sent).status_code == 404
    assert cast.member.client.post(page(ours), {**sent, "provider": "newer"}).status_code == 403
    assert sorted(Deployment.objects.values_list("provider", flat=True)) == ["new", "old"]


@pytest.mark.parametrize(
    ("model", "values"),
    [(GitHubRepository, {"name": "shop"}), (Integration, {"kind": "slack", "settings": "{}"})],
)
def test_only_owners_change_whither_a_project_is_connected(
    cast: Cast, model: Any, values: dict[str, str]
) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    row = model.objects.create(
        project=cast.project, **{**values, "settings": {}} if "kind" in values else values
    )
    added = {"project": str(cast.project.pk), **values}
    for address, sent in (
        (page(row), values),
        (page(row, "delete"), {"post": "yes"}),
        (reverse(f"admin:integrations_{model._meta.model_name}_add"), added),
    ):
        assert manager.client.post(address, sent).status_code == 403
    assert manager.client.get(page(row)).status_code == 200
    assert cast.owner.client.post(page(row), values).status_code == 302
    assert model.objects.count() == 1


def test_people_of_other_projects_stay_unnamed(cast: Cast) -> None:
    stranger = make_person(name="Mallory Unseen")
    Deployment.objects.create(project=cast.project, external_id="d-1", person=stranger)
    assert "Mallory" in cast.owner.client.get(listed(Deployment)).content.decode()
    answer = cast.member.client.get(listed(Deployment)).content.decode()
    assert "Mallory" not in answer
    assert NOT_APPLICABLE in answer


@pytest.mark.parametrize(
    ("model", "values", "found", "missed"),
    [
        (Deployment, {"url": "https://shop.example.com", "external_id": "dpl_1"},
         ["https://shop", "dpl_1"], ["shop", "dpl_"]),
        (GitHubRepository, {"name": "acme/Shop"}, ["acme", "ACME/s"], ["shop"]),
        (Integration, {"name": "Alerts", "kind": "slack"}, ["alert", "SLA"], ["lack"]),
        (TelegramSession, {"telegram_chat_id": -1001234567890, "telegram_user_id": 42},
         ["-1001234567890", "42"], ["-100", "4", "99999999999999999999", "x"]),
    ],
)  # fmt: skip
def test_search(cast: Cast, model: Any, values: dict[str, Any], found: list[str], missed: list[str]) -> None:
    row = model.objects.create(project=cast.project, **values)
    assert [rows(cast.member.client, model, q=term) for term in found] == [[row]] * len(found)
    assert [rows(cast.member.client, model, q=term) for term in missed] == [[]] * len(missed)
    assert rows(cast.member.client, model, q=str(row.pk)) == [row]


def test_accounts_are_found_by_name_and_by_id(cast: Cast) -> None:
    account = LinkedAccount.objects.create(
        person=make_person(), provider="github", username="Ada", external_id="583231"
    )
    for term, expected in (
        ("ad", [account]),
        ("583231", [account]),
        ("5832", []),
        (account.person_id, [account]),
    ):
        assert rows(cast.owner.client, LinkedAccount, q=str(term)) == expected
    assert rows(cast.member.client, LinkedAccount) == []


def test_a_telegram_session_leads_to_its_transcript(cast: Cast) -> None:
    conversation = make_conversation(cast.project)
    row = TelegramSession.objects.create(
        project=cast.project, telegram_chat_id=-1001234567890, conversation=conversation
    )
    [link] = cast.owner.client.get(page(row)).context["object_links"]
    assert link.url == reverse("chat:transcript", args=[conversation.pk])
    # A plain member sees the session, and not whose conversation it is when they may not read words.
    viewer = signed_in(make_member(cast.project, Membership.Role.VIEWER))
    answer = viewer.client.get(page(row))
    assert (answer.status_code, list(answer.context["object_links"])) == (200, [])
