"""Provider configs in the admin: keys go in and never come out."""

import sys
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.core.signals import got_request_exception
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.views.debug import ExceptionReporter

from accounts.models import AuditEntry
from integrations.models import AgentProvider, ProviderConfig, ProviderModel
from projects.models import Agent
from tests.cast import Cast
from tests.factories import make_person, make_project
from tests.integrations.configs import make_agent_provider, make_config

pytestmark = pytest.mark.django_db

LIST = reverse("admin:integrations_providerconfig_changelist")
ADD = reverse("admin:integrations_providerconfig_add")
KEY = "sk-ant-hush-hush-Zq9Z"


@pytest.fixture(autouse=True)
def ring(settings: Any) -> Any:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return settings


def page(config: ProviderConfig, name: str = "change") -> str:
    return reverse(f"admin:integrations_providerconfig_{name}", args=[config.pk])


def form(**changes: Any) -> dict[str, Any]:
    """What the browser sends; changes to None are left out, as an empty tick box is."""
    sent = {
        "name": "Ours",
        "kind": "anthropic",
        "provider": "anthropic",
        "is_active": "on",
        "settings": "{}",
        "provider_models-TOTAL_FORMS": 0,
        "provider_models-INITIAL_FORMS": 0,
        "agents-TOTAL_FORMS": 0,
        "agents-INITIAL_FORMS": 0,
        **changes,
    }
    return {name: value for name, value in sent.items() if value is not None}


def cells(answer: Any, column: str) -> list[str]:
    marks = answer.content.decode().split(f'<td class="field-{column}">')[1:]
    return [mark.partition("</td>")[0] for mark in marks]


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_key_goes_in_and_shows_its_last_four_letters(cast: Cast) -> None:
    assert cast.owner.client.post(ADD, form(new_api_key=KEY)).status_code == 302
    config = ProviderConfig.objects.get()
    assert (config.api_key, config.api_key_last4) == (KEY, "Zq9Z")
    for url in (page(config), page(config, "history"), LIST, page(config, "delete")):
        answer = cast.owner.client.get(url).content.decode()
        assert "hush" not in answer
    assert cells(cast.owner.client.get(LIST), "api_key_state") == ["…Zq9Z"]


def test_an_empty_field_keeps_the_key_and_a_tick_removes_it(cast: Cast) -> None:
    config = make_config()
    config.set_api_key(KEY)
    config.save()
    cast.owner.client.post(page(config), form(name="Renamed"))
    config = ProviderConfig.objects.get()
    assert (config.name, config.api_key, config.api_key_last4) == ("Renamed", KEY, "Zq9Z")
    both = cast.owner.client.post(page(config), form(new_api_key="sk-another-one", remove_api_key="on"))
    assert both.status_code == 200
    assert ProviderConfig.objects.get().api_key == KEY
    cast.owner.client.post(page(config), form(remove_api_key="on"))
    config = ProviderConfig.objects.get()
    assert (config.api_key, config.api_key_last4) == ("", "")


def test_without_keys_to_encrypt_with_the_form_says_so(cast: Cast, ring: Any) -> None:
    ring.ENCRYPTION_KEYS = []
    assert "Set ENCRYPTION_KEYS" in cast.owner.client.get(ADD).content.decode()
    answer = cast.owner.client.post(ADD, form(new_api_key=KEY))
    assert answer.context["adminform"].form.errors == {
        "new_api_key": ["Set ENCRYPTION_KEYS before storing a key: secrets are kept encrypted."]
    }
    assert "hush" not in answer.content.decode()
    assert cast.owner.client.post(ADD, form()).status_code == 302


def test_a_key_that_nobody_opens_is_a_badge_and_outlives_a_save(cast: Cast, ring: Any) -> None:
    config = make_config(api_key=KEY)
    known, ring.ENCRYPTION_KEYS = ring.ENCRYPTION_KEYS, [Fernet.generate_key().decode()]
    badge = '<span class="badge badge--danger">unreadable</span>'
    assert cells(cast.owner.client.get(LIST), "api_key_state") == [badge]
    assert badge in cast.owner.client.get(page(config)).content.decode()
    assert cast.owner.client.post(page(config), form(name="Renamed")).status_code == 302
    ring.ENCRYPTION_KEYS = known
    config = ProviderConfig.objects.get()
    assert (config.name, config.api_key) == ("Renamed", KEY)


def test_a_key_that_stayed_at_its_source_is_told(cast: Cast) -> None:
    make_config(has_source_key=True)
    expected = '<span class="badge badge--warn">at the source only</span>'
    assert cells(cast.owner.client.get(LIST), "api_key_state") == [expected]


