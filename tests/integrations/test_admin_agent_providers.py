"""With which provider config an agent speaks, chosen on the agent's page and listed on its own."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.models import AgentProvider
from projects.models import Agent, Membership
from tests.cast import Cast, signed_in
from tests.factories import make_member, make_project
from tests.integrations.configs import make_agent_provider, make_config

pytestmark = pytest.mark.django_db

LIST = reverse("admin:integrations_agentprovider_changelist")
ADD = reverse("admin:integrations_agentprovider_add")


def page(agent: Agent) -> str:
    return reverse("admin:projects_agent_change", args=[agent.pk])


def form(client: Any, agent: Agent, **row: Any) -> dict[str, Any]:
    """What the browser sends of an agent's page, with a row of the config's table."""
    context = client.get(page(agent)).context
    [table] = [inline for inline in context["inline_admin_formsets"] if inline.opts.model is AgentProvider]
    shown = context["adminform"].form
    sent = {name: shown[name].value() for name in shown.fields if shown[name].value() is not None}
    sent |= {"settings": "{}", "keywords": "[]"}
    for inline in context["inline_admin_formsets"]:
        management = inline.formset.management_form
        sent |= {management.add_prefix(name): management[name].value() for name in management.fields}
    prefix = table.formset.prefix
    if not row:
        return sent
    present = table.formset.initial_form_count()
    sent |= {f"{prefix}-0-{name}": value for name, value in row.items()}
    if present:
        sent[f"{prefix}-0-id"] = table.formset.forms[0].instance.pk
    return {**sent, f"{prefix}-TOTAL_FORMS": 1}


def test_a_manager_chooses_the_config_on_the_agents_page(cast: Cast) -> None:
    manager = signed_in(make_member(cast.project, Membership.Role.MANAGER))
    config, unseen = make_config(), make_config()
    make_agent_provider(cast.project, config)
    agent = Agent.objects.create(project=cast.project, name="writer")
    refused = manager.client.post(page(agent), form(manager.client, agent, config=unseen.pk))
    assert (refused.status_code, AgentProvider.objects.filter(agent=agent).exists()) == (200, False)
    chosen = manager.client.post(page(agent), form(manager.client, agent, config=config.pk, model="opus"))
    assert chosen.status_code == 302
    link = AgentProvider.objects.get(agent=agent)
    assert (link.project, link.config, link.model) == (cast.project, config, "opus")
    changed = manager.client.post(page(agent), form(manager.client, agent, config=config.pk, model="haiku"))
    assert changed.status_code == 302
    link.refresh_from_db()
    assert link.model == "haiku"


def test_other_members_see_it_and_change_nothing(cast: Cast) -> None:
    link = make_agent_provider(cast.project, make_config(name="Ours"), model="opus")
    answer = cast.member.client.get(page(link.agent))
    assert "Ours" in answer.content.decode()
    [table] = answer.context["inline_admin_formsets"]
    assert (table.has_change_permission, table.has_add_permission) == (False, False)


def test_the_list_names_agents_configs_and_projects(cast: Cast) -> None:
    link = make_agent_provider(cast.project, make_config())
    make_agent_provider(make_project(), make_config())
    answer = cast.member.client.get(LIST)
    assert list(answer.context["cl"].result_list) == [link]
    assert all(str(name) in answer.content.decode() for name in (link.agent, link.config, cast.project))
    for term in (link.agent_id, link.config_id, link.pk):
        assert list(cast.owner.client.get(LIST, {"q": term}).context["cl"].result_list) == [link]


def test_an_agent_of_another_project_is_refused(cast: Cast) -> None:
    agent = Agent.objects.create(project=make_project(), name="elsewhere")
    sent = {"project": cast.project.pk, "agent": agent.pk, "config": make_config().pk}
    answer = cast.owner.client.post(ADD, sent)
    assert answer.context["adminform"].form.errors == {"agent": ["It belongs to another project."]}
    sent["project"] = agent.project_id
    assert cast.owner.client.post(ADD, sent).status_code == 302


def test_lists_load_no_prompts(cast: Cast) -> None:
    link = make_agent_provider(cast.project, make_config())
    urls = (LIST, reverse("admin:integrations_providerconfig_change", args=[link.config_id]))
    counts = []
    for _ in range(2):
        for url in urls:
            # Once beforehand: what a process reads once and keeps is not the page's.
            cast.owner.client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert cast.owner.client.get(url).status_code == 200
            assert not any("system_prompt" in query["sql"] for query in captured)
            counts.append(len(captured))
        for _ in range(5):
            make_agent_provider(make_project(), link.config)
    assert counts[:2] == counts[2:]