@pytest.mark.parametrize(
    "broken", ["integrations.admin.provider_config.make_default", "core.encryption.Secret.last4"]
)
def test_an_error_report_hides_the_key(broken: str, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*secrets: Any, **values: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(broken, property(fail) if broken.endswith("last4") else fail)
    reports = []

    def report(sender: Any, request: Any, **values: Any) -> None:
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    got_request_exception.connect(report, dispatch_uid="report")
    with pytest.raises(RuntimeError):
        cast.owner.client.post(ADD, form(new_api_key=KEY, is_default="on"))
    got_request_exception.disconnect(dispatch_uid="report")
    [text] = reports
    assert "broken" in text
    assert "new_api_key" in text
    assert "hush" not in text


def test_to_tick_default_switches(cast: Cast) -> None:
    person = make_person()
    old = make_config(person=person, is_default=True)
    assert cast.owner.client.post(ADD, form(person=person.pk, is_default="on")).status_code == 302
    old.refresh_from_db()
    new = ProviderConfig.objects.exclude(pk=old.pk).get()
    assert (old.is_default, new.is_default) == (False, True)
    cast.owner.client.post(page(new), form(person=person.pk, is_default="on", name="Renamed"))
    new.refresh_from_db()
    assert (new.is_default, new.name) == (True, "Renamed")
    cast.owner.client.post(page(new), form(person=person.pk))
    new.refresh_from_db()
    assert not new.is_default


def test_the_log_tells_of_a_new_default_and_of_the_one_that_stood_down(cast: Cast) -> None:
    old = make_config(is_default=True)
    assert cast.owner.client.post(ADD, form(is_default="on")).status_code == 302
    new = ProviderConfig.objects.exclude(pk=old.pk).get()
    told = AuditEntry.objects.order_by("position")
    no, yes = {"is_default": False}, {"is_default": True}
    assert [(entry.action, entry.target_id, entry.before) for entry in told] == [
        ("changed", str(old.pk), yes),
        ("changed", str(new.pk), no),
        ("added", str(new.pk), None),
    ]
    assert [entry.after for entry in told][:2] == [no, yes]
    assert (told[2].after["name"], told[2].after["provider"]) == ("Ours", "anthropic")


def test_the_action_says_what_it_did(cast: Cast) -> None:
    person = make_person()
    first, second = make_config(person=person, name="first"), make_config(person=person, name="second")
    off = make_config(person=person, name="off", is_active=False)
    first.is_default = True
    first.save()
    sent = {"action": "make_default", "_selected_action": [first.pk, second.pk, off.pk]}
    assert said(cast.owner.client.post(LIST, sent)) == [
        "first was the default already.",
        "second is the default now.",
        "off: Only an active config can be the default: activate it first.",
    ]
    assert ProviderConfig.objects.get(is_default=True) == second


def test_members_look_at_what_their_agents_use_and_change_nothing(cast: Cast) -> None:
    used, unused = make_config(api_key_last4="Zq9Z", api_key=KEY), make_config()
    make_agent_provider(cast.project, used)
    make_agent_provider(make_project(), used)
    listed = cast.member.client.get(LIST)
    assert [(row, row.agents_number) for row in listed.context["cl"].result_list] == [(used, 1)]
    assert cast.member.client.get(page(unused)).status_code == 404
    answer = cast.member.client.get(page(used))
    assert (answer.status_code, "new_api_key" in answer.content.decode()) == (200, False)
    assert cast.member.client.post(page(used), form()).status_code == 403
    sent = {"action": "make_default", "_selected_action": [used.pk]}
    cast.member.client.post(LIST, sent)
    assert not ProviderConfig.objects.filter(is_default=True).exists()


def test_what_an_agent_uses_is_not_deleted(cast: Cast) -> None:
    config = make_config()
    link = make_agent_provider(cast.project, config)
    answer = cast.owner.client.post(page(config, "delete"), {"post": "yes"})
    assert answer.status_code == 200
    assert str(link) in answer.content.decode()
    sent = {"action": "delete_selected", "_selected_action": [config.pk], "post": "yes"}
    assert cast.owner.client.post(LIST, sent).status_code == 200
    assert ProviderConfig.objects.get() == config
    link.delete()
    assert cast.owner.client.post(page(config, "delete"), {"post": "yes"}).status_code == 302
    assert not ProviderConfig.objects.exists()


def test_its_models_are_edited_on_its_page(cast: Cast) -> None:
    config = make_config()
    rows = {
        "provider_models-TOTAL_FORMS": 1,
        "provider_models-0-model": "claude-opus-4-1",
        "provider_models-0-is_enabled": "on",
    }
    assert cast.owner.client.post(page(config), form(**rows)).status_code == 302
    model = ProviderModel.objects.get()
    assert (model.config, model.model, model.is_enabled) == (config, "claude-opus-4-1", True)


@pytest.mark.parametrize("address", ["https://user:hush@api.example.com", "http://[", "https://@a"])
def test_an_address_carries_no_password(cast: Cast, address: str) -> None:
    answer = cast.owner.client.post(ADD, form(base_url=address))
    assert list(answer.context["adminform"].form.errors) == ["base_url"]


def test_pages_take_as_many_queries_for_many_rows_as_for_few(cast: Cast) -> None:
    counts = []
    for number in (2, 18):
        config = make_config(person=make_person())
        for _ in range(number):
            make_agent_provider(make_project(), config)
            ProviderModel.objects.create(config=make_config(person=make_person()), model="m")
        for url in (LIST, page(config)):
            with CaptureQueriesContext(connection) as captured:
                assert cast.owner.client.get(url).status_code == 200
            counts.append(len(captured))
    assert counts[:2] == counts[2:]


def test_an_agent_is_given_the_config_of_its_own_project(cast: Cast) -> None:
    agent = Agent.objects.create(project=make_project(), name="elsewhere")
    with pytest.raises(ValidationError, match="another project"):
        AgentProvider(project=cast.project, agent=agent, config=make_config()).full_clean()
